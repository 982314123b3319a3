"""Time of a grid search with and without cached features, in seconds.

The script runs a search over ``n_kernels`` and ``pool`` of a `ConvFeatureTransformer` and the loss
of an `MLPDigitClassifier` in three ways: without ``memory=``, with an empty folder (each
transformer is fitted once for both losses), and with the folder that the previous search has
filled. It raises an error if the scores differ.

Run the script in the root of the repository::

    python examples/benchmarks/cached_search.py
    python examples/benchmarks/cached_search.py --rounds 3 --images 2000
"""

import tempfile

import numpy as np
from _common import Report, argument_parser, median_and_spread, ratio, seconds_of
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import load_mnist

GRID = {
    "convfeatures__n_kernels": [16, 32],
    "convfeatures__pool": ["max", "mean"],
    "digits__loss": ["mse", "squared_hinge"],
}


def make_search(memory):
    """Return a search over a pipeline that caches its features in a folder (None: no cache)."""
    steps = [
        ("convfeatures", ConvFeatureTransformer(random_state=0)),
        ("digits", MLPDigitClassifier(hidden_layer_sizes=(64,), max_iter=2, random_state=0)),
    ]
    return GridSearchCV(Pipeline(steps, memory=memory), GRID, cv=3, refit=False)


def one_round(X, y):
    """Return the seconds of the three searches; raise an error if their scores differ."""
    with tempfile.TemporaryDirectory() as folder:
        searches = {
            "no memory": make_search(None),
            "memory, first search": make_search(folder),
            "memory, second search": make_search(folder),
        }
        seconds = {
            name: seconds_of(lambda search=search: search.fit(X, y))
            for name, search in searches.items()
        }
    scores = [search.cv_results_["mean_test_score"] for search in searches.values()]
    np.testing.assert_array_equal(scores[0], scores[1])
    np.testing.assert_array_equal(scores[0], scores[2])
    return seconds


def main(argv=None):
    """Run all rounds and print a table."""
    parser = argument_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--images", type=int, default=6000)
    arguments = parser.parse_args(argv)
    X, y = load_mnist(subset="train", return_X_y=True)
    X, y = X[: arguments.images], y[: arguments.images]
    report = Report(__file__, __doc__, arguments, argv)
    rounds = [one_round(X, y) for _ in range(arguments.rounds)]
    timings = {name: [each[name] for each in rounds] for name in rounds[0]}
    rows = [
        [name, median_and_spread(values), f"{ratio(values, timings['no memory']):.2f}"]
        for name, values in timings.items()
    ]
    report.table([f"{len(X):,} images, seconds", "median (min to max)", "/ no memory"], rows)
    report.record()


if __name__ == "__main__":
    main()
