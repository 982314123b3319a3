"""Accuracy of two classifiers with default parameters on small data sets.

The script cross-validates `MLPDigitClassifier()` and scikit-learn's `MLPClassifier()`, each after a
`StandardScaler`, on the four small data sets of scikit-learn. The five folds are the same for both
classifiers and all seeds. The seeds are the `random_state` of the classifiers. The accuracies and
their differences are means over folds and seeds, in percent.

Run the script in the root of the repository::

    python examples/benchmarks/small_data.py
    python examples/benchmarks/small_data.py --seeds 10
"""

import warnings

import numpy as np
from _common import Report, argument_parser
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmnist import MLPDigitClassifier

DATA_SETS = {
    "iris": load_iris,
    "wine": load_wine,
    "breast_cancer": load_breast_cancer,
    "digits": load_digits,
}
CLASSIFIERS = [MLPDigitClassifier, MLPClassifier]
FOLDS = StratifiedKFold(n_splits=5, shuffle=True, random_state=0)


def mean_accuracy(classifier, X, y, n_seeds):
    """Return the mean accuracy over folds and seeds, in percent."""
    scores = [
        cross_val_score(
            make_pipeline(StandardScaler(), classifier(random_state=seed)),
            X,
            y,
            cv=FOLDS,
        )
        for seed in range(n_seeds)
    ]
    return 100 * np.mean(scores)


def main(argv=None):
    """Print a row for each data set and their average."""
    parser = argument_parser(__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args(argv)
    n_seeds = arguments.seeds
    warnings.simplefilter("ignore", ConvergenceWarning)

    report = Report(__file__, __doc__, arguments, argv)
    table = {}
    for name, load in DATA_SETS.items():
        X, y = load(return_X_y=True)
        table[name] = [mean_accuracy(clf, X, y, n_seeds) for clf in CLASSIFIERS]
    table["average"] = np.mean(list(table.values()), axis=0)
    report.table(
        [f"accuracy in %, seeds: {n_seeds}", "skmnist", "MLPClassifier", "difference"],
        [
            [name, f"{ours:.2f}", f"{theirs:.2f}", f"{ours - theirs:+.2f}"]
            for name, (ours, theirs) in table.items()
        ],
    )
    report.record()


if __name__ == "__main__":
    main()
