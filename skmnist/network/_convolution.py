"""Averaged feature maps: slide kernels over images, average the products, activate, pool.

Shapes: images are ``[b, height, width, channels]``, a layer's kernels ``[maps, height, width,
channels]``, its maps ``[b, rows, columns, maps]``; these are the next layer's images.
"""

from collections.abc import Callable
from functools import reduce
from math import prod
from typing import NamedTuple

import numpy as np

from skmnist.network._activations import identity, relu
from skmnist.network._arrays import (
    all_finite,
    dense_rows,
    device,
    namespace,
    windows,
    write_quotient,
)

# Bytes of scratch: what stays in a processor's cache, and what keeps a GPU busy.
CACHE, GPU = 2**23, 2**28


class Layer(NamedTuple):
    """The settings of a layer of kernels."""

    __module__ = "skmnist.network"  # saved models name the package, not this file

    stride: int = 1
    padding: str = "valid"
    activation: str | None = None
    pool: str | None = None
    pool_size: tuple = (1, 1)
    separate: bool = False
    contrast: float | None = None  # if any, maps are divided by sqrt(variance of patch + contrast)


class Pool(NamedTuple):
    """Three functions: of each value, of two values to combine, and of the n combined values."""

    before: Callable
    combine: Callable
    after: Callable


def _absolute(Z):
    """Return the values without their signs."""
    return namespace(Z).abs(Z)


def _negative_relu(Z):
    """Return relu(-Z): how much of the opposite was found."""
    return relu(-Z)


def _square(Z):
    """Return Z²."""
    return Z * Z


def _add(A, B):
    """Return A + B."""
    return A + B


def _larger(A, B):
    """Return the larger of two values."""
    return namespace(A).maximum(A, B)


# An activation makes one or more maps of each.
MAP_ACTIVATIONS = {
    None: (identity,),
    "relu": (relu,),
    "abs": (_absolute,),
    "split": (relu, _negative_relu),
}

POOLS = {
    None: None,
    "mean": Pool(identity, _add, lambda total, n: total / n),
    "max": Pool(identity, _larger, lambda largest, n: largest),
    "rms": Pool(_square, _add, lambda total, n: namespace(total).sqrt(total / n)),
}

PADDINGS = ("valid", "same")


def map_sizes(sides, kernel_sizes, layer):
    """Return how many positions kernels have down and across, and how many pooling leaves."""
    rooms = [
        side if layer.padding == "same" else side - size + 1
        for side, size in zip(sides, kernel_sizes, strict=True)
    ]
    positions = [max(0, -(-room // layer.stride)) for room in rooms]
    return positions, [n // size for n, size in zip(positions, layer.pool_size, strict=True)]


def map_shape(shape, kernel_shape, layer):
    """Return the (rows, columns, maps) that a layer makes of images of a shape."""
    n_maps = kernel_shape[0] * len(MAP_ACTIVATIONS[layer.activation])
    _, (rows, columns) = map_sizes(shape[:2], kernel_shape[1:3], layer)
    return rows, columns, n_maps * (shape[2] if layer.separate else 1)


def last_shape(shape, kernel_shapes, layers):
    """Return the shape of the last layer's maps, or of the images if there is no layer."""
    for kernel_shape, layer in zip(kernel_shapes, layers, strict=True):
        shape = map_shape(shape, kernel_shape, layer)
    return shape


def _pad(images, height, width):
    """Surround images with zeros so that a kernel of this size has a position at each pixel."""
    xp, (b, h, w, channels) = namespace(images), images.shape
    wide = xp.zeros(
        (b, h + height - 1, w + width - 1, channels), dtype=images.dtype, device=images.device
    )
    top, left = (height - 1) // 2, (width - 1) // 2
    wide[:, top : top + h, left : left + w, :] = images
    return wide


def _patches(images, height, width, stride, rows, columns):
    """Return what kernels see at rows × columns positions: [b, entries of a kernel, positions].

    One window on the images for each entry shows all of its positions at once.
    """
    sides = stride * (rows - 1) + 1, stride * (columns - 1) + 1
    seen = windows(images, (height, width), sides)[..., ::stride, ::stride]
    return namespace(images).reshape(seen, (images.shape[0], -1, rows * columns))


def seen_by_kernels(images, height, width, layer):
    """Return what a layer's kernels see, padding included, and at how many rows and columns."""
    _, kept = map_sizes(images.shape[1:3], (height, width), layer)
    # Positions that no pool would cover are not computed at all.
    rows, columns = (n * size for n, size in zip(kept, layer.pool_size, strict=True))
    if layer.padding == "same":
        images = _pad(images, height, width)
    return _patches(images, height, width, layer.stride, rows, columns), (rows, columns)


def _sums_of_products(seen, kernels):
    """Return each kernel's sum over its entries of entry times pixel: [b, positions, maps].

    One product for each image: its bits do not depend on which others are there.
    """
    xp = namespace(seen)
    table = xp.reshape(kernels, (kernels.shape[0], -1)).T
    return xp.matmul(xp.permute_dims(seen, (0, 2, 1)), table)


def _deviations(seen, offset):
    """Return the standard deviation of each patch: [b, positions, 1]."""
    xp = namespace(seen)
    means = xp.mean(seen, axis=1, keepdims=True)
    variances = xp.mean((seen - means) ** 2, axis=1)
    return xp.sqrt(variances + offset)[:, :, None]


def _pooled(maps, pool, size):
    """Combine rectangles of positions, first down and then across."""
    if pool is None:
        return maps
    before, combine, after = POOLS[pool]
    down, right = size
    maps = before(maps)
    rows = reduce(combine, (maps[:, i::down, :, :] for i in range(down)))
    both = reduce(combine, (rows[:, :, i::right, :] for i in range(right)))
    return after(both, down * right)


def _mixed_sums(images, kernels, layer):
    """Return one layer's maps before the mean is taken, each kernel spanning all channels (B7)."""
    xp = namespace(images)
    n_kernels, height, width, _ = kernels.shape
    seen, (rows, columns) = seen_by_kernels(images, height, width, layer)
    found = _sums_of_products(seen, kernels)
    if layer.contrast is not None:
        found = found / _deviations(seen, layer.contrast)
    found = xp.reshape(found, (-1, rows, columns, n_kernels))
    parts = [
        _pooled(activate(found), layer.pool, layer.pool_size)
        for activate in MAP_ACTIVATIONS[layer.activation]
    ]
    return parts[0] if len(parts) == 1 else xp.concat(parts, axis=-1)


def separated(images):
    """Return each channel of each image as an image of its own."""
    xp, (b, height, width, channels) = namespace(images), images.shape
    return xp.reshape(xp.permute_dims(images, (0, 3, 1, 2)), (b * channels, height, width, 1))


def _separate_sums(images, kernels, layer):
    """Return the same, every kernel laid on each channel alone: the channel comes first."""
    xp, (b, *_, channels) = namespace(images), images.shape
    maps = _mixed_sums(separated(images), kernels, layer)
    rows, columns, n_maps = maps.shape[1:]
    maps = xp.permute_dims(xp.reshape(maps, (b, channels, rows, columns, n_maps)), (0, 2, 3, 1, 4))
    return xp.reshape(maps, (b, rows, columns, channels * n_maps))


def _layer_sums(images, kernels, layer):
    """Return one layer's maps times the number of a kernel's entries.

    The mean is taken last: then sums of whole numbers, and their maps in ninths, are exact.
    """
    sums = _separate_sums if layer.separate else _mixed_sums
    return sums(images, kernels, layer)


def entries(kernels):
    """Return how many entries a kernel has, its channels included (B5)."""
    return prod(kernels.shape[1:])


def feature_maps(images, kernels, layers):
    """Return the last layer's maps."""
    for layer_kernels, layer in zip(kernels, layers, strict=True):
        images = _layer_sums(images, layer_kernels, layer) / entries(layer_kernels)
    return images


def images_at_once(image_shape, kernel_shapes, layers, scratch):
    """Return how many images fit the scratch memory with their patches and maps: at least one."""
    most, shape = prod(image_shape), image_shape
    for kernel_shape, layer in zip(kernel_shapes, layers, strict=True):
        n_kernels, *sizes, n_channels = kernel_shape
        positions, _ = map_sizes(shape[:2], sizes, layer)
        n_positions = prod(positions) * (shape[2] if layer.separate else 1)
        seen = n_positions * (prod(sizes) * n_channels + n_kernels)
        most = max(most, seen + prod(shape))
        shape = map_shape(shape, kernel_shape, layer)
    return max(1, scratch // (8 * most))


def _usual_scratch(X):
    """Return the bytes of scratch that suit where X is."""
    return CACHE if "cpu" in str(device(X)).lower() else GPU


def each_chunk(X, rows, image_shape, dtype, size):
    """Yield (rows, images) for a slice of X's rows, `size` images at a time."""
    for start in range(rows.start, rows.stop, size):
        chunk = slice(start, min(start + size, rows.stop))
        yield chunk, namespace(X).reshape(dense_rows(X, chunk, dtype), (-1, *image_shape))


def write_maps(out, X, rows, image_shape, kernels, layers, scratch=None):
    """Write the maps of a slice of X's rows into the same rows of `out`, one row an image."""
    scratch = scratch or _usual_scratch(X)
    size = images_at_once(image_shape, [each.shape for each in kernels], layers, scratch)
    with np.errstate(over="ignore", invalid="ignore"):
        kernels = [namespace(out).astype(each, out.dtype, copy=False) for each in kernels]
        for chunk, images in each_chunk(X, rows, image_shape, out.dtype, size):
            images = feature_maps(images, kernels[:-1], layers[:-1])
            sums = _layer_sums(images, kernels[-1], layers[-1])
            table = namespace(sums).reshape(sums, (sums.shape[0], -1))
            if not all_finite(table):
                raise ValueError(
                    f"The feature maps of X are too large for {out.dtype}. Divide X, or kernels "
                    "that were given, by a constant."
                )
            write_quotient(out, chunk, table, entries(kernels[-1]))
