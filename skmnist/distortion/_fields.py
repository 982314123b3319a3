"""Smooth random fields, which displace the pixels of an image.

A Gaussian filter is one matrix per axis, G, that is applied to white noise: G_y N G_xᵀ. With the
singular value decompositions of both matrices, this is a sum of products of singular vectors, each
times an independent normal number. A few of these products contain almost all of the variance, so
a few numbers make a smooth field.
"""

import numpy as np

SHARE_OF_VARIANCE = 0.99


def smooth_fields(height, width, smoothness):
    """Return fields [k, height * width], to be summed with standard normal numbers as factors.

    The sums are distributed like white noise that is smoothed with a Gaussian filter of standard
    deviation ``smoothness``. Their root mean square is 1 on average over the pixels.
    """
    (columns, of_rows), (rows, of_columns) = _modes(height, smoothness), _modes(width, smoothness)
    variances = np.outer(of_rows, of_columns)
    largest = np.argsort(-variances, axis=None, kind="stable")
    shares = np.cumsum(variances.ravel()[largest]) / variances.sum()
    kept = largest[: np.searchsorted(shares, SHARE_OF_VARIANCE) + 1]
    i, j = np.unravel_index(kept, variances.shape)
    fields = (columns[:, i].T[:, :, None] * rows[:, j].T[:, None, :]).reshape(len(kept), -1)
    return fields / np.sqrt(np.mean(np.sum(fields**2, axis=0)))


def _modes(n, smoothness):
    """Return the scaled singular vectors of smoothing noise to n pixels, and their variances."""
    # The noise extends beyond the pixels, so that the variance is not smaller at the border.
    reach = int(np.ceil(4 * smoothness))
    distances = np.arange(n)[:, None] - np.arange(-reach, n + reach)
    U, S, _ = np.linalg.svd(np.exp(-0.5 * (distances / smoothness) ** 2), full_matrices=False)
    return U * S, S**2
