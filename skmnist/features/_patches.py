"""A sample of images and of their patches, of limited size and balanced over the classes."""

from typing import NamedTuple

import numpy as np

from skmnist.network._arrays import like, namespace, to_numpy
from skmnist.network._convolution import (
    CACHE,
    each_chunk,
    extract_patches,
    feature_maps,
    images_at_once,
    last_shape,
    split_channels,
)

MOST_IMAGES = 3000
# The maximum number of entries in a sample of images or patches: 16 MB of float64.
MOST_NUMBERS = 2**21
# The smallest normal number of float64.
LEAST_FLOAT64 = float(np.finfo(np.float64).tiny)


class _Patches(NamedTuple):
    """Patches as rows of float64, with the class of each patch.

    ``least`` is the smallest normal number in the dtype of the images: smaller numbers have fewer
    digits.
    """

    rows: np.ndarray
    classes: np.ndarray
    least: float = LEAST_FLOAT64


def class_numbers(y, n_rows):
    """Return the class of each row as a number; all are 0 if y has no class labels."""
    y = np.empty(0) if y is None else to_numpy(y)
    if y.size != n_rows or y.shape[:1] != (n_rows,) or _is_continuous(y):
        return np.zeros(n_rows, dtype=np.int8)
    try:
        return np.unique(y.ravel(), return_inverse=True)[1]
    except TypeError:  # labels that cannot be sorted
        numbers = {}
        return np.array([numbers.setdefault(label, len(numbers)) for label in y.ravel()])


def _is_continuous(y):
    """Return whether y has floats that are not integers."""
    return y.dtype.kind == "f" and not np.array_equal(y, np.round(y))


def interleave_classes(order, classes):
    """Return the rows in an order in which the classes take turns until their rows are used up.

    The rows of each class stay in the given order.
    """
    in_order = classes[order]
    by_class = np.argsort(in_order, kind="stable")
    starts = np.searchsorted(in_order[by_class], in_order[by_class])
    turns = np.empty(len(order), dtype=int)
    turns[by_class] = np.arange(len(order)) - starts
    return order[np.argsort(turns, kind="stable")]


def choose_images(classes, n_columns, rng):
    """Return the sorted indices of the rows of X that kernels are learned from."""
    return _choose_balanced(classes, min(MOST_IMAGES, MOST_NUMBERS // n_columns), rng)


def _choose_balanced(classes, n, rng):
    """Choose n rows, or all if there are fewer; equally many from each class if possible."""
    n = max(1, n)
    some = [_choose(np.flatnonzero(classes == each), n, rng) for each in np.unique(classes)]
    order = interleave_classes(rng.permutation(np.concatenate(some)), classes)
    return np.sort(order[:n])


def _choose(rows, n, rng):
    """Choose n rows, or all if there are fewer."""
    return rng.choice(rows, n, replace=False) if len(rows) > n else rows


def sample_patches(X, classes, image_shape, plan, kernels, layers, rng):
    """Return a sample of the patches that the kernels of a planned layer are applied to.

    X has one row of floats per image. ``kernels`` and ``layers`` are those of the layers before:
    the patches are extracted from the maps of these layers.
    """
    shapes = [each.shape for each in kernels]
    n_maps = last_shape(image_shape, shapes, layers)[2]
    # With separate stacking, each map is an image of its own.
    times, channels = (n_maps, 1) if plan.layer.separate else (1, n_maps)
    n_patches = max(1, MOST_NUMBERS // (plan.height * plan.width * channels))
    chosen = _choose_balanced(classes, n_patches // times, rng)
    n_each = max(1, n_patches // (times * len(chosen)))
    X, classes = namespace(X).take(X, like(X, chosen), axis=0), classes[chosen]
    everywhere = plan.layer._replace(stride=1, pool_size=(1, 1))
    # The number of images at once is limited so that their patches fit into the cache as well.
    shapes.append((1, plan.height, plan.width, channels))
    size = images_at_once(image_shape, shapes, [*layers, everywhere], CACHE)
    sampled = []
    for _, images in each_chunk(X, slice(0, len(chosen)), image_shape, X.dtype, size):
        maps = feature_maps(images, kernels, layers)
        maps = split_channels(maps) if plan.layer.separate else maps
        patches, _ = extract_patches(maps, plan.height, plan.width, everywhere)
        patches = _choose_of_each(np.transpose(to_numpy(patches), (0, 2, 1)), n_each, rng)
        sampled.append(patches.reshape(-1, patches.shape[2]))
    rows = np.concatenate(sampled)
    classes = np.repeat(classes, len(rows) // len(classes))
    return _Patches(rows.astype(np.float64), classes, float(np.finfo(rows.dtype).tiny))


def _choose_of_each(patches, n, rng):
    """Choose n patches of each image, or all if there are fewer."""
    if n >= patches.shape[1]:
        return patches
    chosen = np.argpartition(rng.random(patches.shape[:2]), n, axis=1)[:, :n]
    return np.take_along_axis(patches, chosen[:, :, None], axis=1)
