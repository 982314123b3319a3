"""Milliseconds that a prediction takes.

Times `predict` for one image (the mean of many calls in a row) and for the 10,000
test images at once, through 784-512-256-10, with

- ``skmnist``: `MLPDigitClassifier`, given raw bytes;
- ``skmnist, floats``: the same, given float32;
- ``MLPClassifier``: scikit-learn's, given float32;
- ``torch``: `nn.Sequential` in inference mode and argmax, given a float32 tensor.

All take turns in one run and use the same number of threads. How well the networks
are trained does not matter here, so they see a few images only. Ratios are medians of
the ratios within a round.

Run it from the root of the repository (torch is optional)::

    python examples/benchmarks/predict_speed.py
    python examples/benchmarks/predict_speed.py --rounds 21 --calls 1000
"""

import warnings
from functools import partial

import numpy as np
from _common import (
    Report,
    argument_parser,
    choose,
    interleave,
    seconds_of,
    timing_table,
    torch_network,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist

N_TRAIN = 2000


def torch_predict():
    """Build the prediction in torch."""
    import torch

    network = torch_network(torch.nn.ReLU()).eval()

    def predict(X):
        with torch.inference_mode():
            return network(torch.from_numpy(X)).argmax(1).numpy()

    return predict


def prepare(X, y, X_test):
    """Map each contender to a function that makes its `predict` and its images."""
    floats, test_floats = (each.astype(np.float32) for each in (X, X_test))

    def ours(X, X_test):
        clf = MLPDigitClassifier(max_iter=1, random_state=0)
        return clf.fit(X, y).predict, X_test

    def theirs():
        clf = MLPClassifier((512, 256), max_iter=1, random_state=0)
        return clf.fit(floats / 255, y).predict, test_floats / 255

    return {
        "skmnist": partial(ours, X, X_test),
        "skmnist, floats": partial(ours, floats, test_floats),
        "MLPClassifier": theirs,
        "torch": lambda: (torch_predict(), test_floats / 255),
    }


def repeated(predict, X, n_calls):
    """Prepare to time the mean of `n_calls` calls."""

    def many_calls():
        for _ in range(n_calls):
            predict(X)

    return lambda _round: seconds_of(many_calls) / n_calls


def measure(predictors, n_images, n_calls, n_rounds):
    """Collect the seconds a call, after one round that does not count."""
    contenders = {
        name: repeated(predict, X[:n_images], n_calls) for name, (predict, X) in predictors.items()
    }
    interleave(contenders, 1)
    return interleave(contenders, n_rounds)


def main(argv=None):
    """Measure one image and all of them, and print a table for each."""
    parser = argument_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--calls", type=int, default=300, help="of one image, a round")
    arguments = parser.parse_args(argv)
    warnings.simplefilter("ignore", ConvergenceWarning)
    X, y = load_mnist(subset="train", return_X_y=True)
    X_test, _ = load_mnist(subset="test", return_X_y=True)
    makers = choose(prepare(X[:N_TRAIN], y[:N_TRAIN], X_test))
    predictors = {name: make() for name, make in makers.items()}

    report = Report(__file__, __doc__, arguments, argv)
    for n_images, n_calls in [(1, arguments.calls), (len(X_test), 1)]:
        seconds = measure(predictors, n_images, n_calls, arguments.rounds)
        report.heading(f"images: {n_images:,}, milliseconds a call, {arguments.rounds} rounds")
        report.table(*timing_table(seconds, ["skmnist"], scale=1000, digits=3))
    report.record()


if __name__ == "__main__":
    main()
