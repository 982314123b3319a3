"""Accuracy of the default classifier on MNIST.

The script trains `MLPDigitClassifier()` on the bytes of the images, once per seed, and prints the
accuracy for each seed and the mean. With ``--features``, it trains a pipeline with a default
`ConvFeatureTransformer`, and the seconds include both steps. Parameters are chosen with held-out
training images (``--split holdout``: 50,000 for training and 10,000 for the accuracy, the same for
all seeds). The test images (``--split test``) are only for the final accuracy.

Run the script in the root of the repository::

    python examples/benchmarks/mnist_accuracy.py
    python examples/benchmarks/mnist_accuracy.py --set max_iter=3 batch_size=64
    python examples/benchmarks/mnist_accuracy.py --features
    python examples/benchmarks/mnist_accuracy.py --split test --seeds 0 1 2 3 4
"""

import argparse
import ast
import time

import numpy as np
from _common import Report, argument_parser
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import load_mnist


def holdout_split():
    """Return the training images without 10,000 of them, and these 10,000 (stratified)."""
    X, y = load_mnist(subset="train", return_X_y=True)
    return train_test_split(X, y, test_size=1 / 6, stratify=y, random_state=0)


def test_split():
    """Return all training images and the test images."""
    X_train, y_train = load_mnist(subset="train", return_X_y=True)
    X_test, y_test = load_mnist(subset="test", return_X_y=True)
    return X_train, X_test, y_train, y_test


SPLITS = {"holdout": holdout_split, "test": test_split}


def setting(text):
    """Return the name and the value in ``name=value``; a value that is no literal is a string."""
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"must be NAME=VALUE; got {text!r}.")
    try:
        return name, ast.literal_eval(value)
    except (SyntaxError, ValueError):
        return name, value


def run(data, settings, seed, with_features):
    """Return the accuracy and the seconds of one training."""
    X_train, X_test, y_train, y_test = data
    clf = MLPDigitClassifier(**{"random_state": seed, **settings})
    if with_features:
        clf = make_pipeline(ConvFeatureTransformer(random_state=seed), clf)
    start = time.perf_counter()
    clf.fit(X_train, y_train)
    return clf.score(X_test, y_test), time.perf_counter() - start


def main(argv=None):
    """Train with each seed and print a table with the mean."""
    parser = argument_parser(__doc__)
    parser.add_argument("--split", choices=SPLITS, default="holdout")
    parser.add_argument(
        "--features", action="store_true", help="train on the features of a default transformer"
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument(
        "--set",
        type=setting,
        nargs="+",
        action="extend",
        default=[],
        dest="settings",
        metavar="NAME=VALUE",
        help="parameters of the classifier",
    )
    arguments = parser.parse_args(argv)
    settings = dict(arguments.settings)
    data = SPLITS[arguments.split]()

    report = Report(__file__, __doc__, arguments, argv)
    n_train, n_test = len(data[0]), len(data[1])
    report.line(f"{arguments.split}: {n_train:,} training images, {n_test:,} test images")
    report.line(f"parameters: {settings or 'defaults'}")
    results = [run(data, settings, seed, arguments.features) for seed in arguments.seeds]
    results.append(np.mean(results, axis=0))
    rows = [
        [seed, f"{100 * accuracy:.3f}", f"{seconds:.1f}"]
        for seed, (accuracy, seconds) in zip([*arguments.seeds, "mean"], results, strict=True)
    ]
    report.table(["seed", "accuracy, %", "seconds"], rows)
    report.record()


if __name__ == "__main__":
    main()
