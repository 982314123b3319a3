"""Several threads at once: results are bit-identical, and the process is left unchanged."""

import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from helpers import small_classifier, small_transformer
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_info, threadpool_limits

pytestmark = pytest.mark.timeout(3600)

X, y = load_digits(return_X_y=True)
EQUALITY = {1: "bit-identical", 2: "equal to eight digits where the BLAS has two threads"}


def network(seed, **parameters):
    return small_classifier(random_state=seed, **parameters)


def maps(seed, kernels="kmeans"):
    return small_transformer(kernels, n_kernels=8, random_state=seed, n_jobs=2)


FITS = {
    "sgd": network,
    "adam, dropout": lambda seed: network(seed, solver="adam", dropout=0.3),
    "early stopping": lambda seed: network(seed, early_stopping=True),
    "kmeans": maps,
    "pca": lambda seed: maps(seed, "pca"),
    "pipeline": lambda seed: make_pipeline(maps(seed, "patches"), network(seed)),
}
USES = {
    "classifier": (network, ("predict", "predict_proba", "decision_function")),
    "transformer": (maps, ("transform", "feature_maps")),
    "pipeline": (FITS["pipeline"], ("predict", "predict_proba")),
}


def output(model):
    """Return the probabilities or features that a fitted estimator computes."""
    method = model.predict_proba if hasattr(model, "predict_proba") else model.transform
    return method(X)


def agree(found, expected, n_threads):
    """Expect equal bits, or eight equal digits if the BLAS has several threads.

    The bits then depend on the number of threads, which a transformer limits to one while it works.
    """
    for one, other in zip(found, expected, strict=True):
        if n_threads == 1:
            np.testing.assert_array_equal(one, other)
        else:
            np.testing.assert_allclose(one, other, atol=1e-8)


def together(tasks):
    """Run each task in a thread, all started at the same moment, and return their results."""
    start = threading.Barrier(len(tasks), timeout=60)

    def run(task):
        start.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [each.result() for each in [pool.submit(run, task) for task in tasks]]


def state_of_the_process():
    random_words = np.random.mtrand._rand.get_state()[1]
    libraries = [(each["filepath"], each["num_threads"]) for each in threadpool_info()]
    return np.geterr(), random_words.tobytes(), list(warnings.filters), libraries


@pytest.fixture(params=[1, 2])
def n_threads(request):
    """Limit the BLAS to one or two threads; the settings of the process must not change."""
    with threadpool_limits(limits=request.param, user_api="blas"):
        before = state_of_the_process()
        yield request.param
        assert state_of_the_process() == before


def test_fits_in_two_threads_equal_single_fits(size, reached, n_threads):
    n_rounds, names = size(short=1, full=100), list(FITS)
    alone = {(name, seed): output(FITS[name](seed).fit(X, y)) for name in names for seed in (0, 1)}
    for number in range(n_rounds):
        for place, name in enumerate(names):
            other = names[(place + number) % len(names)]
            found = together(
                [lambda n=n, s=s: output(FITS[n](s).fit(X, y)) for n, s in ((name, 0), (other, 1))]
            )
            agree(found, [alone[name, 0], alone[other, 1]], n_threads)
    reached(f"{n_rounds * len(names):,} pairs of fits in two threads, {EQUALITY[n_threads]}")


def test_fits_beside_predictions_equal_single_fits(size, reached, n_threads):
    n_rounds, model = size(short=2, full=200), network(3).fit(X, y)
    fitted, predicted = output(network(0).fit(X, y)), output(model)
    for _ in range(n_rounds):
        fit = [lambda: output(network(0).fit(X, y))] * 2
        found = together([*fit, *[lambda: output(model)] * 2])
        agree(found, [fitted] * 2 + [predicted] * 2, n_threads)
    reached(f"{n_rounds:,} rounds of two fits beside two predictions, {EQUALITY[n_threads]}")


@pytest.mark.parametrize("name", USES)
def test_eight_threads_share_a_fitted_estimator(name, size, reached, n_threads):
    make, methods = USES[name]
    n_rounds, model = size(short=3, full=300), make(0).fit(X, y)
    starts = range(0, 1600, 200)
    for method in methods:
        use = getattr(model, method)
        alone = [use(X[start:]) for start in starts]
        for _ in range(n_rounds):
            tasks = [lambda s=s, use=use: use(X[s:]) for s in starts]
            agree(together(tasks), alone, n_threads)
    reached(f"{name}: {8 * n_rounds * len(methods):,} uses in eight threads, {EQUALITY[n_threads]}")
