"""Time until a network has 98.0 % accuracy on the test images, in seconds.

The script trains the network 784-512-256-10 on the 60,000 training images until its accuracy on the
10,000 test images is 98.0 %, with

- ``skmnist``: one `MLPDigitClassifier.fit` with the short schedule below, on bytes. The time is
  that of the complete `fit`, and the schedule is not stopped early;
- ``MLPClassifier``: the defaults of scikit-learn (Adam, cross-entropy), on X / 255;
- ``torch``: Adam with cross-entropy and batches of 128, on X / 255.

The other two are tested after every epoch, and stopped when they have reached the accuracy. The
time does not include the tests and the division by 255. For comparison, ``products`` are only the
matrix products of the epochs of ``skmnist``. All candidates are timed in each round, which has its
own seed. A run that does not reach the accuracy is included with its total time. The column
"reached" contains the number of runs that reached it.

Run the script in the root of the repository (torch is optional)::

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
from train_speed import products_epoch

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist

SHORT_SCHEDULE = {
    "max_iter": 2,
    "batch_size": 200,
    "learning_rate_init": 0.15,
    "warmup": 0.2,
    "nesterovs_momentum": True,
}
TARGET = 0.98
MAX_EPOCHS = 30


class Data(NamedTuple):
    """Training images and test images with their labels."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


class Run(NamedTuple):
    """The result of one training."""

    seconds: float
    accuracy: float
    n_epochs: int


def train_until_target(train_epoch, accuracy):
    """Train and test in turn; measure the time of the training only."""
    seconds, reached, n_epochs = 0.0, 0.0, 0
    while reached < TARGET and n_epochs < MAX_EPOCHS:
        start = time.perf_counter()
        train_epoch()
        seconds += time.perf_counter() - start
        reached, n_epochs = accuracy(), n_epochs + 1
    return Run(seconds, reached, n_epochs)


def skmnist_run(raw, scaled, seed):
    """Train the classifier of skmnist with the short schedule."""
    clf = MLPDigitClassifier(**SHORT_SCHEDULE, random_state=seed)
    start = time.perf_counter()
    clf.fit(raw.X, raw.y)
    seconds = time.perf_counter() - start
    return Run(seconds, clf.score(raw.X_test, raw.y_test), clf.n_iter_)


def sklearn_run(raw, scaled, seed):
    """Train the classifier of scikit-learn epoch by epoch.

    `partial_fit` keeps the moments of Adam from epoch to epoch, as `fit` does. The random_state is
    a generator and not a number, so the order of the images differs from epoch to epoch.
    """
    clf = MLPClassifier((512, 256), random_state=np.random.RandomState(seed))
    classes = np.unique(scaled.y)
    return train_until_target(
        lambda: clf.partial_fit(scaled.X, scaled.y, classes=classes),
        lambda: clf.score(scaled.X_test, scaled.y_test),
    )


def torch_run(raw, scaled, seed):
    """Train the network in torch epoch by epoch."""
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


def products_run(raw, scaled, seed):
    """Compute the matrix products of the epochs of the short schedule."""
    n_epochs = SHORT_SCHEDULE["max_iter"]
    epoch = products_epoch(raw.X, raw.y, SHORT_SCHEDULE["batch_size"])
    return Run(sum(map(epoch, range(n_epochs))), np.nan, n_epochs)


CANDIDATES = {
    "skmnist": skmnist_run,
    "MLPClassifier": sklearn_run,
    "torch": torch_run,
    "products": products_run,
}


def load_data():
    """Return MNIST as bytes, and as floats from 0 to 1."""
    X, y = load_mnist(subset="train", return_X_y=True)
    X_test, y_test = load_mnist(subset="test", return_X_y=True)
    raw = Data(X, y, X_test, y_test)
    scaled = raw._replace(X=X.astype(np.float32) / 255, X_test=X_test.astype(np.float32) / 255)
    return raw, scaled


def results_table(runs):
    """Return headers and one row per candidate: time, epochs and accuracy."""
    seconds = {name: [run.seconds for run in each] for name, each in runs.items()}
    headers, rows = timing_table(seconds, ["skmnist", "products"])
    for row in rows:
        each = runs[row[0]]
        reached = f"{sum(run.accuracy >= TARGET for run in each)} of {len(each)}"
        percent = [100 * run.accuracy for run in each]
        row += [
            median_and_spread([run.n_epochs for run in each], digits=0),
            *(["", ""] if np.isnan(percent[0]) else [median_and_spread(percent), reached]),
        ]
    return [*headers, "epochs", "test accuracy, %", "reached"], rows


def main(argv=None):
    """Train all candidates with each seed and print a table."""
    parser = argument_parser(__doc__, CANDIDATES)
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args(argv)
    raw, scaled = load_data()
    candidates = {
        name: partial(run, raw, scaled) for name, run in choose(CANDIDATES, arguments.only).items()
    }

    report = Report(__file__, __doc__, arguments, argv)
    report.line(f"skmnist: {SHORT_SCHEDULE}")
    seeds = f"seeds 0 to {arguments.seeds - 1}"
    report.line(f"seconds until {TARGET:.1%} accuracy on the test images, {seeds}")
    report.table(*results_table(interleave(candidates, arguments.seeds)))
    report.record()


if __name__ == "__main__":
    main()
