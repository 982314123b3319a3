"""Which version of skmnist saved an estimator, and in which format."""

import warnings

import skmnist

# To be raised with any change after which an older skmnist would misread a newer one's files.
FORMAT = 1


class UnknownFormatError(ValueError):
    """A model was saved in a format that this version of skmnist does not know."""


class KnowsItsVersion:
    """A mixin that writes version and format into a pickle, and compares them when it is read."""

    def __getstate__(self):
        """Return what a pickle holds: the attributes, skmnist's version and its format."""
        ours = {"_skmnist_version": skmnist.__version__, "_skmnist_format": FORMAT}
        return {**super().__getstate__(), **ours}

    def __setstate__(self, state):
        """Take over what a pickle holds; refuse another format, warn of another version."""
        state = dict(state)
        saved_by = state.pop("_skmnist_version", "an unknown version")
        saved_as = state.pop("_skmnist_format", 1)  # 1 had no number at first
        if saved_as != FORMAT:
            raise UnknownFormatError(
                f"This model was saved by skmnist {saved_by} in format {saved_as!r}, but this is "
                f"skmnist {skmnist.__version__}, which reads format {FORMAT}: install skmnist "
                f"{saved_by}, or fit the model again."
            )
        if saved_by != skmnist.__version__:
            # The same words for all estimators, so that Python shows them once for a pipeline.
            warnings.warn(
                f"This model was saved by skmnist {saved_by} and is loaded by "
                f"skmnist {skmnist.__version__}: check its predictions, or fit it again.",
                UserWarning,
                stacklevel=2,
            )
        super().__setstate__(state)
