"""
A search with Optuna
====================

Optuna does not try all combinations of a grid. It samples the parameters of each trial, mostly from
ranges that have given good scores in earlier trials. Its ``OptunaSearchCV`` is used like the
searches of scikit-learn, with the same names for the parameters of the steps of a pipeline.

The script needs ``optuna`` and ``optuna-integration``. Run it in the root of the repository::

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
    """Return some images and their labels."""
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
    """Run the search, print the best parameters, and return the search."""
    search = make_search(n_trials).fit(*load())
    print(f"best accuracy in {len(search.trials_)} trials: {search.best_score_:.1%}")
    for name, value in search.best_params_.items():
        print(f"  {name}: {value}")
    return search


if __name__ == "__main__":
    main()
