"""Outputs that are 0 for all images would stay 0 without the corrected slope."""

import numpy as np
import pytest
from sklearn.datasets import load_digits, make_blobs

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist

X, y = load_digits(return_X_y=True)


def accuracy(X, y, **parameters):
    settings = {"hidden_layer_sizes": (64,), "random_state": 0, **parameters}
    return MLPDigitClassifier(**settings).fit(X, y).score(X, y)


def test_dark_digits_on_white_are_learned():
    pixels, labels = load_mnist(subset="test", return_X_y=True)
    assert accuracy(255 - pixels[:2000], labels[:2000], max_iter=10) > 0.8


def test_a_hundred_classes_are_learned():
    assert accuracy(*make_blobs(3000, 20, centers=100, random_state=0)) > 0.95


@pytest.mark.parametrize("offset", [10, 100])
def test_data_far_from_zero_are_learned(offset):
    assert accuracy(X + offset, y, max_iter=60) > 0.6


def test_absolute_loss_learns_although_median_target_is_zero():
    assert accuracy(X, y, loss="mae", max_iter=60) > 0.9


@pytest.mark.parametrize("factor", [1e-200, 1e160, 1e300])
def test_tiny_and_huge_values_are_learned(factor):
    assert accuracy(X * factor, y, max_iter=20) > 0.9


def test_stream_of_single_images_is_learned():
    model = MLPDigitClassifier(hidden_layer_sizes=(32,), random_state=0)
    for image, label in zip(X[:500], y, strict=False):
        model.partial_fit([image], [label], classes=range(10))
    assert model.score(X[500:], y[500:]) > 0.5


def test_many_labels_of_another_kind_raise_error():
    numbers = np.arange(len(X)) % 100
    message = r"y_val must contain only the classes 0, 1, .*; got '0', '1', "
    with pytest.raises(ValueError, match=message):
        MLPDigitClassifier(max_iter=1).fit(X, numbers, X_val=X, y_val=numbers.astype(str))
