"""The sources of kernels: drawn, cut out of images, learned from patches, random, or passed.

Each source has a function of (number of kernels, shape of a kernel, sampled patches, generator),
which returns kernels of shape ``[maps, height, width, channels]``. It returns fewer kernels than
asked for if there are too few different patches.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits  # a dependency of scikit-learn

from skmnist.features._patches import LEAST_FLOAT64, interleave_classes

# Patches have little contrast if their variance is less than this fraction of the mean variance.
CONTRAST = 0.1
# Differences are rounding errors below this fraction of the largest value, or after so many
# decimals.
_ROUNDING, _DECIMALS = 1e-9, 6


class Source(NamedTuple):
    """A source of kernels: how they are made and named, and what they need."""

    make: Callable  # the function that the module's docstring describes
    names: str | tuple  # a word that is numbered, or one name per kernel
    is_learned: bool = False  # whether `make` needs patches of the training images
    needs_odd_size: bool = False
    has_image_scale: bool = False  # whether kernels are proportional to the images

    def kernel_names(self, n_kernels):
        """Return one name per kernel."""
        if isinstance(self.names, str):
            return [f"{self.names}{number}" for number in range(n_kernels)]
        if len(self.names) != n_kernels:
            raise ValueError(
                f"names of a Source must contain one name for each of its {n_kernels} kernels; "
                f"got {self.names}."
            )
        return self.names


def _draw_strokes(n_kernels, shape, patches, rng):
    """Draw the three strokes of an X, with 1 on the stroke and -1 elsewhere; ignore n_kernels."""
    height, width, channels = shape
    size = max(height, width) | 1
    falling = np.eye(size)
    rising = falling[:, ::-1]
    strokes = 2 * np.stack([falling, np.maximum(falling, rising), rising]) - 1
    top, left = (size - height) // 2, (size - width) // 2
    strokes = strokes[:, top : top + height, left : left + width, None]
    return np.repeat(strokes, channels, axis=3)


def _cut_patches(n_kernels, shape, patches, rng):
    """Return random patches: a larger variance makes them likelier, and the classes take turns."""
    ink = (_without_means(patches.rows) ** 2).mean(axis=1)
    with np.errstate(divide="ignore", over="ignore"):
        # The n largest of these keys are a sample without replacement, weighted by ink.
        keys = np.log(rng.random(len(ink))) / ink
    order = interleave_classes(np.argsort(-keys, kind="stable"), patches.classes)
    chosen = [i for i in order if np.isfinite(keys[i])][:n_kernels] or order[:1]
    return patches.rows[chosen].reshape(-1, *shape)


def _principal_components(n_kernels, shape, patches, rng):
    """Return the directions in which patches without their means vary most."""
    rows = _without_means(patches.rows)
    if np.ptp(rows, axis=0).max() <= _ROUNDING * np.abs(patches.rows).max():
        return np.eye(1, rows.shape[1]).reshape(-1, *shape)
    n_components = min(n_kernels, max(1, rows.shape[1] - 1), len(rows))
    pca = PCA(n_components, random_state=int(rng.integers(2**32))).fit(rows)
    varies = pca.explained_variance_ > _ROUNDING * pca.explained_variance_[0]
    return pca.components_[varies].reshape(-1, *shape)


def _cluster_centers(n_kernels, shape, patches, rng):
    """Return the centres of clusters of patches that are scaled to mean 0 and variance 1."""
    rows = _without_means(patches.rows)
    variances = rows.var(axis=1)
    has_ink = variances > CONTRAST * variances.mean()
    rows = rows[has_ink] / np.sqrt(variances[has_ink, None])
    if len(rows) == 0:
        return np.ones((1, *shape))
    _, distinct = np.unique(rows.round(_DECIMALS), axis=0, return_index=True)
    if len(distinct) <= n_kernels:
        return rows[distinct].reshape(-1, *shape)
    seed = int(rng.integers(2**32))
    clusters = MiniBatchKMeans(n_kernels, batch_size=2048, n_init=1, random_state=seed)
    # scikit-learn's threads wait for each other after every few rows: slow on a busy machine.
    with threadpool_limits(1, user_api="openmp"):
        clusters.fit(rows)
    return _with_unit_size(clusters.cluster_centers_).reshape(-1, *shape)


def _random_normal(n_kernels, shape, patches, rng):
    """Draw all entries from the standard normal distribution."""
    return rng.standard_normal((n_kernels, *shape))


SOURCES = {
    "strokes": Source(_draw_strokes, ("falling", "crossing", "rising"), needs_odd_size=True),
    "patches": Source(_cut_patches, "patch", is_learned=True, has_image_scale=True),
    "pca": Source(_principal_components, "pca", is_learned=True),
    "kmeans": Source(_cluster_centers, "kmeans", is_learned=True),
    "random": Source(_random_normal, "random"),
}


def kernel_source(kernels):
    """Return the source for a value of the parameter `kernels`: a name, or an array."""
    if isinstance(kernels, str):
        return SOURCES[kernels]
    return Source(partial(_given, kernels), "kernel")


def _given(kernels, n_kernels, shape, patches, rng):
    """Return the kernels that were passed as an array of [maps, height, width, channels]."""
    kernels = np.array(kernels, dtype=float)
    kernels = kernels[..., None] if kernels.ndim == 3 else kernels
    if kernels.shape[3] != shape[2]:
        is_first = kernels.shape[1] == shape[2]
        advice = " If the channels are first, pass np.moveaxis(kernels, 1, -1)." if is_first else ""
        raise ValueError(
            f"kernels must have the shape (n, {shape[0]}, {shape[1]}, {shape[2]}), with as many "
            "channels as the images that they are applied to; got the shape "
            f"{kernels.shape}.{advice}"
        )
    return kernels


def make_kernels(plan, shape, patches, rng):
    """Return the kernels of a planned layer for images of this shape."""
    if patches is not None:
        _check_squares(patches.rows, _least_square(plan, patches))
    shape = (plan.height, plan.width, 1 if plan.layer.separate else shape[2])
    kernels = plan.source.make(plan.n_kernels, shape, patches, rng)
    if plan.source.has_image_scale and plan.is_later:
        # Otherwise the maps grow with the square of the maps before, and become infinite.
        kernels = _by_rows(_with_unit_size, kernels)
    if plan.normalize is not None:
        # A patch without its mean, times a kernel, is the patch times a kernel without its mean.
        kernels = _by_rows(_without_means, kernels)
    return kernels


def _least_square(plan, patches):
    """Return the smallest mean square of patches from which the kernels can be made."""
    uses_image_squares = plan.source.has_image_scale and not plan.is_later
    # The maps of such kernels, and the contrast, are computed from squares in the dtype of the
    # images. All other kernels are learned in float64.
    return patches.least if uses_image_squares or plan.has_contrast else LEAST_FLOAT64


def _check_squares(rows, least):
    """Raise a ValueError if the mean square of patches is infinite, or less than ``least``."""
    mean_square = np.vdot(rows, rows) / rows.size
    if not np.isfinite(mean_square):
        raise ValueError(
            "X is too large to learn kernels from: the squares of X, or of its feature maps, are "
            "not finite. Divide X by a constant."
        )
    if mean_square < least and rows.any():
        raise ValueError(
            "X is too small to learn kernels from: the squares of X, or of its feature maps, are "
            "too small for floats. Multiply X by a constant."
        )


def _by_rows(change, kernels):
    """Return kernels to which a function of rows was applied, with one row per kernel."""
    return change(kernels.reshape(len(kernels), -1)).reshape(kernels.shape)


def _without_means(rows):
    """Subtract the mean of each row; rows with a single entry are left unchanged."""
    return rows - rows.mean(axis=1, keepdims=True) if rows.shape[1] > 1 else rows


def _with_unit_size(rows):
    """Divide each row by its root mean square; rows of zeros are left unchanged."""
    sizes = np.sqrt((rows**2).mean(axis=1, keepdims=True))
    return rows / np.where(sizes > 0, sizes, 1)
