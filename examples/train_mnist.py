"""
Train the default network on the whole of MNIST
===============================================

Trains :class:`~skmnist.MLPDigitClassifier` as it comes on the 60,000 training
images, straight from the box as bytes from 0 to 255, and prints a line for each
pass over them. Then it measures the accuracy on the 10,000 test images, lists the
digits that were mistaken for one another most often, and saves the model.

Run it with ``make run``, or from the root of the repository with::

    python examples/train_mnist.py
    python examples/train_mnist.py --epochs 3 --seed 1 --out small.joblib
"""

import argparse
import os
import time
from pathlib import Path

import joblib
import numpy as np
from sklearn.metrics import confusion_matrix

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist


def most_confused(y_true, y_pred, labels, n_pairs=10):
    """List (true, predicted, times) for the commonest mistakes, worst first."""
    mistakes = confusion_matrix(y_true, y_pred, labels=labels)
    np.fill_diagonal(mistakes, 0)
    worst = np.argsort(-mistakes, axis=None, kind="stable")[:n_pairs]
    rows, columns = np.unravel_index(worst, mistakes.shape)
    times = mistakes[rows, columns]
    pairs = zip(labels[rows], labels[columns], times, strict=True)
    return [pair for pair in pairs if pair[2] > 0]


def print_confused(pairs):
    """Print the mistakes as a table."""
    print(f"\n{'true':>6}{'predicted':>11}{'times':>7}")
    for true, predicted, times in pairs:
        print(f"{true:>6}{predicted:>11}{times:>7}")


def save(model, path):
    """Write the model beside `path`, then move it there in one step."""
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        joblib.dump(model, unfinished)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def parse_arguments(argv=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("mnist-model.joblib"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, help="default: the classifier's own")
    arguments = parser.parse_args(argv)
    if not arguments.out.absolute().parent.is_dir():
        parser.error(f"--out: there is no folder {arguments.out.parent}")
    if arguments.out.is_dir():
        parser.error(f"--out: {arguments.out} is a folder; name a file in it")
    if arguments.epochs is not None and arguments.epochs < 1:
        parser.error(f"--epochs must be at least 1; got {arguments.epochs}")
    return arguments


def main(argv=None):
    """Train, test, report and save."""
    arguments = parse_arguments(argv)
    X_train, y_train = load_mnist(subset="train", return_X_y=True)
    X_test, y_test = load_mnist(subset="test", return_X_y=True)

    clf = MLPDigitClassifier(max_iter=arguments.epochs, random_state=arguments.seed, verbose=True)
    start = time.perf_counter()
    clf.fit(X_train, y_train)
    seconds = time.perf_counter() - start

    y_pred = clf.predict(X_test)
    print(f"\nTrained on {len(X_train):,} images in {seconds:.1f} s.")
    print(f"Test accuracy: {np.mean(y_pred == y_test):.2%} of {len(X_test):,} images.")
    print_confused(most_confused(y_test, y_pred, clf.classes_))

    save(clf, arguments.out)
    print("\nSaved. Load it with")
    print(f"    import joblib; clf = joblib.load({str(arguments.out.resolve())!r})")


if __name__ == "__main__":
    main()
