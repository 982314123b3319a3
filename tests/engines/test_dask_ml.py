"""dask-ml's wrappers around the estimators train and predict in blocks."""

from functools import partial

import numpy as np
import pytest
from helpers import small_classifier, small_transformer
from sklearn.pipeline import make_pipeline

from skmnist.datasets import load_mnist

da = pytest.importorskip("dask.array")
wrappers = pytest.importorskip("dask_ml.wrappers")

X, y = load_mnist(subset="train", return_X_y=True)
X, y = X[:600], y[:600]
BLOCK = 2_500


network = partial(small_classifier, hidden_layer_sizes=(32,), max_iter=None)


def in_blocks(array):
    return da.from_array(array, chunks=(250, *array.shape[1:]))


def expect_same_network(found, expected):
    assert found.n_iter_ == expected.n_iter_
    for name in ("coefs_", "intercepts_"):
        for one, other in zip(getattr(found, name), getattr(expected, name), strict=True):
            np.testing.assert_array_equal(one, other)


def shaded(images, block_info=None):
    """Return a block in which a few images are repeated with random brightness, as floats."""
    rng = np.random.default_rng(block_info[None]["chunk-location"])
    shades = rng.random((BLOCK // len(images), 1, 1))
    return (shades * images).reshape(BLOCK, 784)


@pytest.mark.usefixtures("client")
def test_incremental_equals_partial_fit_on_each_block_in_order():
    incremental = wrappers.Incremental(network(), shuffle_blocks=False)
    for _ in range(2):
        incremental.partial_fit(in_blocks(X), in_blocks(y), classes=np.arange(10))
    by_hand = network()
    for start in (0, 250, 500) * 2:
        rows = slice(start, start + 250)
        by_hand.partial_fit(X[rows], y[rows], classes=np.arange(10))
    expect_same_network(incremental.estimator_, by_hand)
    assert incremental.score(in_blocks(X), in_blocks(y)) == by_hand.score(X, y)


def test_incremental_trains_on_more_data_than_fit_into_memory(client_of_one):
    few, labels = X[:100], y[:100]
    n_blocks = 70
    seeds = da.from_array(np.tile(few, (n_blocks, 1)), chunks=(100, 784))
    images = seeds.map_blocks(shaded, chunks=(BLOCK, 784), dtype=float)
    targets = da.from_array(np.tile(labels, n_blocks * BLOCK // 100), chunks=BLOCK)
    [(address, worker)] = client_of_one.scheduler_info()["workers"].items()
    assert images.nbytes > worker["memory_limit"]
    linear = network(hidden_layer_sizes=(), batch_size=500)
    incremental = wrappers.Incremental(linear, shuffle_blocks=False)
    incremental.fit(images, targets, classes=np.arange(10))
    assert list(client_of_one.ncores()) == [address]  # it was not stopped because of its memory
    for block in range(n_blocks):
        part = shaded(few, {None: {"chunk-location": (block, 0)}})
        linear.partial_fit(part, np.tile(labels, BLOCK // 100), classes=np.arange(10))
    expect_same_network(incremental.estimator_, linear)


TRANSFORMER = small_transformer("pca")
PREDICTORS = {
    "classifier": network(max_iter=3),
    "pipeline": make_pipeline(TRANSFORMER, network(max_iter=3)),
}


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("method", ["predict", "predict_proba"])
@pytest.mark.parametrize("name", PREDICTORS)
def test_parallel_post_fit_predicts_in_blocks(name, method):
    wrapped = wrappers.ParallelPostFit(PREDICTORS[name]).fit(X, y)
    lazy = getattr(wrapped, method)(in_blocks(X))
    plain = getattr(PREDICTORS[name], method)
    assert lazy.chunks[0] == (250, 250, 100)
    assert (lazy.shape, lazy.dtype) == (plain(X).shape, plain(X).dtype)
    blocks = [plain(X[start : start + 250]) for start in (0, 250, 500)]
    np.testing.assert_array_equal(lazy.compute(), np.concatenate(blocks))
    # Products of other rows may differ in the last bits.
    np.testing.assert_allclose(lazy.compute(), plain(X), atol=1e-5)


@pytest.mark.usefixtures("client")
def test_parallel_post_fit_transforms_in_blocks():
    wrapped = wrappers.ParallelPostFit(TRANSFORMER).fit(X, y)
    lazy = wrapped.transform(in_blocks(X))
    expected = TRANSFORMER.transform(X)
    assert lazy.dtype == expected.dtype
    np.testing.assert_array_equal(lazy.compute(), expected)
    # dask-ml assumes that transform keeps the number of columns, as docs/guide/dask.md explains.
    assert lazy.shape == X.shape != expected.shape
