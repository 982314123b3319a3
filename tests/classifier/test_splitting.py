import numpy as np
import pytest
from helpers import training_examples
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from skmnist.classifier._splitting import hold_out


def split(X, labels, fraction=0.25, seed=0, rows=None):
    train, held_out = hold_out(training_examples(X, labels, rows=rows), fraction, seed)
    return train.rows, held_out.rows


drawings = st.integers(2, 40).flatmap(
    lambda n: st.tuples(
        arrays(np.int8, (n, 3), elements=st.integers(0, 2)),
        arrays(np.int64, n, elements=st.integers(0, 2)),
    )
)


def distinct_rows(X):
    return {tuple(row) for row in np.asarray(X).tolist()}


@given(drawings, st.floats(0.01, 0.99), st.integers(0, 2**32 - 1))
def test_split_keeps_copies_together_and_holds_out_a_fraction_of_each_class(data, fraction, seed):
    X, labels = data
    n_distinct = [len(distinct_rows(X[labels == k])) for k in range(3)]
    if max(n_distinct) < 2:
        message = r"^X must contain two different rows of the same class, .*; got \d+ rows without"
        with pytest.raises(ValueError, match=message):
            split(X, labels, fraction, seed)
        return
    train, held_out = split(X, labels, fraction, seed)
    assert sorted([*train, *held_out]) == list(range(len(labels)))
    for k, n in enumerate(n_distinct):
        in_train = distinct_rows(X[train][labels[train] == k])
        in_held_out = distinct_rows(X[held_out][labels[held_out] == k])
        assert not in_train & in_held_out
        if n == 1:
            assert not in_held_out
        if n >= 2:
            assert 1 <= len(in_held_out) <= n - 1
            assert abs(len(in_held_out) - fraction * n) < 1 or len(in_held_out) in (1, n - 1)


@given(drawings, st.integers(0, 100), st.randoms(use_true_random=False))
def test_split_depends_on_content_and_not_on_order_of_rows(data, seed, random):
    X, labels = data
    X = np.vstack([X, [[0, 0, 0], [1, 1, 1]]])  # so that one class has two different rows
    labels = np.append(labels, [0, 0])
    order = random.sample(range(len(labels)), len(labels))
    _, held_out = split(X, labels, seed=seed)
    _, moved = split(X[order], labels[order], seed=seed)
    assert sorted(held_out) == sorted(np.array(order)[moved])


def test_split_depends_on_the_seed():
    X = np.random.default_rng(0).random((200, 5))
    labels = np.arange(200) % 4
    splits = [split(X, labels, seed=seed)[1].tolist() for seed in (1, 1, 2, 3, 4)]
    assert splits[0] == splits[1]
    assert len({tuple(rows) for rows in splits}) == 4
    assert len(splits[0]) == 4 * round(50 * 0.25)


def test_rows_of_weight_zero_are_in_neither_part():
    X, labels = np.random.default_rng(0).random((50, 3)), np.arange(50) % 2
    rows = np.arange(10, 40)
    train, held_out = split(X, labels, rows=rows)
    assert sorted([*train, *held_out]) == rows.tolist()


def test_sparse_rows_and_bytes_are_split_like_floats():
    # More rows than are projected at once.
    X = np.random.default_rng(0).integers(3, size=(2500, 9)).astype(np.uint8)
    labels = np.arange(2500) % 3
    train, held_out = split(X.astype(np.float64), labels)
    for same in (X, sparse.csr_array(X), sparse.csr_array(X.astype(np.float32))):
        again = split(same, labels)
        assert (again[0].tolist(), again[1].tolist()) == (train.tolist(), held_out.tolist())
    assert len(held_out) == pytest.approx(2500 / 4, abs=30)


def test_every_row_is_equally_likely_to_be_held_out():
    X, labels = np.arange(20.0)[:, None], np.arange(20) % 2
    seen = [row for seed in range(200) for row in split(X, labels, 0.2, seed)[1]]
    counts = np.bincount(seen, minlength=20)
    # The counts have a binomial distribution: the mean is 40, the standard deviation 5.7.
    np.testing.assert_allclose(counts, 40, atol=23)
