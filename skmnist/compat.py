"""The one place that looks at what the scikit-learn around us can and cannot do."""

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks

    FRAMES_OF_WITH_CALLBACKS = 1
except ImportError:  # scikit-learn below 1.9 has no callbacks

    class CallbackSupportMixin:
        """Stand in for scikit-learn's mixin: there is nobody to call."""

        def _init_callback_context(self, max_subtasks=0):
            return _NobodyToCall()

    FRAMES_OF_WITH_CALLBACKS = 0

    def with_callbacks(method):
        """Leave a method as it is."""
        return method


class _NobodyToCall:
    """A callback context that calls nobody and never asks for a stop."""

    def subcontext(self, task_name=""):
        return self

    def call_on_fit_task_begin(self, **task):
        return self

    def call_on_fit_task_end(self, **task):
        return False
