"""Store the version of skmnist and a format number in the pickles of an estimator."""

import warnings

from skmnist._version import __version__

# Increase this number with every change that makes other versions misread files. In format 1, all
# of X was divided by one number.
FORMAT = 2


class UnknownFormatError(ValueError):
    """A model was saved in a format that this version of skmnist does not know."""


class VersionedPickleMixin:
    """A mixin that stores the version and the format in pickles, and checks them on loading."""

    def __getstate__(self):
        """Return the attributes, the version of skmnist and the format."""
        ours = {"_skmnist_version": __version__, "_skmnist_format": FORMAT}
        return {**super().__getstate__(), **ours}

    def __setstate__(self, state):
        """Set the attributes; raise an error for another format, and warn about another version."""
        state = dict(state)
        saved_by = state.pop("_skmnist_version", "an unknown version")
        saved_as = state.pop("_skmnist_format", 1)  # format 1 was not numbered at first
        if saved_as != FORMAT:
            advice = f"Install skmnist {saved_by}, or fit" if saved_by != __version__ else "Fit"
            raise UnknownFormatError(
                f"This model was saved by skmnist {saved_by} in format {saved_as!r}, but skmnist "
                f"{__version__} reads format {FORMAT}. {advice} the model again."
            )
        if saved_by != __version__:
            # The same text for all estimators, so that Python shows it once per pipeline.
            warnings.warn(
                f"This model was saved by skmnist {saved_by} and is loaded by skmnist "
                f"{__version__}. Check its predictions, or fit it again.",
                UserWarning,
                stacklevel=2,
            )
        super().__setstate__(state)
