"""Memory and saved models do not grow however often a method is called."""

import gc
import pickle
import time
import tracemalloc
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from helpers import small_classifier, small_transformer
from sklearn.datasets import load_digits

pytestmark = pytest.mark.timeout(4 * 3600)

X, y = load_digits(return_X_y=True)
X, y = X[:100].astype(np.float32), y[:100]
STATUS = Path("/proc/self/status")
# Growth that is allowed for Python, and for the C libraries.
SOME_BYTES, SOME_MEGABYTES = {"short": 20_000, "full": 100_000}, 8
# Each epoch adds a number, saved as 9 bytes, to each of two lists.
CURVES = 2


network = partial(small_classifier, hidden_layer_sizes=(8,), max_iter=None)


def stream(**parameters):
    """Return a model, and a function that trains it on the next ten rows of a stream."""
    model, starts = network(**parameters), count(step=10)

    def train():
        rows = slice(start := next(starts) % 100, start + 10)
        model.partial_fit(X[rows], y[rows], classes=range(10))

    return model, train


def training():
    """Return a model, and a function that trains it for one more epoch."""
    model, epochs = network(warm_start=True, schedule_iter=10**6), count(1)
    return model, lambda: model.set_params(max_iter=next(epochs)).fit(X, y)


def used(model, method):
    """Return a fitted model, and a function that applies it to three images."""
    use = getattr(model.fit(X, y), method)
    return model, lambda: use(X[:3])


CALLS = {
    "partial_fit": (stream, 200, 100_000, 0),
    "partial_fit, adam": (lambda: stream(solver="adam", dropout=0.2), 100, 100_000, 0),
    "fit, warm start": (training, 100, 10_000, CURVES),
    "predict_proba": (lambda: used(network(), "predict_proba"), 1_000, 10_000, 0),
    "transform": (lambda: used(small_transformer("kmeans"), "transform"), 1_000, 10_000, 0),
}


def megabytes():
    """Return the memory of this process in megabytes, or 0 where the system does not tell it."""
    if not STATUS.exists():
        return 0.0
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1000


def sizes(model):
    """Return Python's memory and the pickle's size in bytes, and the process's megabytes."""
    saved = len(pickle.dumps(model))
    gc.collect()
    return tracemalloc.get_traced_memory()[0], saved, megabytes()


@pytest.mark.parametrize("name", CALLS)
def test_endless_calls_need_no_more_memory(name, size, reached):
    make, short, full, per_call = CALLS[name]
    n_calls = size(short=short, full=full)
    model, call = make()
    tracemalloc.start()
    try:
        for _ in range(short // 2):  # until caches are filled
            call()
        before, started = sizes(model), time.perf_counter()
        for _ in range(n_calls):
            call()
        seconds, after = time.perf_counter() - started, sizes(model)
    finally:
        tracemalloc.stop()
    held, saved, process = (late - early for late, early in zip(after, before, strict=True))
    assert held < size(**SOME_BYTES) + 100 * per_call * n_calls
    assert saved <= 100 + 9 * per_call * n_calls
    assert process < SOME_MEGABYTES
    reached(
        f"{name}, {n_calls:,} times, {n_calls / seconds:,.0f} per second while memory was traced: "
        f"{held:,} bytes more in Python, {saved:,} in the pickle, {process:.1f} MB in the process"
    )
