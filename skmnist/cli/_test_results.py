"""The predictions of a model for test images, which ``evaluate`` and ``report`` show."""

import warnings
from typing import NamedTuple

import numpy as np
from sklearn.metrics import confusion_matrix

from skmnist.cli._data import LabelledImages, is_drawings, read_images
from skmnist.cli._model_files import distorter_of, load_model
from skmnist.cli._pixel_range import scaled_drawings
from skmnist.io._fitted_model import without_training

MOST_PAIRS = 10  # the maximum number of pairs of labels in the table of mistakes
OWN_IMAGES = "Use --data to pass the {} images that belong to the model."


class _TestResults(NamedTuple):
    """A model, the distorter it was trained with or None, the test images, and their labels."""

    model: object
    distorter: object
    data: LabelledImages
    y_pred: np.ndarray

    @property
    def accuracy(self):
        """The accuracy in percent."""
        return f"{np.mean(self.y_pred == self.data.y):.2%}"


def predict_test_images(arguments):
    """Load a model and test images, and return the results of the model."""
    loaded = load_model(arguments.model)
    data, model = read_test_images(arguments, loaded), without_training(loaded)
    return _TestResults(model, distorter_of(loaded), data, model.predict(data.X))


def read_test_images(arguments, loaded):
    """Return the test images with the range and the type of labels of a loaded model."""
    model = without_training(loaded)
    data, name = read_images(arguments.data, "test"), arguments.data or "MNIST"
    _check_pixels(model, data, arguments.model, name, "test")
    if is_drawings(arguments.data):
        data = data._replace(X=scaled_drawings(data.X, model, name))
    y = as_labels_of(model, data)
    _check_labels(y, getattr(model, "classes_", y), name)
    return data._replace(y=y)


def as_trained_on(model, data, arguments):
    """Return training images with the type of labels of a model, or raise a ValueError."""
    name = arguments.data or "MNIST"
    _check_pixels(model, data, arguments.resume, name, "training")
    y = as_labels_of(model, data)
    unknown = y[~np.isin(y, getattr(model, "classes_", y))]
    if len(unknown):
        raise _unknown_label(unknown[0], model.classes_, name, "training")
    return data._replace(y=y)


def _check_pixels(model, data, file, name, kind):
    """Raise a ValueError if the images do not have as many pixels as those of the model."""
    n_pixels = getattr(model, "n_features_in_", data.X.shape[1])
    if n_pixels != data.X.shape[1]:
        raise ValueError(
            f"--data must have {kind} images of {n_pixels} pixels for {file}; got images of "
            f"{data.X.shape[1]} pixels in {name}. {OWN_IMAGES.format(kind)}"
        )


def _unknown_label(label, classes, name, kind):
    """Return the error for a label that the model does not know."""
    return ValueError(
        f"--data must have labels that the model knows, such as {classes[0]}; got labels such as "
        f"{label} in {name}. {OWN_IMAGES.format(kind)}"
    )


def as_labels_of(model, data):
    """Return labels with the type that the model predicts: it may predict '3' instead of 3."""
    y = data.y
    known = model.classes_ if hasattr(model, "classes_") else model.predict(data.X[:1])
    if (y.dtype.kind in "biuf") == (known.dtype.kind in "biuf"):
        return y
    try:
        return y.astype(known.dtype if known.dtype.kind in "biuf" else str)
    except ValueError:
        return y


def _check_labels(y, classes, name):
    """Raise an error if the model knows none of the labels; warn if it knows only some."""
    is_known = np.isin(y, classes)
    if not is_known.any():
        raise _unknown_label(y[0], classes, name, "test")
    if not is_known.all():
        unknown = ", ".join(str(label) for label in np.unique(y[~is_known])[:MOST_PAIRS])
        warnings.warn(
            f"The model was not trained on these labels of {name}, so their images count as "
            f"mistakes: {unknown}.",
            UserWarning,
            stacklevel=2,
        )


def accuracy_per_class(y_true, y_pred):
    """Return rows of (label, number of images, percentage of correct predictions)."""
    rows = []
    for label in np.unique(y_true):
        in_class = y_true == label
        rows.append((label, in_class.sum(), f"{np.mean(y_pred[in_class] == label):.1%}"))
    return rows


def most_frequent_mistakes(y_true, y_pred):
    """Return rows of (true label, predicted label, count), with the highest counts first."""
    labels = np.union1d(y_true, y_pred)
    mistakes = confusion_matrix(y_true, y_pred, labels=labels)
    np.fill_diagonal(mistakes, 0)
    worst = np.argsort(-mistakes, axis=None, kind="stable")[:MOST_PAIRS]
    rows, columns = np.unravel_index(worst, mistakes.shape)
    pairs = zip(labels[rows], labels[columns], mistakes[rows, columns], strict=True)
    return [pair for pair in pairs if pair[2] > 0]
