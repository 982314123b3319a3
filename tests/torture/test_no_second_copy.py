"""Images are never copied as a whole: memory beyond X does not depend on the size of X."""

import tracemalloc
from functools import partial

import numpy as np
import pytest
from helpers import small_classifier, small_transformer

from skmnist.datasets import load_mnist

pytestmark = pytest.mark.timeout(3600)

# SCRATCH: a batch as floats, its outputs, the parameters and the patches of a few images.
# SAMPLE: the bounded sample that kernels are learned from.
SCRATCH, SAMPLE = 30e6, 100e6


def peak(use):
    """Return the peak memory of Python and NumPy during a call, in bytes."""
    tracemalloc.start()
    try:
        use()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


network = partial(small_classifier, hidden_layer_sizes=(64,), max_iter=1)
maps = partial(small_transformer, "kmeans", n_kernels=8, n_jobs=1)


@pytest.fixture(params=["array", "memory map"])
def images(request, size, tmp_path):
    """Return many images as bytes, in memory or in a file, and their labels."""
    X, y = load_mnist(return_X_y=True)
    n_images = size(short=12_000, full=60_000)
    X, y = X[:n_images], y[:n_images]
    if request.param == "memory map":
        np.save(tmp_path / "images.npy", X)
        X = np.load(tmp_path / "images.npy", mmap_mode="r")
    return X, y


USES = {
    "fit": (lambda X, y: network().fit(X, y), SCRATCH),
    "early stopping": (lambda X, y: network(early_stopping=True).fit(X, y), SCRATCH),
    "partial_fit": (lambda X, y: network().partial_fit(X, y, range(10)), SCRATCH),
    "kernels": (lambda X, y: maps().fit(X, y), SAMPLE),
}


@pytest.mark.parametrize("name", USES)
def test_fit_copies_only_a_batch_or_a_sample(name, images, reached):
    (X, y), (use, most) = images, USES[name]
    found = peak(lambda: use(X, y))
    reached(f"{name}, {X.nbytes / 1e6:.0f} MB of {type(X).__name__}: {found / 1e6:.1f} MB more")
    assert found < most


@pytest.mark.parametrize("method", ["predict", "predict_proba", "transform"])
def test_predictions_and_features_need_little_more_than_the_result(method, images, reached):
    X, y = images
    use = getattr((maps() if method == "transform" else network()).fit(X[:500], y[:500]), method)
    result = use(X[:1])[0].nbytes * len(X)
    found = peak(lambda: use(X)) - result
    reached(f"{method}, {X.nbytes / 1e6:.0f} MB of {type(X).__name__}: {found / 1e6:.1f} MB more")
    assert found < SCRATCH
