"""Seconds that a grid search over both steps takes in one process and in two.

Searches over ``n_kernels`` and ``pool`` of a `ConvFeatureTransformer` and over the loss of the
`MLPDigitClassifier` behind it, in turn: with ``n_jobs=1`` and one thread, with ``n_jobs=1`` and
as many threads as BLAS and OpenMP take by themselves, and with ``n_jobs=2``, where joblib gives
each process its share of them. A small search starts the processes beforehand; what it takes is
said. The last column says how many times as long as with ``n_jobs=2`` a search took in the same
round. The scores must be the same, but for a few images that another last digit of a sum can
turn.

Run it from the root of the repository::

    python examples/benchmarks/search_speed.py
    python examples/benchmarks/search_speed.py --rounds 5 --images 3000
"""

from functools import partial

import numpy as np
from _common import (
    Report,
    argument_parser,
    blas_threads,
    interleave,
    median_and_spread,
    seconds_of,
)
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import load_mnist

GRID = {
    "convfeaturetransformer__n_kernels": [16, 32],
    "convfeaturetransformer__pool": ["max", "mean"],
    "mlpdigitclassifier__loss": ["mse", "squared_hinge"],
}


def make_search(n_jobs):
    """Make a search over both steps, without a final fit on all images."""
    pipeline = make_pipeline(
        ConvFeatureTransformer(random_state=0),
        MLPDigitClassifier(hidden_layer_sizes=(64,), max_iter=2, random_state=0),
    )
    return GridSearchCV(pipeline, GRID, cv=3, n_jobs=n_jobs, refit=False, error_score="raise")


def timed(search, X, y, n_threads, number):
    """Time a search that may take so many threads for itself."""
    with threadpool_limits(n_threads):
        return seconds_of(lambda: search.fit(X, y))


def contenders(n_jobs):
    """Name each search, and say how many threads it may take for itself."""
    n_threads = blas_threads()
    return {
        "n_jobs=1, one thread": (make_search(1), 1),
        f"n_jobs=1, all {n_threads} threads": (make_search(1), n_threads),
        f"n_jobs={n_jobs}": (make_search(n_jobs), n_threads),
    }


def ratios(values, reference):
    """Divide round by round."""
    return [a / b for a, b in zip(values, reference, strict=True)]


def main(argv=None):
    """Run the rounds, and print a table."""
    parser = argument_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--images", type=int, default=3000)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args(argv)
    X, y = load_mnist(subset="train", return_X_y=True)
    X, y = X[: arguments.images], y[: arguments.images]
    report = Report(__file__, __doc__, arguments, argv)
    searches = contenders(arguments.jobs)
    seconds = seconds_of(lambda: make_search(arguments.jobs).fit(X[:200], y[:200]))
    report.line(f"the processes' first search, of 200 images, with their start: {seconds:.1f} s")
    turns = {name: partial(timed, search, X, y, n) for name, (search, n) in searches.items()}
    timings = interleave(turns, arguments.rounds)
    scores = [search.cv_results_["mean_test_score"] for search, _ in searches.values()]
    np.testing.assert_allclose(scores, [scores[0]] * len(scores), atol=0.005)
    shared = f"n_jobs={arguments.jobs}"
    rows = [
        [name, median_and_spread(values), median_and_spread(ratios(values, timings[shared]))]
        for name, values in timings.items()
    ]
    headers = [f"{len(X):,} images, seconds", "median (min to max)", f"/ {shared} (min to max)"]
    report.table(headers, rows)
    report.record()


if __name__ == "__main__":
    main()
