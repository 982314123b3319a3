"""Seconds from `fit` to 98.0 % on the test images.

Trains 784-512-256-10 on the 60,000 training images until it gets 98.0 % of the
10,000 test images right, with

- ``skmnist``: one `MLPDigitClassifier.fit` of the short schedule below, on the raw
  bytes; all of `fit` counts, and the schedule runs to its end;
- ``MLPClassifier``: scikit-learn's defaults (Adam, cross-entropy), on X / 255;
- ``torch``: Adam with cross-entropy at batch 128, on X / 255.

The other two are tested after every epoch and stop at the first that is good enough;
the tests, and dividing by 255 beforehand, are not counted. All take turns in one run,
one seed a round. A run that never gets there counts with the time it spent, and the
column 'reached' tells.

Run it from the root of the repository (torch is optional)::

    python examples/benchmarks/time_to_accuracy.py
    python examples/benchmarks/time_to_accuracy.py --seeds 10 --only skmnist torch
"""

import time
from functools import partial
from typing import NamedTuple

import numpy as np
from _common import (
    Report,
    argument_parser,
    choose,
    interleave,
    median_and_spread,
    timing_table,
    torch_epoch,
    torch_network,
)
from sklearn.neural_network import MLPClassifier

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist

SHORT_SCHEDULE = {"max_iter": 2, "batch_size": 64, "learning_rate_init": 0.05}
TARGET = 0.98
MAX_EPOCHS = 30


class Data(NamedTuple):
    """Images and labels to train on and to test with."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


class Run(NamedTuple):
    """What one training came to."""

    seconds: float
    accuracy: float
    n_epochs: int


def train_until_target(train_epoch, accuracy):
    """Train and test in turn, with the clock running while training only."""
    seconds, reached, n_epochs = 0.0, 0.0, 0
    while reached < TARGET and n_epochs < MAX_EPOCHS:
        start = time.perf_counter()
        train_epoch()
        seconds += time.perf_counter() - start
        reached, n_epochs = accuracy(), n_epochs + 1
    return Run(seconds, reached, n_epochs)


def skmnist_run(raw, scaled, seed):
    """Fit the short schedule."""
    clf = MLPDigitClassifier(**SHORT_SCHEDULE, random_state=seed)
    start = time.perf_counter()
    clf.fit(raw.X, raw.y)
    seconds = time.perf_counter() - start
    return Run(seconds, clf.score(raw.X_test, raw.y_test), clf.n_iter_)


def sklearn_run(raw, scaled, seed):
    """Train scikit-learn's classifier an epoch at a time.

    `partial_fit` keeps Adam's moments from epoch to epoch, as `fit` does. A generator,
    unlike a number, goes on where it stopped: each epoch has an order of its own.
    """
    clf = MLPClassifier((512, 256), random_state=np.random.RandomState(seed))
    classes = np.unique(scaled.y)
    return train_until_target(
        lambda: clf.partial_fit(scaled.X, scaled.y, classes=classes),
        lambda: clf.score(scaled.X_test, scaled.y_test),
    )


def torch_run(raw, scaled, seed):
    """Train the eager loop an epoch at a time."""
    import torch

    network = torch_network(seed=seed)
    optimizer = torch.optim.Adam(network.parameters())
    loss = torch.nn.CrossEntropyLoss()
    X, X_test = torch.from_numpy(scaled.X), torch.from_numpy(scaled.X_test)
    y = torch.from_numpy(scaled.y).long()

    def accuracy():
        with torch.inference_mode():
            return np.mean(network(X_test).argmax(1).numpy() == scaled.y_test)

    return train_until_target(
        lambda: torch_epoch(network, optimizer, loss, X, y, batch_size=128), accuracy
    )


CONTENDERS = {"skmnist": skmnist_run, "MLPClassifier": sklearn_run, "torch": torch_run}


def load_data():
    """Load MNIST twice: as bytes, and as floats from 0 to 1."""
    X, y = load_mnist(subset="train", return_X_y=True)
    X_test, y_test = load_mnist(subset="test", return_X_y=True)
    raw = Data(X, y, X_test, y_test)
    scaled = raw._replace(X=X.astype(np.float32) / 255, X_test=X_test.astype(np.float32) / 255)
    return raw, scaled


def results_table(runs):
    """Make a row of how long each took, and how well it did in that time."""
    seconds = {name: [run.seconds for run in each] for name, each in runs.items()}
    headers, rows = timing_table(seconds, ["skmnist"])
    for row in rows:
        each = runs[row[0]]
        n_reached = sum(run.accuracy >= TARGET for run in each)
        percent = [100 * run.accuracy for run in each]
        row += [
            median_and_spread([run.n_epochs for run in each], digits=0),
            median_and_spread(percent),
            f"{n_reached} of {len(each)}",
        ]
    return [*headers, "epochs", "test accuracy, %", "reached"], rows


def main(argv=None):
    """Train all with each seed, and print a table."""
    parser = argument_parser(__doc__, CONTENDERS)
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args(argv)
    raw, scaled = load_data()
    contenders = {
        name: partial(run, raw, scaled) for name, run in choose(CONTENDERS, arguments.only).items()
    }

    report = Report(__file__, __doc__, arguments, argv)
    report.line(f"skmnist: {SHORT_SCHEDULE}")
    report.line(f"seconds to {TARGET:.1%} on the test images, seeds 0 to {arguments.seeds - 1}")
    report.table(*results_table(interleave(contenders, arguments.seeds)))
    report.record()


if __name__ == "__main__":
    main()
