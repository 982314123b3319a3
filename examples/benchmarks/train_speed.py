"""Seconds that one epoch of training takes.

Trains 784-512-256-10 in float32 with gradient descent at momentum 0.9 (plain, not
Nesterov's: the default of `MLPDigitClassifier`) on the 60,000 training images, and
times an epoch of

- ``skmnist``: `MLPDigitClassifier`;
- ``MLPClassifier``: scikit-learn's, with the same momentum, its penalty off, and a
  softmax output with cross-entropy, for which it has no alternative;
- ``torch``: an eager loop with `torch.optim.SGD`, ReLU output and mean squared error;
- ``products``: nothing but the eight matrix products of each step, written into
  arrays made beforehand. No network made of them can take less.

All take turns in one run, so that a busy machine disturbs them alike, and use the
same number of threads. An estimator's epoch is half the difference between a fit of
three epochs and a fit of one: validating, converting and setting up cancel out, for
both estimators alike. Ratios are medians of the ratios within a round.

Run it from the root of the repository (torch is optional)::

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
    """Make ours."""
    return MLPDigitClassifier(
        batch_size=batch_size, momentum=MOMENTUM, max_iter=n_epochs, random_state=0
    )


def sklearn_classifier(batch_size, n_epochs):
    """Make scikit-learn's, without the work that ours does not do."""
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
    """Prepare to time an epoch as half of what two further epochs take."""

    def fit_seconds(n_epochs):
        clf = make_classifier(batch_size, n_epochs)
        return seconds_of(partial(clf.fit, X, y))

    def epoch(_round):
        return (fit_seconds(3) - fit_seconds(1)) / 2

    return epoch


def torch_training(X, y, batch_size):
    """Prepare to time an epoch of the eager loop."""
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
    """List the eight products of a step as (left, right, out)."""
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
    """Prepare to time the products of all steps of an epoch."""
    n_full, n_left = divmod(len(X), batch_size)
    full, last = step_products(batch_size), step_products(n_left)

    def multiply():
        for products in [full] * n_full + [last] * (n_left > 0):
            for left, right, out in products:
                np.matmul(left, right, out=out)

    return lambda _round: seconds_of(multiply)


CONTENDERS = {
    "skmnist": partial(estimator_epoch, skmnist_classifier),
    "MLPClassifier": partial(estimator_epoch, sklearn_classifier),
    "torch": torch_training,
    "products": products_epoch,
}


def measure(X, y, batch_size, only, n_rounds):
    """Collect the seconds of each contender, after one round that does not count."""
    prepared = {
        name: prepare(X, y, batch_size) for name, prepare in choose(CONTENDERS, only).items()
    }
    interleave(prepared, 1)
    return interleave(prepared, n_rounds)


def parse_arguments(argv=None):
    """Read the command line."""
    parser = argument_parser(__doc__, CONTENDERS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batches", type=int, nargs="+", default=[64, 128, 200])
    parser.add_argument("--json", type=Path, help="write every timing to this file")
    return parser.parse_args(argv)


def main(argv=None):
    """Measure, print a table for each batch size, and keep the numbers if asked."""
    arguments = parse_arguments(argv)
    warnings.simplefilter("ignore", ConvergenceWarning)
    X, y = load_mnist(subset="train", return_X_y=True)
    X = X.astype(np.float32) / 255

    report = Report(__file__, __doc__, arguments, argv)
    timings = {}
    for batch_size in arguments.batches:
        seconds = measure(X, y, batch_size, arguments.only, arguments.rounds)
        timings[batch_size] = seconds
        report.heading(f"batch {batch_size}, seconds an epoch, {arguments.rounds} rounds")
        report.table(*timing_table(seconds, ["products", "skmnist"]))
    report.record()
    if arguments.json:
        found = {"machine": machine(), "seconds_per_epoch": timings}
        arguments.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
