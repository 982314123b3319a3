"""What estimators say when training is resumed with ``warm_start=True``."""

import warnings

from skmnist.base.compat import FRAMES_OF_WITH_CALLBACKS

USE_A_CLONE = "To train from the start, call fit of a copy made with sklearn.base.clone."


def warn_if_done(done, n_epochs):
    """Warn if no epochs are left; the warning points to the call of fit, six frames above."""
    if done >= n_epochs:
        warnings.warn(
            f"There is nothing left to train: warm_start=True resumes up to max_iter={n_epochs} "
            f"epochs in total, and {done} epochs are done. Increase max_iter to continue.",
            UserWarning,
            stacklevel=6 + FRAMES_OF_WITH_CALLBACKS,
        )
