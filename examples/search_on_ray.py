"""
A search on Ray
===============

joblib can run the fits of a scikit-learn search on Ray, whose workers can be on this machine or on
several machines. The search does not change: only the lines around ``fit`` depend on Ray.

The script needs ``ray``. Run it in the root of the repository::

    python examples/search_on_ray.py
"""

import joblib
import ray
from ray.util.joblib import register_ray
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import load_mnist


def load():
    """Return some images and their labels."""
    X, y = load_mnist(subset="train", return_X_y=True)
    return X[:1000], y[:1000]


def make_search():
    """Return a search over both steps of a pipeline."""
    convolve = ConvFeatureTransformer("pca", random_state=0)
    network = MLPDigitClassifier(hidden_layer_sizes=(64,), max_iter=5, random_state=0)
    grid = {"features__n_kernels": [2, 8], "digits__dropout": [0.0, 0.2]}
    return GridSearchCV(Pipeline([("features", convolve), ("digits", network)]), grid, cv=3)


def main():
    """Run the search on two local workers, and print the scores."""
    register_ray()
    # To use an existing cluster, call ray.init(address="auto").
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        with joblib.parallel_config(backend="ray", n_jobs=2):
            search = make_search().fit(*load())
    finally:
        ray.shutdown()
    results = search.cv_results_
    for parameters, score in zip(results["params"], results["mean_test_score"], strict=True):
        print(f"{score:.6f} {parameters}")
    print("best parameters:", search.best_params_)


if __name__ == "__main__":
    main()
