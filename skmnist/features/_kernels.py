"""Where kernels come from: drawn, cut out, learned, made up or given.

A source is a function of (how many, the shape of a kernel, a sample of patches, a generator);
it returns kernels of shape ``[maps, height, width, channels]``. Where the sample has too little
to tell apart, the kernels are fewer than were asked for.
"""

import numpy as np
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits  # comes with scikit-learn, which needs it

from skmnist.features._patches import LEAST_FLOAT64, take_turns

STROKES = ("falling", "crossing", "rising")


def _strokes(n_kernels, shape, patches, rng):
    """Draw the lecture's three pieces of an X, ink 1 on paper -1 (B4); there are no others."""
    height, width, channels = shape
    size = max(height, width) | 1
    falling = np.eye(size)
    rising = falling[:, ::-1]
    pieces = 2 * np.stack([falling, np.maximum(falling, rising), rising]) - 1
    top, left = (size - height) // 2, (size - width) // 2
    pieces = pieces[:, top : top + height, left : left + width, None]
    return np.repeat(pieces, channels, axis=3)


def _cut_out(n_kernels, shape, patches, rng):
    """Cut patches where there is ink, the likelier the more there is, the classes in turn."""
    ink = (_without_means(patches.rows) ** 2).mean(axis=1)
    with np.errstate(divide="ignore", over="ignore"):
        # The n largest of these keys are a sample without replacement, weighted by ink.
        keys = np.log(rng.random(len(ink))) / ink
    order = take_turns(np.argsort(-keys, kind="stable"), patches.classes)
    chosen = [i for i in order if np.isfinite(keys[i])][:n_kernels] or order[:1]
    return patches.rows[chosen].reshape(-1, *shape)


def _principal(n_kernels, shape, patches, rng):
    """Take the directions in which patches without their means differ most."""
    rows = _without_means(patches.rows)
    if np.ptp(rows, axis=0).max() <= SMALL * np.abs(patches.rows).max():
        return np.eye(1, rows.shape[1]).reshape(-1, *shape)
    n_directions = min(n_kernels, max(1, rows.shape[1] - 1), len(rows))
    found = PCA(n_directions, random_state=int(rng.integers(2**32))).fit(rows)
    differ = found.explained_variance_ > SMALL * found.explained_variance_[0]
    return found.components_[differ].reshape(-1, *shape)


def _centroids(n_kernels, shape, patches, rng):
    """Take the centres of clusters of patches, all brought to one mean and one contrast."""
    rows = _without_means(patches.rows)
    variances = rows.var(axis=1)
    inked = variances > CONTRAST * variances.mean()
    rows = rows[inked] / np.sqrt(variances[inked, None])
    if len(rows) == 0:
        return np.ones((1, *shape))
    _, distinct = np.unique(rows.round(DECIMALS), axis=0, return_index=True)
    if len(distinct) <= n_kernels:
        return rows[distinct].reshape(-1, *shape)
    seed = int(rng.integers(2**32))
    clusters = MiniBatchKMeans(n_kernels, batch_size=2048, n_init=1, random_state=seed)
    # Its threads meet after every few rows: on a busy machine they do nothing but wait.
    with threadpool_limits(1, user_api="openmp"):
        clusters.fit(rows)
    return _of_unit_size(clusters.cluster_centers_).reshape(-1, *shape)


def _made_up(n_kernels, shape, patches, rng):
    """Draw every entry from the standard normal distribution."""
    return rng.standard_normal((n_kernels, *shape))


# What a patch's variance is compared with: this share of the mean variance.
CONTRAST = 0.1
# What floating point leaves of nothing: of a whole, and after the point.
SMALL, DECIMALS = 1e-9, 6

SOURCES = {
    "strokes": _strokes,
    "patches": _cut_out,
    "pca": _principal,
    "kmeans": _centroids,
    "random": _made_up,
}
LEARNED = ("patches", "pca", "kmeans")


def make_kernels(plan, shape, patches, rng):
    """Return the kernels of a planned layer on images of a shape, and what is done with them."""
    if patches is not None:
        _check_squares(patches.rows, _least_square(plan, patches))
    shape = (plan.height, plan.width, 1 if plan.layer.separate else shape[2])
    if isinstance(plan.kernels, str):
        kernels = SOURCES[plan.kernels](plan.n_kernels, shape, patches, rng)
        if plan.is_later and plan.kernels == "patches":
            # Products of patches with patches of such products, and so on, would become infinite.
            kernels = _by_rows(_of_unit_size, kernels)
    else:
        kernels = _given(plan.kernels, shape)
    if plan.normalize is None:
        return kernels, plan.layer
    # A patch without its mean, times a kernel, is the patch times a kernel without its mean.
    kernels = _by_rows(_without_means, kernels)
    if plan.normalize == "mean":
        return kernels, plan.layer
    offset = CONTRAST * patches.rows.var(axis=1).mean()
    return kernels, plan.layer._replace(contrast=float(offset) if offset > 0 else 1.0)


def _least_square(plan, patches):
    """Return what the typical square must not be below: it depends on the type it is taken in."""
    as_cut = isinstance(plan.kernels, str) and plan.kernels == "patches" and not plan.is_later
    # A patch on a patch, or a contrast, is a square in the images' type; to learn takes float64.
    return patches.least if as_cut or plan.normalize == "contrast" else LEAST_FLOAT64


def _check_squares(rows, least):
    typical = np.vdot(rows, rows) / rows.size
    if not np.isfinite(typical):
        raise ValueError(
            "X is too large to learn kernels from: squares of it, or of its feature maps, are no "
            "finite numbers. Divide X by a constant."
        )
    if typical < least and rows.any():
        raise ValueError(
            "X is too small to learn kernels from: squares of it, or of its feature maps, are too "
            "small for floats. Multiply X by a constant."
        )


def _by_rows(change, kernels):
    """Return kernels changed by a function of rows, one row a kernel."""
    return change(kernels.reshape(len(kernels), -1)).reshape(kernels.shape)


def _without_means(rows):
    """Subtract each row's mean; what has one entry only is left as it is."""
    return rows - rows.mean(axis=1, keepdims=True) if rows.shape[1] > 1 else rows


def _of_unit_size(rows):
    """Divide each row by its root mean square, so that entries are the size of a stroke's."""
    sizes = np.sqrt((rows**2).mean(axis=1, keepdims=True))
    return rows / np.where(sizes > 0, sizes, 1)


def _given(kernels, shape):
    """Return a user's kernels as an array of [maps, height, width, channels]."""
    kernels = np.array(kernels, dtype=float)
    kernels = kernels[..., None] if kernels.ndim == 3 else kernels
    if kernels.shape[3] != shape[2]:
        raise ValueError(
            f"kernels must have as many channels, which come last, as what they are laid on, "
            f"{shape[2]}: the shape (n, {shape[0]}, {shape[1]}, {shape[2]}); got {kernels.shape}."
        )
    return kernels
