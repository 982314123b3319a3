"""Predict with the steps of a page, as its JavaScript does."""

import numpy as np

from skmnist.classifier._targets import ENCODINGS
from skmnist.network._arrays import ignore_float_warnings
from skmnist.network._convolution import Layer, feature_maps
from skmnist.network._mlp import forward

_ROWS_AT_ONCE = 1000


def page_scores(steps, X, n_classes):
    """Return one score per class for each row of X."""
    encoding = "ordinal" if steps[-1]["ordinal"] else "one-hot"
    return ENCODINGS[encoding].scores(page_features(steps, X), n_classes)


@ignore_float_warnings
def page_features(steps, X):
    """Return the outputs of the last step, computed in float64 as in JavaScript.

    In float32, two outputs that are almost equal could be in another order.
    """
    starts = range(0, len(X), _ROWS_AT_ONCE)
    return np.concatenate([_outputs(steps, X[i : i + _ROWS_AT_ONCE]) for i in starts])


def _outputs(steps, X):
    X = X.astype(np.float64)
    for step in steps:
        X = _FUNCTIONS[step["kind"]](X, step)
    return X


def _convolution(X, step):
    kernels, layers = [], []
    for each in step["layers"]:
        settings = {name: each[name] for name in Layer._fields}
        kernels.append(each["kernels"].astype(np.float64, copy=False))
        layers.append(Layer(**settings))
    return feature_maps(X.reshape(-1, *step["image_shape"]), kernels, layers).reshape(len(X), -1)


def _affine(X, step):
    X = (X - step["shift"]) * step["scale"]
    return X if step["limits"] is None else X.clip(*step["limits"])


def _projection(X, step):
    return (X - step["mean"]) @ step["components"]


def _network(X, step):
    settings = step["activation"], step["output_activation"]
    return forward(X, step["coefs"], step["intercepts"], *settings).outputs[-1]


_FUNCTIONS = {
    "convolution": _convolution,
    "affine": _affine,
    "projection": _projection,
    "network": _network,
}
