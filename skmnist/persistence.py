"""Which version of skmnist saved an estimator."""

import warnings

import skmnist


class KnowsItsVersion:
    """A mixin that writes skmnist's version into a pickle and warns where it differs."""

    def __getstate__(self):
        """Return what a pickle holds: the attributes and skmnist's version."""
        return {**super().__getstate__(), "_skmnist_version": skmnist.__version__}

    def __setstate__(self, state):
        """Take over what a pickle holds; warn if another version of skmnist wrote it."""
        state = dict(state)
        saved_by = state.pop("_skmnist_version", "an unknown version")
        if saved_by != skmnist.__version__:
            warnings.warn(
                f"This {type(self).__name__} was saved by skmnist {saved_by} and is loaded by "
                f"skmnist {skmnist.__version__}: check its predictions, or fit it again.",
                UserWarning,
                stacklevel=2,
            )
        super().__setstate__(state)
