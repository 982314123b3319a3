"""DigitDistorter.fit_resample adds distorted copies of images, with their labels."""

import numpy as np
import pandas as pd
import pytest

from skmnist import DigitDistorter
from skmnist.datasets import load_mnist

X, y = (each[:60] for each in load_mnist(subset="test", return_X_y=True))
WORDS = np.array(list("abcdefghij"))[y]


@pytest.mark.parametrize("n_copies", [1, 3])
def test_originals_come_first_and_then_the_copies(n_copies):
    images, labels = DigitDistorter(n_copies=n_copies, random_state=0).fit_resample(X, y)
    assert images.dtype == X.dtype
    assert images.shape == ((1 + n_copies) * len(X), 784)
    np.testing.assert_array_equal(images[: len(X)], X)
    np.testing.assert_array_equal(labels, np.tile(y, 1 + n_copies))
    parts = images.reshape(1 + n_copies, len(X), -1)
    for i, part in enumerate(parts):
        for other in parts[:i]:
            assert (part != other).any(axis=1).all()
    correlations = [np.corrcoef(a, b)[0, 1] for a, b in zip(images[-len(X) :], X, strict=True)]
    assert np.median(correlations) > 0.6


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (WORDS, WORDS),
        (WORDS.astype(object), WORDS.astype(object)),
        (WORDS.tolist(), WORDS),
        (pd.Series(y, index=range(100, 160)), y),
        (pd.Series(WORDS, dtype="category"), WORDS.astype(object)),
        (y % 2 == 1, y % 2 == 1),
        (y / 2, y / 2),
        (np.stack([y, y + 1], axis=1), np.stack([y, y + 1], axis=1)),
    ],
    ids=["strings", "objects", "list", "series", "categories", "bools", "floats", "two columns"],
)
def test_labels_of_any_type_are_repeated(labels, expected):
    _, found = DigitDistorter(n_copies=2).fit_resample(X, labels)
    assert isinstance(found, np.ndarray)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, np.concatenate([expected] * 3))


def test_data_frame_stays_a_data_frame():
    names = [f"pixel{i}" for i in range(784)]
    frame = pd.DataFrame(X, columns=names, index=range(1000, 1060))
    images, _ = DigitDistorter(random_state=0).fit_resample(frame, y)
    assert isinstance(images, pd.DataFrame)
    assert list(images.columns) == names
    assert list(images.index) == list(range(120))
    assert (images.dtypes == np.uint8).all()
    expected, _ = DigitDistorter(random_state=0).fit_resample(X, y)
    np.testing.assert_array_equal(images, expected)


def test_lists_become_arrays():
    images, labels = DigitDistorter(random_state=0).fit_resample(X.tolist(), y.tolist())
    expected, _ = DigitDistorter(random_state=0).fit_resample(X.astype(np.int64), y)
    np.testing.assert_array_equal(images, expected)
    assert isinstance(labels, np.ndarray)


def test_seed_decides_the_copies():
    first, again, other = (
        DigitDistorter(random_state=seed).fit_resample(X, y)[0] for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first[len(X) :] != other[len(X) :]).any(axis=1).all()
    state = DigitDistorter(random_state=np.random.RandomState(0))
    np.testing.assert_array_equal(state.fit_resample(X, y)[0], first)
    assert (state.fit_resample(X, y)[0] != first).any()


def test_numbers_of_images_and_labels_must_be_equal():
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples: \[60, 59\]"):
        DigitDistorter().fit_resample(X, y[1:])
