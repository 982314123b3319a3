"""How X is scaled before it is multiplied by the first weights.

Columns whose ranges do not differ much, such as the pixels of images, are divided by one number, so
that images stay as they are. Other columns are centred, and each is divided by a number of its own,
so that its range does not matter. After the training, the weights of the first layer are changed so
that they apply to X itself.
"""

from typing import Any, NamedTuple

import numpy as np

from skmnist.network._arrays import like, namespace, to_numpy

# Columns have a common unit if no mean is larger than this many times the usual deviation, and if
# the largest deviation is similar to the usual one, and almost all others are. Principal components
# are similar in this sense: their variances say how important they are. Those without a variance
# consist of rounding errors.
FAR, SIMILAR = 10, 30
FEW_COLUMNS, NO_VARIANCE = 0.05, 1e-9
# The mean of a rare column is so near to one end of its range that almost all of its values are
# equal, like those of a pixel at the border of the images: all but this share of the rows and this
# number of rows. What is seldom seen can be much larger in other images, so these columns are not
# scaled up.
RARE, RARE_ROWS = 0.01, 3
# If the values of a column differ by no more than this many rounding errors, it is constant. For
# other columns, the folded weights and biases are exact enough to predict what was learned.
ROUNDING_ERRORS = 100
# A column with a unit of its own is divided by its standard deviation, or by more if its largest
# deviation would be larger than this.
LARGEST_INPUT = 20.0


class Scaling(NamedTuple):
    """The network is trained on ``(X - shift) / scale``, with one number per column."""

    __module__ = "skmnist.network"  # saved models name the package, not this file

    shift: Any
    scale: Any

    def apply(self, X):
        """Scale a batch in place."""
        X -= self.shift
        X /= self.scale

    def fold(self, W, b):
        """Return the first weights and biases for X itself."""
        W = W / self.scale[:, None]
        return W, b - self.shift @ W

    def unfold(self, W, b):
        """Return the first weights and biases for the scaled X."""
        return W * self.scale[:, None], b + self.shift @ W


class _Ranges(NamedTuple):
    """The lowest, the highest and the weighted mean value of each column, and which ones vary."""

    low: np.ndarray
    high: np.ndarray
    mean: np.ndarray
    varies: np.ndarray
    n_rows: int

    @property
    def deviations(self):
        """The largest deviation of each column from its mean."""
        return np.maximum(self.high - self.mean, self.mean - self.low)

    @property
    def usual(self):
        """The median of the largest deviations of the columns that vary."""
        return np.median(self.deviations[self.varies])

    @property
    def largest(self):
        """The largest absolute value of each column."""
        return np.maximum(abs(self.low), abs(self.high))

    @property
    def is_sure(self):
        """Whether the range of a column is more than a matter of chance."""
        from_end = np.minimum(self.high - self.mean, self.mean - self.low)
        least = RARE + RARE_ROWS / self.n_rows
        return self.varies & (from_end >= least * (self.high - self.low))


def column_scaling(read, reference, *, are_images=False):
    """Return the scaling for X, with the type and the device of a reference, and a squared norm.

    ``read()`` returns batches of (X, Y, weights). With ``are_images``, all columns have one unit.
    The squared norm is the mean over all scaled rows, in which large rows count more. It is None if
    each column has a unit of its own, because no row is much larger than the others then.
    """
    ranges = _ranges(read(), float(namespace(reference).finfo(reference.dtype).eps))
    if are_images or _have_common_unit(ranges):
        unit, norm = _root_mean_square(read(), float(ranges.largest.max()))
        shift, scale = np.zeros_like(ranges.mean), np.full_like(ranges.mean, unit)
    else:
        shift, scale, norm = ranges.mean, _own_scales(read(), ranges), None
    return Scaling(*(like(reference, numbers, reference.dtype) for numbers in (shift, scale))), norm


def _ranges(batches, eps):
    n_rows, low, high, mean, total = 0, np.inf, -np.inf, 0.0, 0.0
    for X, _, weights in batches:
        xp = namespace(X)
        n_rows += X.shape[0]
        total += float(xp.sum(weights))
        # The sum of large values would overflow.
        share = xp.astype(weights, X.dtype) / total
        mean = mean * (1 - float(xp.sum(share))) + (share.T @ X)[0, :]
        low = np.minimum(low, to_numpy(xp.min(X, axis=0)))
        high = np.maximum(high, to_numpy(xp.max(X, axis=0)))
    smallest = ROUNDING_ERRORS * eps * np.maximum(abs(low), abs(high))
    varies = high / 2 - low / 2 > smallest / 2  # halves do not overflow
    return _Ranges(low, high, to_numpy(mean), varies, n_rows)


def _have_common_unit(ranges):
    """Return whether the columns are like the pixels of images."""
    if not ranges.varies.any():
        return True
    usual = ranges.usual
    sure = ranges.deviations[ranges.is_sure & (ranges.deviations > NO_VARIANCE * usual)]
    smallest = np.quantile(sure, FEW_COLUMNS, method="lower") if sure.size else usual
    is_near, is_similar = abs(ranges.mean).max() / FAR <= usual, usual / SIMILAR <= smallest
    return bool(is_near and is_similar and ranges.deviations.max() / SIMILAR <= usual)


def _root_mean_square(batches, largest):
    """Return the weighted root mean square of X, or 1 if X is 0, and the norm in that unit."""
    largest, squares, fourths, weight = largest or 1.0, 0.0, 0.0, 0.0
    for X, _, weights in batches:
        xp = namespace(X)
        X = X / largest  # so that no square overflows
        of_rows = xp.mean(X * X, axis=1, keepdims=True)
        squares += float(xp.sum(of_rows * weights))
        fourths += float(xp.sum(of_rows * of_rows * weights))
        weight += float(xp.sum(weights))
    if squares == 0:
        return 1.0, 0.0
    return largest * float(np.sqrt(squares / weight)), X.shape[1] * weight * fourths / squares**2


def _own_scales(batches, ranges):
    """Return a number for each column, such as its standard deviation.

    It is at least the usual number if the range of the column is not sure. A constant column is
    divided by its value, so that its rounding errors stay small.
    """
    deviations = _standard_deviations(batches, ranges)
    usual = np.median(deviations[ranges.varies])
    own = np.where(ranges.varies, deviations, np.maximum(usual, ranges.largest))
    own = np.maximum(own, ranges.deviations / LARGEST_INPUT)
    return np.where(ranges.is_sure, own, np.maximum(own, usual))


def _standard_deviations(batches, ranges):
    """Return the weighted standard deviations of the columns that vary, and 0 for all others."""
    largest, squares, weight = np.where(ranges.varies, ranges.deviations, np.inf), 0.0, 0.0
    for X, _, weights in batches:
        X = (X - like(X, ranges.mean)) / like(X, largest)  # so that no square overflows
        weights = namespace(X).astype(weights, X.dtype)
        squares = squares + to_numpy((weights.T @ (X * X))[0, :])
        weight += float(namespace(X).sum(weights))
    return np.where(ranges.varies, ranges.deviations, 0) * np.sqrt(squares / weight)
