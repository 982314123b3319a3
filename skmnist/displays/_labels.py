"""The true label, predicted label and confidence of each image, and its caption."""

from typing import NamedTuple

import numpy as np
from sklearn.utils.validation import check_consistent_length

from skmnist.network._arrays import to_numpy

SHORT = len("10 → 11")  # below longer labels, the confidence is on a new line


class _Labels(NamedTuple):
    """Arrays with one value per image, or None for values that are not known."""

    y_true: np.ndarray | None
    y_pred: np.ndarray | None
    confidence: np.ndarray | None

    def is_wrong(self, number):
        """Return whether both labels of an image are known and differ."""
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


def checked_labels(images, y_true, y_pred, confidence):
    """Return labels and confidences as arrays, or raise a ValueError if they are invalid."""
    given = {"y_true": y_true, "y_pred": y_pred, "confidence": confidence}
    labels = _Labels(*[_column(name, values) for name, values in given.items()])
    check_consistent_length(images, *labels)
    if y_true is not None and y_pred is not None:
        _check_comparable(labels.y_true, labels.y_pred)
    return labels


def _column(name, values):
    """Return values as an array of shape (n_images,); a table with one column is flattened."""
    if values is None:
        return None
    values = to_numpy(values)
    if values.ndim == 2 and values.shape[1] == 1:
        return values[:, 0]
    if values.ndim != 1:
        raise ValueError(f"{name} must have the shape (n_images,); got shape {values.shape}.")
    return values


def _check_comparable(y_true, y_pred):
    """Raise a ValueError if only one of them has strings, because these never equal numbers."""
    if _has_strings(y_true) != _has_strings(y_pred):
        raise ValueError(
            "y_true and y_pred must both be strings or both be numbers; got the types "
            f"{y_true.dtype} and {y_pred.dtype}. A string never equals a number."
        )


def _has_strings(labels):
    """Return whether any label is a string."""
    return any(isinstance(label, str) for label in labels.tolist())
