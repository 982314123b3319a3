"""Accuracy and time of two classifiers with default parameters on small data sets.

The script cross-validates `MLPDigitClassifier()` and scikit-learn's `MLPClassifier()` on small data
sets of scikit-learn, first on the data as they are, then after a `StandardScaler`. The five folds
are the same for both classifiers and all seeds. The seeds are the `random_state` of the
classifiers. The accuracies and their differences are means over folds and seeds, in percent. The
times are those of a fit, medians over folds and seeds.

Run the script in the root of the repository::

    python examples/benchmarks/small_data.py
    python examples/benchmarks/small_data.py --seeds 10
"""

import warnings
from functools import partial

import numpy as np
from _common import Report, argument_parser
from sklearn.datasets import (
    load_breast_cancer,
    load_digits,
    load_iris,
    load_wine,
    make_classification,
    make_moons,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedKFold, cross_validate
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmnist import MLPDigitClassifier


def with_an_offset():
    """Return columns whose means are far from 0."""
    X, y = make_classification(300, 5, random_state=0)
    return X + 1e4, y


DATA_SETS = {
    "iris": partial(load_iris, return_X_y=True),
    "wine": partial(load_wine, return_X_y=True),
    "breast_cancer": partial(load_breast_cancer, return_X_y=True),
    "digits": partial(load_digits, return_X_y=True),
    "make_moons": partial(make_moons, 200, noise=0.2, random_state=0),
    "make_classification + 10,000": with_an_offset,
}
SCALERS = {"the data as they are": [], "after a StandardScaler": [StandardScaler()]}
CLASSIFIERS = [MLPDigitClassifier, MLPClassifier]
COLUMNS = [
    "skmnist, %",
    "MLPClassifier, %",
    "difference",
    "skmnist, s",
    "MLPClassifier, s",
    "ratio",
]
FOLDS = StratifiedKFold(n_splits=5, shuffle=True, random_state=0)


def measure(classifier, scaler, X, y, n_seeds):
    """Return the mean accuracy over folds and seeds, in percent, and the median time of a fit."""
    found = [
        cross_validate(make_pipeline(*scaler, classifier(random_state=seed)), X, y, cv=FOLDS)
        for seed in range(n_seeds)
    ]
    accuracy = 100 * np.mean([each["test_score"] for each in found])
    return accuracy, np.median([each["fit_time"] for each in found])


def row(name, ours, theirs):
    """Return the cells of a row of the table."""
    differences = f"{ours[0] - theirs[0]:+.2f}", f"{ours[1] / theirs[1]:.1f}"
    seconds = f"{ours[1]:.2f}", f"{theirs[1]:.2f}"
    return [name, f"{ours[0]:.2f}", f"{theirs[0]:.2f}", differences[0], *seconds, differences[1]]


def main(argv=None):
    """Print two tables, with a row for each data set and their average."""
    parser = argument_parser(__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args(argv)
    n_seeds = arguments.seeds
    warnings.simplefilter("ignore", ConvergenceWarning)

    report = Report(__file__, __doc__, arguments, argv)
    for title, scaler in SCALERS.items():
        table = {}
        for name, load in DATA_SETS.items():
            table[name] = [measure(clf, scaler, *load(), n_seeds) for clf in CLASSIFIERS]
        table["average"] = np.mean(list(table.values()), axis=0)
        report.table(
            [f"{title}, seeds: {n_seeds}", *COLUMNS],
            [row(name, *measured) for name, measured in table.items()],
        )
    report.record()


if __name__ == "__main__":
    main()
