"""Time of a grid search over both steps in one and in two processes, in seconds.

The script runs a search over ``n_kernels`` and ``pool`` of a `ConvFeatureTransformer` and the loss
of an `MLPDigitClassifier` in three ways: with ``n_jobs=1`` and one thread, with ``n_jobs=1`` and
the default number of threads of BLAS and OpenMP, and with ``n_jobs=2``, where joblib divides the
threads between the processes. A small search starts the processes beforehand, and its time is
reported. The last column contains the ratio to the time with ``n_jobs=2`` in the same round. The
script raises an error if the scores differ by more than a few images, which rounding errors can
affect.

Run the script in the root of the repository::

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
    """Return a search over both steps, without a final fit on all images."""
    pipeline = make_pipeline(
        ConvFeatureTransformer(random_state=0),
        MLPDigitClassifier(hidden_layer_sizes=(64,), max_iter=2, random_state=0),
    )
    return GridSearchCV(pipeline, GRID, cv=3, n_jobs=n_jobs, refit=False, error_score="raise")


def timed(search, X, y, n_threads, number):
    """Return the seconds of a search with at most this number of threads."""
    with threadpool_limits(n_threads):
        return seconds_of(lambda: search.fit(X, y))


def candidates(n_jobs):
    """Return a dict from names to searches and their numbers of threads."""
    n_threads = blas_threads()
    return {
        "n_jobs=1, one thread": (make_search(1), 1),
        f"n_jobs=1, all {n_threads} threads": (make_search(1), n_threads),
        f"n_jobs={n_jobs}": (make_search(n_jobs), n_threads),
    }


def ratios(values, reference):
    """Return the ratio in each round."""
    return [a / b for a, b in zip(values, reference, strict=True)]


def main(argv=None):
    """Run all rounds and print a table."""
    parser = argument_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--images", type=int, default=3000)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args(argv)
    X, y = load_mnist(subset="train", return_X_y=True)
    X, y = X[: arguments.images], y[: arguments.images]
    report = Report(__file__, __doc__, arguments, argv)
    searches = candidates(arguments.jobs)
    seconds = seconds_of(lambda: make_search(arguments.jobs).fit(X[:200], y[:200]))
    report.line(f"start of the processes and a search with 200 images: {seconds:.1f} s")
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
