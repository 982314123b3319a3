import numpy as np
import pytest
from helpers import byte_images, training_examples
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from skmnist.network._training import _batches, some_rows


@given(n_rows=st.integers(1, 60), size=st.integers(1, 70))
def test_batches_cover_every_row_once_and_differ_in_size_by_one_at_most(n_rows, size):
    X = np.arange(n_rows, dtype=float)[:, None]
    rows = np.random.default_rng(0).permutation(n_rows)
    examples = training_examples(X, weights=np.arange(n_rows) + 0.5)
    seen = list(_batches(examples, rows, size, np.dtype(float)))
    sizes = [len(X) for X, _, _ in seen]
    assert max(sizes) - min(sizes) <= 1
    assert max(sizes) <= size
    assert len(seen) == int(np.ceil(n_rows / size))
    X, Y, weights = (np.concatenate(parts) for parts in zip(*seen, strict=True))
    np.testing.assert_array_equal(X[:, 0], rows)
    np.testing.assert_array_equal(Y.argmax(axis=1), rows % 3)
    np.testing.assert_array_equal(weights[:, 0], rows + 0.5)


@pytest.mark.parametrize("scale", [1.0, 2.0, 255.0])
def test_batches_are_divided_by_the_scale(scale):
    X = byte_images()
    for data in (X, X.astype(float), csr_array(X)):
        [(floats, _, _)] = _batches(training_examples(data, scale=scale), np.arange(50), 50, float)
        np.testing.assert_array_equal(floats, X / scale)


@given(n_rows=st.integers(1, 5000))
def test_sample_consists_of_different_rows_and_is_always_the_same(n_rows):
    X = np.arange(n_rows, dtype=np.float64)[:, None]
    examples = training_examples(X)
    places, again = (some_rows(examples, np.dtype(float))[0][:, 0] for _ in range(2))
    assert len(places) == min(n_rows, 1024)
    assert (np.diff(places) > 0).all()
    np.testing.assert_array_equal(places, again)
    assert len(some_rows(examples, np.dtype(float), 10)[0]) == min(n_rows, 10)


def test_sample_of_sorted_or_periodic_labels_has_all_of_them():
    for labels in (np.arange(10_000) % 10, np.arange(10_000) // 1000):
        X = labels[:, None].astype(float)
        counts = np.bincount(some_rows(training_examples(X), np.dtype(float))[0][:, 0].astype(int))
        assert counts.min() > 60
