"""Time of a prediction, in milliseconds.

The script times `predict` for one image (the mean of many calls) and for the 10,000 test images in
one call, with the network 784-512-256-10 of

- ``skmnist``: `MLPDigitClassifier`, with bytes;
- ``skmnist, floats``: the same, with float32;
- ``MLPClassifier``: that of scikit-learn, with float32;
- ``torch``: `nn.Sequential` in inference mode and argmax, with a float32 tensor.

All candidates are timed in each round, with the same number of threads. The networks are trained on
a few images only, because the time does not depend on their accuracy. The ratios are medians of the
ratios within a round.

Run the script in the root of the repository (torch is optional)::

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
    """Return a function that predicts with torch."""
    import torch

    network = torch_network(torch.nn.ReLU()).eval()

    def predict(X):
        with torch.inference_mode():
            return network(torch.from_numpy(X)).argmax(1).numpy()

    return predict


def prepare(X, y, X_test):
    """Return a dict from candidates to functions that return `predict` and the images."""
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
    """Return a function that returns the mean seconds of `n_calls` calls."""

    def many_calls():
        for _ in range(n_calls):
            predict(X)

    return lambda _round: seconds_of(many_calls) / n_calls


def measure(predictors, n_images, n_calls, n_rounds):
    """Return the seconds per call in each round, after one round that is not counted."""
    candidates = {
        name: repeated(predict, X[:n_images], n_calls) for name, (predict, X) in predictors.items()
    }
    interleave(candidates, 1)
    return interleave(candidates, n_rounds)


def main(argv=None):
    """Measure one image and all images, and print a table for each."""
    parser = argument_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--calls", type=int, default=300, help="calls with one image per round")
    arguments = parser.parse_args(argv)
    warnings.simplefilter("ignore", ConvergenceWarning)
    X, y = load_mnist(subset="train", return_X_y=True)
    X_test, _ = load_mnist(subset="test", return_X_y=True)
    makers = choose(prepare(X[:N_TRAIN], y[:N_TRAIN], X_test))
    predictors = {name: make() for name, make in makers.items()}

    report = Report(__file__, __doc__, arguments, argv)
    for n_images, n_calls in [(1, arguments.calls), (len(X_test), 1)]:
        seconds = measure(predictors, n_images, n_calls, arguments.rounds)
        report.heading(f"images: {n_images:,}, milliseconds per call, {arguments.rounds} rounds")
        report.table(*timing_table(seconds, ["skmnist"], scale=1000, digits=3))
    report.record()


if __name__ == "__main__":
    main()
