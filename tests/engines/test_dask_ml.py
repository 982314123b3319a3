"""dask-ml around the estimators: trained block by block, and asked block by block."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import load_mnist

da = pytest.importorskip("dask.array")
wrappers = pytest.importorskip("dask_ml.wrappers")

X, y = load_mnist(subset="train", return_X_y=True)
X, y = X[:600], y[:600]
BLOCK = 2_500


def network(**parameters):
    parameters = {"hidden_layer_sizes": (32,), "random_state": 0, **parameters}
    return MLPDigitClassifier(**parameters)


def in_blocks(array):
    return da.from_array(array, chunks=(250, *array.shape[1:]))


def expect_the_same_network(found, expected):
    assert found.n_iter_ == expected.n_iter_
    for name in ("coefs_", "intercepts_"):
        for one, other in zip(getattr(found, name), getattr(expected, name), strict=True):
            np.testing.assert_array_equal(one, other)


def shaded(images, block_info=None):
    """Make a block out of a few images: each many times, brighter or darker, as floats."""
    rng = np.random.default_rng(block_info[None]["chunk-location"])
    shades = rng.random((BLOCK // len(images), 1, 1))
    return (shades * images).reshape(BLOCK, 784)


@pytest.mark.usefixtures("client")
def test_incremental_is_partial_fit_on_each_block_in_order():
    incremental = wrappers.Incremental(network(), shuffle_blocks=False)
    for _ in range(2):
        incremental.partial_fit(in_blocks(X), in_blocks(y), classes=np.arange(10))
    by_hand = network()
    for start in (0, 250, 500) * 2:
        rows = slice(start, start + 250)
        by_hand.partial_fit(X[rows], y[rows], classes=np.arange(10))
    expect_the_same_network(incremental.estimator_, by_hand)
    assert incremental.score(in_blocks(X), in_blocks(y)) == by_hand.score(X, y)


def test_an_array_larger_than_the_memory_of_all_workers_is_learned_from(client_of_one):
    few, labels = X[:100], y[:100]
    n_blocks = 70
    seeds = da.from_array(np.tile(few, (n_blocks, 1)), chunks=(100, 784))
    images = seeds.map_blocks(shaded, chunks=(BLOCK, 784), dtype=float)
    names = da.from_array(np.tile(labels, n_blocks * BLOCK // 100), chunks=BLOCK)
    [(address, worker)] = client_of_one.scheduler_info()["workers"].items()
    assert images.nbytes > worker["memory_limit"]
    linear = network(hidden_layer_sizes=(), batch_size=500)
    incremental = wrappers.Incremental(linear, shuffle_blocks=False)
    incremental.fit(images, names, classes=np.arange(10))
    assert list(client_of_one.ncores()) == [address]  # it was not ended for taking too much
    for block in range(n_blocks):
        part = shaded(few, {None: {"chunk-location": (block, 0)}})
        linear.partial_fit(part, np.tile(labels, BLOCK // 100), classes=np.arange(10))
    expect_the_same_network(incremental.estimator_, linear)


CONVOLVE = ConvFeatureTransformer("pca", n_kernels=4, random_state=0)
ASKED = {
    "classifier": network(max_iter=3),
    "pipeline": make_pipeline(CONVOLVE, network(max_iter=3)),
}


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("method", ["predict", "predict_proba"])
@pytest.mark.parametrize("name", ASKED)
def test_parallel_post_fit_predicts_block_by_block(name, method):
    wrapped = wrappers.ParallelPostFit(ASKED[name]).fit(X, y)
    lazy = getattr(wrapped, method)(in_blocks(X))
    plain = getattr(ASKED[name], method)
    assert lazy.chunks[0] == (250, 250, 100)
    assert (lazy.shape, lazy.dtype) == (plain(X).shape, plain(X).dtype)
    blocks = [plain(X[start : start + 250]) for start in (0, 250, 500)]
    np.testing.assert_array_equal(lazy.compute(), np.concatenate(blocks))
    # A product of other rows may end in other bits.
    np.testing.assert_allclose(lazy.compute(), plain(X), atol=1e-5)


@pytest.mark.usefixtures("client")
def test_parallel_post_fit_transforms_block_by_block():
    wrapped = wrappers.ParallelPostFit(CONVOLVE).fit(X, y)
    lazy = wrapped.transform(in_blocks(X))
    expected = CONVOLVE.transform(X)
    assert lazy.dtype == expected.dtype
    np.testing.assert_array_equal(lazy.compute(), expected)
    # dask-ml believes that a transform keeps the number of columns: docs/guide/dask.md says so.
    assert lazy.shape == X.shape != expected.shape
