"""The activation functions of a layer's ``Z = X @ W + b``, and their slopes.

The slope is computed from the activation ``A``, so that ``Z`` need not be stored.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from skmnist.network._arrays import namespace

LEAK = 0.01


class Activation(NamedTuple):
    """An activation function and its slope, an entry of ``ACTIVATIONS``.

    Parameters
    ----------
    value : callable
        The activation ``A`` as a function of ``Z = X @ W + b``.
    slope : callable
        The derivative of the activation with respect to ``Z``, as a function of ``A``.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist import MLPDigitClassifier
    >>> from skmnist.network import ACTIVATIONS, Activation
    >>> ACTIVATIONS["softsign"] = Activation(
    ...     value=lambda Z: Z / (1 + abs(Z)), slope=lambda A: (1 - abs(A)) ** 2
    ... )
    >>> MLPDigitClassifier(activation="softsign", max_iter=2).fit(np.eye(4), [0, 1, 0, 1]).n_iter_
    2
    >>> del ACTIVATIONS["softsign"]
    """

    value: Callable
    slope: Callable


def _relu(Z):
    """Return max(Z, 0)."""
    # In NumPy, clip with two limits is more than twice as fast as clip with one, or maximum.
    return namespace(Z).clip(Z, 0.0, math.inf)


def _relu_slope(A):
    """d relu / dZ = 1 where A is positive, else 0."""
    return namespace(A).astype(A > 0, A.dtype)


def _leaky_relu(Z):
    """Return Z where it is positive, otherwise Z / 100."""
    return namespace(Z).where(Z > 0, Z, LEAK * Z)


def _leaky_relu_slope(A):
    """d leaky_relu / dZ = 1 where A is positive, else 0.01."""
    return (1 - LEAK) * _relu_slope(A) + LEAK


def _tanh(Z):
    """Return the hyperbolic tangent."""
    return namespace(Z).tanh(Z)


def _tanh_slope(A):
    """d tanh / dZ = 1 - tanh²."""
    return 1 - A * A


def _logistic(Z):
    """Return 1 / (1 + exp(-Z)), computed with tanh, which cannot overflow."""
    return 0.5 * namespace(Z).tanh(0.5 * Z) + 0.5


def _logistic_slope(A):
    """d logistic / dZ = A (1 - A)."""
    return A * (1 - A)


def _logit(shares):
    """Return log(p / (1 - p)) for shares p that are limited to the range from 0.01 to 0.99."""
    inside = np.clip(shares, 0.01, 0.99)
    return np.log(inside / (1 - inside))


def identity(Z):
    """Return Z."""
    return Z


def _identity_slope(A):
    """d Z / dZ = 1."""
    return namespace(A).ones_like(A)


ACTIVATIONS = {
    "relu": Activation(_relu, _relu_slope),
    "leaky_relu": Activation(_leaky_relu, _leaky_relu_slope),
    "tanh": Activation(_tanh, _tanh_slope),
    "logistic": Activation(_logistic, _logistic_slope),
    "identity": Activation(identity, _identity_slope),
}

# The activations that the last layer can have. Each function converts the mean targets to biases,
# with which the outputs are equal to the mean targets if the weights are 0.
OUTPUT_ACTIVATIONS = {"relu": np.copy, "identity": np.copy, "logistic": _logit}
