"""The images that a page is tested with: those of the user, or the bundled test images."""

import warnings
from typing import NamedTuple

import numpy as np
from sklearn.utils import check_array

from skmnist.classifier._targets import as_labels
from skmnist.datasets import load_mnist
from skmnist.io._page_prediction import page_features, page_scores
from skmnist.network._arrays import to_numpy

# The values that pixels usually have, the darkest and the brightest one.
_RANGES = ((0.0, 1.0), (-0.5, 0.5), (-1.0, 1.0), (0.0, 16.0), (0.0, 255.0))
# The same after the mean of MNIST is subtracted, and the result divided by the deviation.
_STANDARDIZED = (-0.1307 / 0.3081, (1 - 0.1307) / 0.3081)
_MOSTLY = 0.75  # of the usual brightest value
_FEW_IMAGES = 300
_LEAST = 0.35  # of the bundled images must be read correctly to find out the values
_NEAR_BEST = 0.05
_GOOD = 0.8  # of the bundled images, if they have another size
_FAR = 5
_MNIST_SIDE = 28


class _PageImages(NamedTuple):
    """Images as the model reads them, and the values of paper and ink in them.

    ``labels`` are the correct labels as text, or None, and ``predicted`` those of the model.
    """

    X: np.ndarray
    labels: np.ndarray | None
    predicted: np.ndarray
    paper: float
    ink: float

    def as_bytes(self, rows):
        """Return some images with pixels from 0 (paper) to 255 (ink)."""
        pixels = (self.X[rows] - self.paper) * (255 / (self.ink - self.paper))
        return np.rint(pixels).clip(0, 255).astype(np.uint8)


def as_text(labels, classes):
    """Return labels as text; a label that equals a class has the name of the class."""
    names = {each: str(each) for each in classes.tolist()}  # 1.0 finds 1
    return np.array([names.get(label, str(label)) for label in labels.tolist()])


def given_images(model, classes, X, y, side):
    """Return the user's images."""
    pixels = to_numpy(check_array(X, dtype="numeric"))
    if pixels.shape[1] != side * side:
        raise ValueError(
            f"X must have {side * side} columns, one for each pixel of model; "
            f"got {pixels.shape[1]}."
        )
    labels = None if y is None else as_text(as_labels(y), classes)
    if labels is not None and len(labels) != len(pixels):
        raise ValueError(
            f"y must have one label for each of the {len(pixels)} rows of X; got {len(labels)}."
        )
    return _PageImages(pixels, labels, to_numpy(model.predict(X)), *paper_and_ink(pixels, side))


def scaled(X, paper, ink):
    """Return images of bytes with other values of paper and ink."""
    return paper + X * ((ink - paper) / 255)


def paper_and_ink(X, side):
    """Return the usual value at the borders of the images, and the opposite extreme."""
    low, high = float(X.min()), float(X.max())
    if low == high:
        raise ValueError(f"X must contain paper and ink; all of its pixels are {low:g}.")
    is_border = np.pad(np.zeros((side - 2, side - 2), bool), 1, constant_values=True)
    at_border = float(np.median(X[:, is_border.ravel()]))
    is_dark = at_border - low < high - at_border
    for bottom, top in _RANGES:
        if bottom <= low and _MOSTLY * top < high <= top and (bottom == 0 or low < 0):
            return (bottom, top) if is_dark else (top, bottom)
    return (at_border, high) if is_dark else (at_border, low)


def bundled_images(model, classifier, steps, side):
    """Return the test images of MNIST with the size and the range that the model reads.

    They have labels if the classes are the ten digits, and if the model reads these images.
    """
    X, y = _bundled(side)
    (paper, ink), share = range_read(classifier, steps, side)
    has_labels = share is not None and (side == _MNIST_SIDE or share > _GOOD)
    if (paper, ink) != (0.0, 255.0):
        X = scaled(X, paper, ink).astype(np.float32)
    classes = classifier.classes_
    labels = as_text(classes[y], classes) if has_labels else None
    return _PageImages(X, labels, _predict(model, X), paper, ink)


def range_read(classifier, steps, side):
    """Return the values of paper and ink that a model reads, and its accuracy with them.

    The accuracy is None if the classes are not the ten digits.
    """
    X, y = _bundled(side, _FEW_IMAGES)
    if classifier.classes_.tolist() in (list(range(10)), list("0123456789")):
        return _best_range(classifier, steps, X, y)
    return min(_RANGES, key=lambda values: _distance(classifier, steps, X, values)), None


def _bundled(side, n=None):
    """Return the first test images of MNIST with this size, and their digits."""
    X, y = load_mnist(subset="test", return_X_y=True)
    return (X[:n] if side == _MNIST_SIDE else _resized(X[:n], side)), y[:n]


def _resized(X, side):
    """Return images with another number of pixels, averaged over their areas."""
    # Each pixel is repeated, and equally many of these are averaged.
    matrix = np.eye(_MNIST_SIDE).repeat(side, axis=0).reshape(side, -1, _MNIST_SIDE).mean(axis=1)
    resized = np.empty((len(X), side * side), np.uint8)
    for image, result in zip(X.reshape(-1, _MNIST_SIDE, _MNIST_SIDE), resized, strict=True):
        result[:] = np.rint(matrix @ image @ matrix.T).ravel()
    return resized


def _predict(model, X):
    """Return the labels of images without the names of their columns."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "X does not have valid feature names")
        return to_numpy(model.predict(X))


def _best_range(classifier, steps, X, digits):
    """Return the values of paper and ink with which a model reads digits, and its accuracy.

    Of values with almost the same accuracy, those with the smallest squared error are best: the
    outputs are too large or too small if the pixels are.
    """
    ranges = [*_RANGES, _STANDARDIZED]
    ranges += [values[::-1] for values in ranges]
    shares, errors = {}, {}
    for paper, ink in ranges:
        scores = page_scores(steps, scaled(X, paper, ink), len(classifier.classes_))
        shares[paper, ink] = float(np.mean(scores.argmax(axis=1) == digits))
        errors[paper, ink] = _squared_error(scores, digits, steps[-1]["ordinal"])
    most = max(shares.values())
    if most < _LEAST:
        raise ValueError(
            "X and y must be passed for this model, because it reads only "
            f"{most:.0%} of the test images of MNIST correctly, whichever usual values the pixels "
            "of paper and ink have; got None."
        )
    near = [values for values in ranges if shares[values] >= most - _NEAR_BEST]
    best = min(near, key=errors.get)
    return best, shares[best]


def _squared_error(scores, digits, is_ordinal):
    """Return the mean squared error of the outputs."""
    if is_ordinal:  # the scores are distances from the output to the number of each class
        return float(np.mean(scores[np.arange(len(digits)), digits] ** 2))
    return float(np.mean((scores - np.eye(scores.shape[1])[digits]) ** 2))


def _distance(classifier, steps, X, values):
    """Return how far the inputs of the network are from being as large as in training."""
    features = page_features(steps[:-1], scaled(X, *values))
    shift, scale = map(to_numpy, classifier._scaling)
    # After scaling, a pixel that was almost constant in training can be far too large.
    inputs = ((features - shift) / scale).clip(-_FAR, _FAR)
    size = np.sqrt(np.mean(inputs**2))  # in training, about 1
    return abs(np.log(size)) if size > 0 else np.inf
