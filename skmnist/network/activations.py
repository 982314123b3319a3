"""What a layer does to ``Z = X @ W + b``, and the slope of it.

Each activation is a pair of functions: its value, told from ``Z``, and its slope, told from
the value ``A`` (for all of these the value is enough, so ``Z`` need not be kept).
"""

import math
from typing import NamedTuple

from skmnist.network.arrays import namespace

LEAK = 0.01


class Activation(NamedTuple):
    """An activation's value as a function of Z and its slope as a function of A."""

    value: callable
    slope: callable


def relu(Z):
    """Return max(Z, 0)."""
    # With both limits NumPy clips more than twice as fast as with one, or as its maximum.
    return namespace(Z).clip(Z, 0.0, math.inf)


def relu_slope(A):
    """d relu / dZ = 1 where the neuron is awake, else 0."""
    return namespace(A).astype(A > 0, A.dtype)


def leaky_relu(Z):
    """Return Z where it is positive, a hundredth of it elsewhere."""
    return namespace(Z).where(Z > 0, Z, LEAK * Z)


def leaky_relu_slope(A):
    """d leaky_relu / dZ = 1 where A is positive, else the leak."""
    return (1 - LEAK) * relu_slope(A) + LEAK


def tanh(Z):
    """Return the hyperbolic tangent."""
    return namespace(Z).tanh(Z)


def tanh_slope(A):
    """d tanh / dZ = 1 - tanh²."""
    return 1 - A * A


def logistic(Z):
    """Return 1 / (1 + exp(-Z)), by way of tanh, which cannot overflow."""
    return 0.5 * namespace(Z).tanh(0.5 * Z) + 0.5


def logistic_slope(A):
    """d logistic / dZ = A (1 - A)."""
    return A * (1 - A)


def identity(Z):
    """Return Z as it is."""
    return Z


def identity_slope(A):
    """d Z / dZ = 1."""
    return namespace(A).ones_like(A)


ACTIVATIONS = {
    "relu": Activation(relu, relu_slope),
    "leaky_relu": Activation(leaky_relu, leaky_relu_slope),
    "tanh": Activation(tanh, tanh_slope),
    "logistic": Activation(logistic, logistic_slope),
    "identity": Activation(identity, identity_slope),
}

OUTPUT_ACTIVATIONS = ("relu", "identity", "logistic")
