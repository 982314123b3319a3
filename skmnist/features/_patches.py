"""A bounded sample of the patches that a layer's kernels see, and of which class each is."""

from typing import NamedTuple

import numpy as np

from skmnist.network._arrays import like, namespace, to_numpy
from skmnist.network._convolution import (
    CACHE,
    each_chunk,
    feature_maps,
    images_at_once,
    last_shape,
    seen_by_kernels,
    separated,
)

MOST_IMAGES = 3000
# Numbers in a sample of images or patches: 16 MB of float64.
MOST_NUMBERS = 2**21
# Below these a type holds numbers with ever fewer digits, and then none.
LEAST_FLOAT64 = float(np.finfo(np.float64).tiny)


class _Patches(NamedTuple):
    """Patches as rows of float64, each one's class number, and the least float of their images."""

    rows: np.ndarray
    classes: np.ndarray
    least: float = LEAST_FLOAT64


def class_numbers(y, n_rows):
    """Return the number of each row's class; all are of one class where y does not say."""
    y = np.empty(0) if y is None else to_numpy(y)
    if y.size != n_rows or y.shape[:1] != (n_rows,) or _is_continuous(y):
        return np.zeros(n_rows, dtype=np.int8)
    try:
        return np.unique(y.ravel(), return_inverse=True)[1]
    except TypeError:  # labels that have no order
        numbers = {}
        return np.array([numbers.setdefault(label, len(numbers)) for label in y.ravel()])


def _is_continuous(y):
    return y.dtype.kind == "f" and not np.array_equal(y, np.round(y))


def take_turns(order, classes):
    """Return an order of rows in which the classes take turns until all are used up."""
    in_order = classes[order]
    by_class = np.argsort(in_order, kind="stable")
    starts = np.searchsorted(in_order[by_class], in_order[by_class])
    turns = np.empty(len(order), dtype=int)
    turns[by_class] = np.arange(len(order)) - starts
    return order[np.argsort(turns, kind="stable")]


def some_images(classes, n_columns, rng):
    """Choose rows of X, of all classes alike, as many as may be looked at."""
    return _balanced(classes, min(MOST_IMAGES, MOST_NUMBERS // n_columns), rng)


def _balanced(classes, n, rng):
    n = max(1, n)
    some = [_choose(np.flatnonzero(classes == each), n, rng) for each in np.unique(classes)]
    order = take_turns(rng.permutation(np.concatenate(some)), classes)
    return np.sort(order[:n])


def _choose(rows, n, rng):
    return rng.choice(rows, n, replace=False) if len(rows) > n else rows


def sample_patches(X, classes, image_shape, plan, kernels, layers, dtype, rng):
    """Return what the next layer, planned so, would see in images that went through the others."""
    shapes = [each.shape for each in kernels]
    channels = last_shape(image_shape, shapes, layers)[2]
    times, channels = (channels, 1) if plan.layer.separate else (1, channels)
    n_patches = max(1, MOST_NUMBERS // (plan.height * plan.width * channels))
    chosen = _balanced(classes, n_patches // times, rng)
    n_each = max(1, n_patches // (times * len(chosen)))
    X, classes = namespace(X).take(X, like(X, chosen), axis=0), classes[chosen]
    # So few images at once that the patches fit the cache as well.
    shapes.append((1, plan.height, plan.width, channels))
    everywhere = plan.layer._replace(stride=1, pool_size=(1, 1))
    size = images_at_once(image_shape, shapes, [*layers, everywhere], CACHE)
    rows = slice(0, len(chosen))
    found, numbers = [], []
    for chunk, images in each_chunk(X, rows, image_shape, dtype, size):
        maps = feature_maps(images, kernels, layers)
        maps = separated(maps) if plan.layer.separate else maps
        seen, _ = seen_by_kernels(maps, plan.height, plan.width, everywhere)
        seen = np.transpose(to_numpy(seen), (0, 2, 1))
        drawn = _some_of_each(seen, n_each, rng)
        found.append(drawn.reshape(-1, drawn.shape[2]).astype(np.float64))
        numbers.append(np.repeat(classes[chunk], len(found[-1]) // images.shape[0]))
    least = float(np.finfo(seen.dtype).tiny)
    return _Patches(np.concatenate(found), np.concatenate(numbers), least)


def _some_of_each(seen, n, rng):
    """Return n patches of each image, or all there are."""
    if n >= seen.shape[1]:
        return seen
    chosen = np.argpartition(rng.random(seen.shape[:2]), n, axis=1)[:, :n]
    return np.take_along_axis(seen, chosen[:, :, None], axis=1)
