"""The losses and their slopes.

A loss is computed for each output. The loss of an image is the sum over its outputs, and the loss
of a batch is the mean over its images. A slope is the derivative with respect to an output. Both
are functions of ``outputs: [n, n_out]`` and ``targets: [n, n_out]``.
"""

from collections.abc import Callable
from typing import NamedTuple

from skmnist.network._arrays import namespace

HUBER_DELTA = 1.0


class Loss(NamedTuple):
    """A loss and its slope, an entry of ``LOSSES``.

    Parameters
    ----------
    value : callable
        The loss of each output, as a function of ``(outputs, targets)``.
    slope : callable
        The derivative of the loss with respect to the outputs, as a function of
        ``(outputs, targets)``.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist import MLPDigitClassifier
    >>> from skmnist.network import LOSSES, Loss
    >>> LOSSES["fourth"] = Loss(lambda out, Y: (out - Y) ** 4, lambda out, Y: 4 * (out - Y) ** 3)
    >>> MLPDigitClassifier(loss="fourth", max_iter=2).fit(np.eye(4), [0, 1, 0, 1]).n_iter_
    2
    >>> del LOSSES["fourth"]
    """

    value: Callable
    slope: Callable


def _mse(outputs, targets):
    """(out - y)². The sum over the outputs is the squared Euclidean distance."""
    residual = outputs - targets
    return residual * residual


def _mse_slope(outputs, targets):
    """d (out - y)² / d out = 2 (out - y)."""
    return 2 * (outputs - targets)


def _mae(outputs, targets):
    """``|out - y|``."""
    return abs(outputs - targets)


def _mae_slope(outputs, targets):
    """``d |out - y| / d out`` = the sign of (out - y)."""
    return namespace(outputs).sign(outputs - targets)


def _huber(outputs, targets):
    """Half the squared residual if it is at most delta, and linear in the residual above."""
    size = abs(outputs - targets)
    near = namespace(outputs).clip(size, None, HUBER_DELTA)
    return near * (size - 0.5 * near)


def _huber_slope(outputs, targets):
    """The residual, limited to the range from -delta to delta."""
    return namespace(outputs).clip(outputs - targets, -HUBER_DELTA, HUBER_DELTA)


def _squared_hinge(outputs, targets):
    """(out - y)², or 0 if the output is above a target of 1 or below a target of 0."""
    shortfall = _shortfall(outputs, targets)
    return shortfall * shortfall


def _squared_hinge_slope(outputs, targets):
    """Twice the shortfall."""
    return 2 * _shortfall(outputs, targets)


def _shortfall(outputs, targets):
    """Return out - y, or 0 if the output is above a target of 1 or below a target of 0."""
    xp, residual = namespace(outputs), outputs - targets
    return xp.where(targets > 0, xp.clip(residual, None, 0), xp.clip(residual, 0, None))


LOSSES = {
    "mse": Loss(_mse, _mse_slope),
    "mae": Loss(_mae, _mae_slope),
    "huber": Loss(_huber, _huber_slope),
    "squared_hinge": Loss(_squared_hinge, _squared_hinge_slope),
}
