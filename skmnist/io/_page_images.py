"""The images that a page is tested with: those of the user, or the bundled test images."""

from typing import NamedTuple

import numpy as np
from sklearn.utils import check_array

from skmnist.classifier._targets import as_labels
from skmnist.datasets import load_mnist
from skmnist.io._page_prediction import page_features
from skmnist.network._arrays import to_numpy

# The values of background and ink that images usually have.
_RANGES = ((0.0, 1.0), (-1.0, 1.0), (0.0, 16.0), (0.0, 255.0))
_FEW_IMAGES = 200
_FAR = 5
_MNIST_SIDE = 28


class PageImages(NamedTuple):
    """Images as the model reads them, their labels or None, and the values of paper and ink."""

    X: np.ndarray
    y: np.ndarray | None
    low: float
    high: float

    def as_bytes(self, rows):
        """Return some images with pixels from 0 (background) to 255 (ink)."""
        pixels = (self.X[rows] - self.low) * (255 / (self.high - self.low))
        return np.rint(pixels).clip(0, 255).astype(np.uint8)


def given_images(X, y, n_pixels):
    """Return the user's images."""
    X = to_numpy(check_array(X, dtype="numeric"))
    if X.shape[1] != n_pixels:
        raise ValueError(
            f"X must have {n_pixels} columns, one for each pixel of model; got {X.shape[1]}."
        )
    y = None if y is None else as_labels(y)
    if y is not None and len(y) != len(X):
        raise ValueError(f"y must have one label for each of the {len(X)} rows of X; got {len(y)}.")
    low, high = min(0.0, float(X.min())), float(X.max())
    tops = [top for bottom, top in _RANGES if bottom <= low and high <= top]
    return PageImages(X, y, -1.0 if -1 <= low < 0 and high <= 1 else low, tops[0] if tops else high)


def bundled_images(classifier, steps, side):
    """Return the test images of MNIST with the size and the range that the model reads.

    They have labels if the classes are the ten digits.
    """
    X, y = load_mnist(subset="test", return_X_y=True)
    if side != _MNIST_SIDE:
        nearest = ((np.arange(side) + 0.5) * (_MNIST_SIDE / side)).astype(int)
        X = X.reshape(-1, _MNIST_SIDE, _MNIST_SIDE)[:, nearest][:, :, nearest].reshape(len(X), -1)
    low, high = _range_trained_on(classifier, steps, X[:_FEW_IMAGES])
    has_digits = [str(label) for label in classifier.classes_.tolist()] == list("0123456789")
    if (low, high) != (0.0, 255.0):
        X = (low + X / 255 * (high - low)).astype(np.float32)
    return PageImages(X, classifier.classes_[y] if has_digits else None, low, high)


def _range_trained_on(classifier, steps, X):
    """Return the range of images with which the last step sees numbers as large as in training."""
    usual = classifier._scale  # the root mean square in training

    def distance(values):
        low, high = values
        features = page_features(steps[:-1], low + X / 255 * (high - low))
        # After scaling, a pixel that was almost constant in training can be far too large.
        features = features.astype(np.float64).clip(-_FAR * usual, _FAR * usual)
        size = np.sqrt(np.mean(features**2))
        return abs(np.log(size / usual)) if size > 0 else np.inf

    return min(_RANGES, key=distance)
