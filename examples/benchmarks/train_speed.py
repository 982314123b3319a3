"""Time of one epoch of training, in seconds.

The script trains the network 784-512-256-10 in float32 by gradient descent with momentum 0.9
(without Nesterov's variant, as is the default of `MLPDigitClassifier`) on the 60,000 training
images. It times one epoch of

- ``skmnist``: `MLPDigitClassifier`;
- ``MLPClassifier``: that of scikit-learn, with the same momentum, without its penalty, and with
  softmax and cross-entropy, which cannot be changed;
- ``torch``: a loop with `torch.optim.SGD`, a ReLU output and mean squared error;
- ``products``: only the eight matrix products of each step, with outputs that are allocated
  beforehand. No network with these products can be faster.

All candidates are timed in each round, so a busy machine affects all of them. They have the same
number of threads. The time of an epoch of an estimator is half the difference between a fit of
three epochs and a fit of one epoch, so the time for validating, converting and initialising
cancels out. The ratios are medians of the ratios within a round.

Run the script in the root of the repository (torch is optional)::

    python examples/benchmarks/train_speed.py
    python examples/benchmarks/train_speed.py --batches 64 --only skmnist products
    python examples/benchmarks/train_speed.py --rounds 9 --json train_speed.json
"""

import json
import warnings
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
from _common import (
    Report,
    argument_parser,
    choose,
    interleave,
    machine,
    seconds_of,
    timing_table,
    torch_epoch,
    torch_network,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist

MOMENTUM = 0.9
SIZES = [784, 512, 256, 10]


def skmnist_classifier(batch_size, n_epochs):
    """Return the classifier of skmnist."""
    return MLPDigitClassifier(
        batch_size=batch_size, momentum=MOMENTUM, max_iter=n_epochs, random_state=0
    )


def sklearn_classifier(batch_size, n_epochs):
    """Return the classifier of scikit-learn, with the same algorithm as far as possible."""
    return MLPClassifier(
        (512, 256),
        solver="sgd",
        alpha=0.0,
        batch_size=batch_size,
        learning_rate_init=0.01,
        momentum=MOMENTUM,
        nesterovs_momentum=False,
        max_iter=n_epochs,
        random_state=0,
    )


def estimator_epoch(make_classifier, X, y, batch_size):
    """Return a function that times an epoch as half the time of two additional epochs."""

    def fit_seconds(n_epochs):
        clf = make_classifier(batch_size, n_epochs)
        return seconds_of(partial(clf.fit, X, y))

    def epoch(_round):
        return (fit_seconds(3) - fit_seconds(1)) / 2

    return epoch


def torch_training(X, y, batch_size):
    """Return a function that times an epoch in torch."""
    import torch

    network = torch_network(torch.nn.ReLU())
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=MOMENTUM)
    X = torch.from_numpy(X)
    Y = torch.nn.functional.one_hot(torch.from_numpy(y).long()).float()

    def epoch(_round):
        loss = torch.nn.MSELoss()
        return seconds_of(lambda: torch_epoch(network, optimizer, loss, X, Y, batch_size))

    return epoch


def step_products(batch_size):
    """Return the eight products of a step as (left, right, out)."""
    rng = np.random.default_rng(0)

    def new(*shape):
        return rng.standard_normal(shape, dtype=np.float32)

    layers = [new(batch_size, size) for size in SIZES[:-1]]
    deltas = [new(batch_size, size) for size in SIZES[1:]]
    weights = [new(*shape) for shape in pairwise(SIZES)]
    pairs = [
        *((layers[i], weights[i]) for i in (0, 1, 2)),
        *((deltas[i], weights[i].T) for i in (2, 1)),
        *((layers[i].T, deltas[i]) for i in (2, 1, 0)),
    ]
    return [(left, right, left @ right) for left, right in pairs]


def products_epoch(X, y, batch_size):
    """Return a function that times the products of all steps of an epoch."""
    n_full, n_left = divmod(len(X), batch_size)
    full, last = step_products(batch_size), step_products(n_left)

    def multiply():
        for products in [full] * n_full + [last] * (n_left > 0):
            for left, right, out in products:
                np.matmul(left, right, out=out)

    return lambda _round: seconds_of(multiply)


CANDIDATES = {
    "skmnist": partial(estimator_epoch, skmnist_classifier),
    "MLPClassifier": partial(estimator_epoch, sklearn_classifier),
    "torch": torch_training,
    "products": products_epoch,
}


def measure(X, y, batch_size, only, n_rounds):
    """Return the seconds of each candidate, after one round that is not counted."""
    prepared = {
        name: prepare(X, y, batch_size) for name, prepare in choose(CANDIDATES, only).items()
    }
    interleave(prepared, 1)
    return interleave(prepared, n_rounds)


def parse_arguments(argv=None):
    """Return the options of the command line."""
    parser = argument_parser(__doc__, CANDIDATES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batches", type=int, nargs="+", default=[64, 128, 200])
    parser.add_argument("--json", type=Path, help="file for all timings")
    return parser.parse_args(argv)


def main(argv=None):
    """Print a table for each batch size, and write all timings if requested."""
    arguments = parse_arguments(argv)
    warnings.simplefilter("ignore", ConvergenceWarning)
    X, y = load_mnist(subset="train", return_X_y=True)
    X = X.astype(np.float32) / 255

    report = Report(__file__, __doc__, arguments, argv)
    timings = {}
    for batch_size in arguments.batches:
        seconds = measure(X, y, batch_size, arguments.only, arguments.rounds)
        timings[batch_size] = seconds
        report.heading(f"batch {batch_size}, seconds per epoch, {arguments.rounds} rounds")
        report.table(*timing_table(seconds, ["products", "skmnist"]))
    report.record()
    if arguments.json:
        found = {"machine": machine(), "seconds_per_epoch": timings}
        arguments.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
