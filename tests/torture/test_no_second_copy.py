"""Bytes are never copied whole: memory above the input does not depend on how large it is."""

import tracemalloc

import numpy as np
import pytest

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import load_mnist

pytestmark = pytest.mark.timeout(3600)

# A batch in floats, its outputs, the parameters, a few images' patches; and the sample that
# kernels are learned from, which is bounded.
SCRATCH, SAMPLE = 30e6, 100e6


def peak(use):
    """Return the most bytes that Python and NumPy held at once during a call, beyond before."""
    tracemalloc.start()
    try:
        use()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def network(**parameters):
    defaults = {"hidden_layer_sizes": (64,), "max_iter": 1, "random_state": 0}
    return MLPDigitClassifier(**{**defaults, **parameters})


def maps():
    return ConvFeatureTransformer(n_kernels=8, random_state=0, n_jobs=1)


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
def test_a_fit_copies_no_bytes_but_a_batch_or_a_sample(name, images, reached):
    (X, y), (use, most) = images, USES[name]
    found = peak(lambda: use(X, y))
    reached(f"{name}, {X.nbytes / 1e6:.0f} MB of {type(X).__name__}: {found / 1e6:.1f} MB more")
    assert found < most


@pytest.mark.parametrize("method", ["predict", "predict_proba", "transform"])
def test_a_use_holds_its_result_and_little_else(method, images, reached):
    X, y = images
    use = getattr((maps() if method == "transform" else network()).fit(X[:500], y[:500]), method)
    result = use(X[:1])[0].nbytes * len(X)
    found = peak(lambda: use(X)) - result
    reached(f"{method}, {X.nbytes / 1e6:.0f} MB of {type(X).__name__}: {found / 1e6:.1f} MB more")
    assert found < SCRATCH
