"""What is known of images: what each is, what it was taken for, and how certainly."""

from typing import NamedTuple

import numpy as np
from sklearn.utils.validation import check_consistent_length

from skmnist.network._arrays import to_numpy

SHORT = len("10 → 11")  # beside which a percentage finds room


class _Known(NamedTuple):
    """Arrays of one value an image, found by position; what is None, nobody knows."""

    y_true: np.ndarray | None
    y_pred: np.ndarray | None
    confidence: np.ndarray | None

    def is_wrong(self, number):
        """Tell whether an image is known to have been taken for something else."""
        both = self.y_true is not None and self.y_pred is not None
        return both and self.y_true[number] != self.y_pred[number]

    def caption(self, number):
        """Return the text above an image."""
        labels = [y[number] for y in (self.y_true, self.y_pred) if y is not None]
        names = " → ".join(map(str, labels))
        if self.confidence is None or np.isnan(self.confidence[number]):
            return names
        space = "  " if len(names) <= SHORT else "\n"
        return f"{names}{space}{self.confidence[number]:.0%}".strip()


def known_of(images, y_true, y_pred, confidence):
    """Check that there is one value an image, and that the labels can be compared."""
    given = {"y_true": y_true, "y_pred": y_pred, "confidence": confidence}
    known = _Known(*[_one_axis(name, values) for name, values in given.items()])
    check_consistent_length(images, *known)
    if y_true is not None and y_pred is not None:
        _check_comparable(known.y_true, known.y_pred)
    return known


def _one_axis(name, values):
    """Return values as an array (n,), also those of a table with a single column."""
    if values is None:
        return None
    values = to_numpy(values)
    if values.ndim == 2 and values.shape[1] == 1:
        return values[:, 0]
    if values.ndim != 1:
        raise ValueError(f"{name} must have the shape (n_images,), got shape {values.shape}")
    return values


def _check_comparable(y_true, y_pred):
    """Raise a ValueError if one has names and the other numbers, which are never equal."""
    if _has_names(y_true) != _has_names(y_pred):
        raise ValueError(
            "y_true and y_pred must both be names or both be numbers, or else each prediction "
            f"is a mistake, got the types {y_true.dtype} and {y_pred.dtype}"
        )


def _has_names(labels):
    """Tell whether there are texts among labels."""
    return any(isinstance(label, str) for label in labels.tolist())
