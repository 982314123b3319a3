"""Time of a prediction, in milliseconds.

The script times `predict` with the network 784-512-256-10 of

- ``skmnist``: `MLPDigitClassifier`;
- ``MLPClassifier``: that of scikit-learn;
- ``torch``: `nn.Sequential` in inference mode and argmax, with a float32 tensor.

It predicts one image (the mean of many calls), as bytes, float32, float64 or a list of lists. The
networks are fitted to the same type, and those for lists to float64. It also times one image with
``skmnist, features``, a pipeline with a `ConvFeatureTransformer` before the network. Then it
predicts the 10,000 test images in one call, with float32 and with bytes.

All candidates of a table are timed in each round, with the same number of threads. The networks are
trained on a few images only, because the time does not depend on their accuracy. The ratios are
medians of the ratios within a round.

Run the script in the root of the repository (torch is optional)::

    python examples/benchmarks/predict_speed.py
    python examples/benchmarks/predict_speed.py --rounds 21 --calls 1000
"""

import warnings

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
from sklearn.pipeline import make_pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import load_mnist

N_TRAIN = 2000
KINDS = ["uint8", "float32", "float64", "list"]


def torch_predict():
    """Return a function that predicts with torch."""
    import torch

    network = torch_network(torch.nn.ReLU()).eval()

    def predict(X):
        with torch.inference_mode():
            return network(torch.from_numpy(X)).argmax(1).numpy()

    return predict


def fitted(kind, X, y):
    """Return the two networks of a table, fitted to images of some type."""
    dtype = "float64" if kind == "list" else kind
    images = X.astype(dtype)
    scaled = images / images.dtype.type(255) if dtype != "uint8" else images
    theirs = MLPClassifier((512, 256), max_iter=1, random_state=0)
    return {
        "skmnist": MLPDigitClassifier(max_iter=1, random_state=0).fit(images, y).predict,
        "MLPClassifier": theirs.fit(scaled, y).predict,
    }


def as_kind(X, kind):
    """Return images as an array of some type, or as a list of lists."""
    return X.tolist() if kind == "list" else X.astype(kind)


def predictors(kind, X, y):
    """Return a dict from candidates to functions that predict images of some type."""
    found = fitted(kind, X, y)
    if kind == "float32":
        found |= {name: make() for name, make in choose({"torch": torch_predict}).items()}
    if kind == "uint8":
        pipeline = make_pipeline(
            ConvFeatureTransformer(random_state=0), MLPDigitClassifier(max_iter=1, random_state=0)
        )
        found["skmnist, features"] = pipeline.fit(X, y).predict
    return found


def repeated(predict, X, n_calls):
    """Return a function that returns the mean seconds of `n_calls` calls."""

    def many_calls():
        for _ in range(n_calls):
            predict(X)

    return lambda _round: seconds_of(many_calls) / n_calls


def measure(predictors, X, n_calls, n_rounds):
    """Return the seconds per call in each round, after one round that is not counted."""
    candidates = {name: repeated(predict, X, n_calls) for name, predict in predictors.items()}
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
    report = Report(__file__, __doc__, arguments, argv)
    found = {kind: predictors(kind, X[:N_TRAIN], y[:N_TRAIN]) for kind in KINDS}
    runs = [(kind, X_test[:1], arguments.calls) for kind in KINDS]
    runs += [(kind, X_test, 1) for kind in ("float32", "uint8")]
    for kind, images, n_calls in runs:
        candidates = dict(found[kind])
        if n_calls == 1:
            candidates.pop("skmnist, features", None)
        seconds = measure(candidates, as_kind(images, kind), n_calls, arguments.rounds)
        count = f"{len(images):,} image" + "s" * (len(images) > 1)
        report.heading(f"{count}, {kind}, milliseconds per call, {arguments.rounds} rounds")
        report.table(*timing_table(seconds, ["skmnist", "MLPClassifier"], scale=1000, digits=3))
    report.record()


if __name__ == "__main__":
    main()
