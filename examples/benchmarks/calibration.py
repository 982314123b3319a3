"""Log loss and squared error of probabilities, computed and calibrated in several ways.

The script cross-validates `MLPDigitClassifier()` in three folds, on small data sets of scikit-learn
and on the first 3,000 training images of MNIST. Its probabilities are the projection of the outputs
onto the probability simplex. They are compared with probabilities that are mixed with 1 %, 2 % and
5 % of the uniform distribution, with `CalibratedClassifierCV`, which trains three classifiers, and
with scikit-learn's `MLPClassifier()` after a `StandardScaler`. Temperature scaling requires
scikit-learn 1.8 or newer.

Run the script in the root of the repository::

    python examples/benchmarks/calibration.py
"""

import warnings
from functools import partial

import numpy as np
from _common import Report, argument_parser
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist


def some_of_mnist():
    """Return 3,000 training images."""
    X, y = load_mnist(subset="train", return_X_y=True)
    return X[:3000], y[:3000]


DATA_SETS = {
    "iris": partial(load_iris, return_X_y=True),
    "wine": partial(load_wine, return_X_y=True),
    "breast_cancer": partial(load_breast_cancer, return_X_y=True),
    "digits": partial(load_digits, return_X_y=True),
    "3,000 images of MNIST": some_of_mnist,
}
SHARES = {"mixed with 1 %": 0.01, "mixed with 2 %": 0.02, "mixed with 5 %": 0.05}
CALIBRATED = {f"calibrated, {each}": each for each in ("sigmoid", "isotonic", "temperature")}
WAYS = ["projection", *SHARES, *CALIBRATED, "MLPClassifier"]
FOLDS = StratifiedKFold(n_splits=3, shuffle=True, random_state=0)


def probabilities(X, y, X_test):
    """Return the probabilities for test images, for each way to compute them."""
    network = MLPDigitClassifier(random_state=0)
    projected = network.fit(X, y).predict_proba(X_test)
    found = {"projection": projected}
    for name, share in SHARES.items():
        found[name] = (1 - share) * projected + share / projected.shape[1]
    for name, method in CALIBRATED.items():
        calibrated = CalibratedClassifierCV(network, method=method, cv=3)
        found[name] = calibrated.fit(X, y).predict_proba(X_test)
    other = make_pipeline(StandardScaler(), MLPClassifier(random_state=0))
    found["MLPClassifier"] = other.fit(X, y).predict_proba(X_test)
    return found


def squared_error(y, found):
    """Return the mean squared distance to the one-hot labels."""
    return np.mean(((np.eye(found.shape[1])[y] - found) ** 2).sum(axis=1))


def main(argv=None):
    """Print one table for each measure, with a row for each data set."""
    arguments = argument_parser(__doc__).parse_args(argv)
    warnings.simplefilter("ignore", ConvergenceWarning)
    warnings.filterwarnings("ignore", "The y_prob values do not sum to one")  # of float32
    measures = {"log loss": log_loss, "squared error": squared_error}
    tables = {measure: [] for measure in measures}
    for name, load in DATA_SETS.items():
        X, y = load()
        folds = [
            (y[test], probabilities(X[train], y[train], X[test]))
            for train, test in FOLDS.split(X, y)
        ]
        for measure, function in measures.items():
            means = [
                np.mean([function(labels, found[way]) for labels, found in folds]) for way in WAYS
            ]
            tables[measure].append([name, *(f"{value:.4f}" for value in means)])
    report = Report(__file__, __doc__, arguments, argv)
    for measure, rows in tables.items():
        report.table([measure, *WAYS], rows)
    report.record()


if __name__ == "__main__":
    main()
