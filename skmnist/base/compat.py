"""Differences between the supported versions of scikit-learn, and which versions are installed."""

from contextlib import nullcontext

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks

    FRAMES_OF_WITH_CALLBACKS = 1
except ImportError:  # scikit-learn below 1.9 has no callbacks

    class CallbackSupportMixin:
        """A replacement for scikit-learn's mixin, without callbacks."""

        def _init_callback_context(self, max_subtasks=0):
            return _NoCallbacks()

    FRAMES_OF_WITH_CALLBACKS = 0

    def with_callbacks(method):
        """Return the method unchanged."""
        return method


class _NoCallbacks:
    """A callback context without callbacks."""

    def subcontext(self, task_name="", max_subtasks=0):
        return self

    def propagate_callback_context(self, sub_estimator):
        return nullcontext()

    def call_on_fit_task_begin(self, **task):
        return self

    def call_on_fit_task_end(self, **task):
        return False


def installed_version(package):
    """Return the version of a package as text, or None if it is not installed."""
    from importlib import metadata  # here, because it makes the import of skmnist slower

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
