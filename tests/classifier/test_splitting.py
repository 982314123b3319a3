import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from skmnist.classifier._splitting import hold_out
from skmnist.network._training import Examples


def examples(X, labels, rows=None):
    rows = np.arange(len(labels)) if rows is None else rows
    codes, weights = np.eye(labels.max() + 1), np.ones((len(labels), 1))
    return Examples(X=X, labels=labels, codes=codes, weights=weights, rows=rows, scale=1.0)


def split(X, labels, fraction=0.25, seed=0, rows=None):
    train, aside = hold_out(examples(X, labels, rows), fraction, seed)
    return train.rows, aside.rows


drawings = st.integers(2, 40).flatmap(
    lambda n: st.tuples(
        arrays(np.int8, (n, 3), elements=st.integers(0, 2)),
        arrays(np.int64, n, elements=st.integers(0, 2)),
    )
)


def distinct(X):
    return {tuple(row) for row in np.asarray(X).tolist()}


@given(drawings, st.floats(0.01, 0.99), st.integers(0, 2**32 - 1))
def test_a_split_keeps_copies_together_and_takes_the_fraction_of_every_class(data, fraction, seed):
    X, labels = data
    n_distinct = [len(distinct(X[labels == k])) for k in range(3)]
    if max(n_distinct) < 2:
        with pytest.raises(ValueError, match=r"no class .* has two different ones"):
            split(X, labels, fraction, seed)
        return
    train, aside = split(X, labels, fraction, seed)
    assert sorted([*train, *aside]) == list(range(len(labels)))
    for k, n in enumerate(n_distinct):
        inside = distinct(X[train][labels[train] == k])
        outside = distinct(X[aside][labels[aside] == k])
        assert not inside & outside
        if n == 1:
            assert not outside
        if n >= 2:
            assert 1 <= len(outside) <= n - 1
            assert abs(len(outside) - fraction * n) < 1 or len(outside) in (1, n - 1)


@given(drawings, st.integers(0, 100), st.randoms(use_true_random=False))
def test_a_split_goes_by_what_is_in_the_rows_and_not_by_where_they_stand(data, seed, random):
    X, labels = data
    X = np.vstack([X, [[0, 0, 0], [1, 1, 1]]])  # so that there is something to split
    labels = np.append(labels, [0, 0])
    order = random.sample(range(len(labels)), len(labels))
    _, aside = split(X, labels, seed=seed)
    _, moved = split(X[order], labels[order], seed=seed)
    assert sorted(aside) == sorted(np.array(order)[moved])


def test_a_seed_gives_a_split_and_another_seed_another():
    X = np.random.default_rng(0).random((200, 5))
    labels = np.arange(200) % 4
    splits = [split(X, labels, seed=seed)[1].tolist() for seed in (1, 1, 2, 3, 4)]
    assert splits[0] == splits[1]
    assert len({tuple(rows) for rows in splits}) == 4
    assert len(splits[0]) == 4 * round(50 * 0.25)


def test_rows_without_weight_stay_out_of_both_parts():
    X, labels = np.random.default_rng(0).random((50, 3)), np.arange(50) % 2
    rows = np.arange(10, 40)
    train, aside = split(X, labels, rows=rows)
    assert sorted([*train, *aside]) == rows.tolist()


def test_sparse_rows_and_bytes_are_split_like_floats():
    # More rows than are looked at in one go.
    X = np.random.default_rng(0).integers(3, size=(2500, 9)).astype(np.uint8)
    labels = np.arange(2500) % 3
    train, aside = split(X.astype(np.float64), labels)
    for same in (X, sparse.csr_array(X), sparse.csr_array(X.astype(np.float32))):
        again = split(same, labels)
        assert (again[0].tolist(), again[1].tolist()) == (train.tolist(), aside.tolist())
    assert len(aside) == pytest.approx(2500 / 4, abs=30)


def test_every_row_has_the_same_chance_to_be_put_aside():
    X, labels = np.arange(20.0)[:, None], np.arange(20) % 2
    seen = [row for seed in range(200) for row in split(X, labels, 0.2, seed)[1]]
    counts = np.bincount(seen, minlength=20)
    # Binomial: 200 draws of a fifth are 40, give or take four times 5.7.
    np.testing.assert_allclose(counts, 40, atol=23)
