"""Accuracy of the default classifier on MNIST.

Trains `MLPDigitClassifier()` on raw bytes, once for each seed, and prints the
accuracy of each and the mean. With ``--features``, a default `ConvFeatureTransformer`
goes before it, and the seconds are those of both. Settings are chosen on images held out from the
training data (``--split holdout``: 50,000 to train, 10,000 to test, the same for all
seeds); the test images (``--split test``) are for reporting what was chosen.

Run it from the root of the repository::

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
    """Set 10,000 of the training images apart, as many of each digit as its share."""
    X, y = load_mnist(subset="train", return_X_y=True)
    return train_test_split(X, y, test_size=1 / 6, stratify=y, random_state=0)


def test_split():
    """Take all training images, and the test images."""
    X_train, y_train = load_mnist(subset="train", return_X_y=True)
    X_test, y_test = load_mnist(subset="test", return_X_y=True)
    return X_train, X_test, y_train, y_test


SPLITS = {"holdout": holdout_split, "test": test_split}


def setting(text):
    """Read ``name=value``; what is no Python literal is taken as a string."""
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not name=value")
    try:
        return name, ast.literal_eval(value)
    except (SyntaxError, ValueError):
        return name, value


def run(data, settings, seed, with_features):
    """Train once, and give the accuracy and the seconds that took."""
    X_train, X_test, y_train, y_test = data
    clf = MLPDigitClassifier(**{"random_state": seed, **settings})
    if with_features:
        clf = make_pipeline(ConvFeatureTransformer(random_state=seed), clf)
    start = time.perf_counter()
    clf.fit(X_train, y_train)
    return clf.score(X_test, y_test), time.perf_counter() - start


def main(argv=None):
    """Train with each seed, and print a table with the mean."""
    parser = argument_parser(__doc__)
    parser.add_argument("--split", choices=SPLITS, default="holdout")
    parser.add_argument("--features", action="store_true", help="with a default transformer")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument(
        "--set", type=setting, nargs="+", action="extend", default=[], dest="settings"
    )
    arguments = parser.parse_args(argv)
    settings = dict(arguments.settings)
    data = SPLITS[arguments.split]()

    report = Report(__file__, __doc__, arguments, argv)
    report.line(f"{arguments.split}: {len(data[0]):,} to train, {len(data[1]):,} to test")
    report.line(f"settings: {settings or 'defaults'}")
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
