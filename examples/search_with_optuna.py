"""
A search with Optuna
====================

Optuna looks where good parameters have been found already, instead of trying all of a grid. Its
``OptunaSearchCV`` is used like scikit-learn's searches; the parameters of both steps of a pipeline
are named as there.

It needs ``optuna`` and ``optuna-integration``. Run it from the root of the repository with::

    python examples/search_with_optuna.py
"""

from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna_integration import OptunaSearchCV
from sklearn.pipeline import Pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import load_mnist

RANGES = {
    "features__n_kernels": IntDistribution(2, 16, log=True),
    "features__kernels": CategoricalDistribution(["pca", "kmeans"]),
    "digits__learning_rate_init": FloatDistribution(0.005, 0.1, log=True),
    "digits__dropout": FloatDistribution(0.0, 0.4),
}


def load():
    """Return some images, and their labels."""
    X, y = load_mnist(subset="train", return_X_y=True)
    return X[:1000], y[:1000]


def make_search(n_trials):
    """Return a search over both steps of a pipeline."""
    convolve = ConvFeatureTransformer(random_state=0)
    network = MLPDigitClassifier(hidden_layer_sizes=(64,), max_iter=5, random_state=0)
    pipeline = Pipeline([("features", convolve), ("digits", network)])
    return OptunaSearchCV(
        pipeline, RANGES, cv=3, n_trials=n_trials, random_state=0, error_score="raise"
    )


def main(n_trials=10):
    """Search, print the best, and return the search."""
    search = make_search(n_trials).fit(*load())
    print(f"best of {len(search.trials_)}: {search.best_score_:.1%}")
    for name, value in search.best_params_.items():
        print(f"  {name}: {value}")
    return search


if __name__ == "__main__":
    main()
