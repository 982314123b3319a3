"""Outputs that would be dead for good, and are not."""

import numpy as np
import pytest
from sklearn.datasets import load_digits, make_blobs

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist

X, y = load_digits(return_X_y=True)


def accuracy(X, y, **parameters):
    settings = {"hidden_layer_sizes": (64,), "random_state": 0, **parameters}
    return MLPDigitClassifier(**settings).fit(X, y).score(X, y)


def test_dark_ink_on_white_paper_is_learnt():
    pixels, labels = load_mnist(subset="test", return_X_y=True)
    assert accuracy(255 - pixels[:2000], labels[:2000], max_iter=10) > 0.8


def test_a_hundred_classes_are_all_learnt():
    assert accuracy(*make_blobs(3000, 20, centers=100, random_state=0)) > 0.95


@pytest.mark.parametrize("offset", [10, 100])
def test_data_far_from_zero_are_learnt(offset):
    assert accuracy(X + offset, y, max_iter=60) > 0.6


def test_absolute_errors_are_learnt_too_although_their_median_is_zero():
    assert accuracy(X, y, loss="mae", max_iter=60) > 0.9


@pytest.mark.parametrize("factor", [1e-200, 1e160, 1e300])
def test_no_size_of_numbers_is_too_small_or_large(factor):
    assert accuracy(X * factor, y, max_iter=20) > 0.9


def test_a_stream_of_single_images_is_learnt():
    model = MLPDigitClassifier(hidden_layer_sizes=(32,), random_state=0)
    for image, label in zip(X[:1000], y, strict=False):
        model.partial_fit([image], [label], classes=range(10))
    assert model.score(X[1000:], y[1000:]) > 0.5


def test_labels_of_another_kind_are_refused_however_many_there_are():
    numbers = np.arange(len(X)) % 100
    with pytest.raises(ValueError, match="y_val holds labels that were not seen before: '0'"):
        MLPDigitClassifier(max_iter=1).fit(X, numbers, X_val=X, y_val=numbers.astype(str))
