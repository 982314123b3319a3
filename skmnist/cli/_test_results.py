"""A model put to the test, for those that print it and those that draw it."""

import warnings
from typing import NamedTuple

import numpy as np
from sklearn.metrics import confusion_matrix

from skmnist.cli._data import Labelled, read_images
from skmnist.cli._files import load_model

MOST_PAIRS = 10


class _Tested(NamedTuple):
    """A model, the test images, and what it says of them."""

    model: object
    data: Labelled
    y_pred: np.ndarray

    @property
    def accuracy(self):
        """The share of images that is recognised, in percent."""
        return f"{np.mean(self.y_pred == self.data.y):.2%}"


def put_to_test(arguments):
    """Let a model say what the test images are."""
    model = load_model(arguments.model)
    model = getattr(model, "best_estimator_", model)
    data = read_images(arguments.data, "test")
    whose = f"the test images of {arguments.data or 'MNIST'}"
    n_pixels = getattr(model, "n_features_in_", data.X.shape[1])
    if n_pixels != data.X.shape[1]:
        raise ValueError(
            f"{arguments.model} was trained on images of {n_pixels} pixels, and {whose} have "
            f"{data.X.shape[1]}: --data says where its own test images are."
        )
    y_pred = model.predict(data.X)
    y = _as_model_has_them(data.y, y_pred)
    _check_known(y, getattr(model, "classes_", y), whose)
    return _Tested(model, data._replace(y=y), y_pred)


def _as_model_has_them(y, y_pred):
    """Return labels of the kind that a model was trained on: it may have been told '3', not 3."""
    if (y.dtype.kind in "biuf") == (y_pred.dtype.kind in "biuf"):
        return y
    try:
        return y.astype(y_pred.dtype if y_pred.dtype.kind in "biuf" else str)
    except ValueError:
        return y


def _check_known(y, classes, whose):
    """Refuse images of which the model can know none; warn where that is so for some."""
    is_known = np.isin(y, classes)
    if not is_known.any():
        raise ValueError(
            f"The model knows labels such as {classes[0]}, but {whose} have labels such as "
            f"{y[0]}: --data says where its own test images are."
        )
    if not is_known.all():
        unknown = ", ".join(str(label) for label in np.unique(y[~is_known])[:MOST_PAIRS])
        warnings.warn(
            f"The model does not know all labels of {whose}, and mistakes these: {unknown}",
            UserWarning,
            stacklevel=2,
        )


def right_by_label(y_true, y_pred):
    """List (label, how many images, the share that is recognised)."""
    rows = []
    for label in np.unique(y_true):
        is_it = y_true == label
        rows.append((label, is_it.sum(), f"{np.mean(y_pred[is_it] == label):.1%}"))
    return rows


def most_confused(y_true, y_pred):
    """List (true, predicted, times) for the commonest mistakes, the worst first."""
    labels = np.union1d(y_true, y_pred)
    mistakes = confusion_matrix(y_true, y_pred, labels=labels)
    np.fill_diagonal(mistakes, 0)
    worst = np.argsort(-mistakes, axis=None, kind="stable")[:MOST_PAIRS]
    rows, columns = np.unravel_index(worst, mistakes.shape)
    pairs = zip(labels[rows], labels[columns], mistakes[rows, columns], strict=True)
    return [pair for pair in pairs if pair[2] > 0]
