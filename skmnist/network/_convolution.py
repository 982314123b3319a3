"""Averaged feature maps: slide kernels over images, average the products, activate and pool.

Images have the shape ``[b, height, width, channels]``, the kernels of a layer ``[maps, height,
width, channels]``, and its maps ``[b, rows, columns, maps]``. The maps of a layer are the images
of the next layer.
"""

from collections.abc import Callable
from functools import reduce
from math import inf, prod
from typing import NamedTuple

import numpy as np

from skmnist.network._activations import identity
from skmnist.network._arrays import (
    all_finite,
    dense_rows,
    device,
    in_place,
    is_numpy,
    namespace,
    windows,
    write_quotient,
)
from skmnist.network._buffers import Buffers

# Bytes of scratch memory, roughly. On a CPU, they should fit into the cache, but if each call of
# NumPy is short, threads mostly wait for Python's global lock, which they need between the calls. A
# GPU needs more to be busy.
CACHE, GPU = 2**24, 2**28


class Layer(NamedTuple):
    """The settings of a layer of kernels."""

    __module__ = "skmnist.network"  # saved models name the package, not this file

    stride: int = 1
    padding: str = "valid"
    activation: str | None = None
    pool: str | None = None
    pool_size: tuple = (1, 1)
    separate: bool = False
    contrast: float | None = None  # if not None, divide by sqrt(variance of the patch + contrast)


class _Pool(NamedTuple):
    """Functions that are applied to each value, to two values, and to n combined values.

    ``combine`` is a ufunc of NumPy, whose name is that of a function of the array API.
    """

    before: Callable
    combine: np.ufunc
    after: Callable


def _absolute(Z):
    """Return the absolute values."""
    return namespace(Z).abs(Z, **in_place(Z))


def _relu(Z):
    """Return max(Z, 0)."""
    return namespace(Z).clip(Z, 0.0, inf, **in_place(Z))


def _negative_relu(Z):
    """Return max(-Z, 0)."""
    return _relu(namespace(Z).negative(Z, **in_place(Z)))


def _square(Z):
    """Return Z²."""
    return namespace(Z).square(Z, **in_place(Z))


def _square_root(Z):
    """Return the square roots."""
    return namespace(Z).sqrt(Z, **in_place(Z))


def _divide(Z, n):
    """Return Z / n."""
    Z /= n
    return Z


# Each activation is a tuple of functions, one for each map that it returns for a map. The functions
# can overwrite their argument.
MAP_ACTIVATIONS = {
    None: (identity,),
    "relu": (_relu,),
    "abs": (_absolute,),
    "split": (_relu, _negative_relu),
}

POOLS = {
    None: None,
    "mean": _Pool(identity, np.add, _divide),
    "max": _Pool(identity, np.maximum, lambda largest, n: largest),
    "rms": _Pool(_square, np.add, lambda total, n: _square_root(_divide(total, n))),
}

PADDINGS = ("valid", "same")


def map_sizes(sides, kernel_sizes, layer):
    """Return the numbers of rows and columns of a map before pooling, and those after pooling."""
    lengths = [
        side if layer.padding == "same" else side - size + 1
        for side, size in zip(sides, kernel_sizes, strict=True)
    ]
    positions = [max(0, -(-length // layer.stride)) for length in lengths]
    return positions, [n // size for n, size in zip(positions, layer.pool_size, strict=True)]


def map_shape(shape, kernel_shape, layer):
    """Return the shape (rows, columns, maps) of a layer's maps of images of some shape."""
    n_maps = kernel_shape[0] * len(MAP_ACTIVATIONS[layer.activation])
    _, (rows, columns) = map_sizes(shape[:2], kernel_shape[1:3], layer)
    return rows, columns, n_maps * (shape[2] if layer.separate else 1)


def last_shape(shape, kernel_shapes, layers):
    """Return the shape of the last layer's maps, or of the images if there are no layers."""
    for kernel_shape, layer in zip(kernel_shapes, layers, strict=True):
        shape = map_shape(shape, kernel_shape, layer)
    return shape


def _pad(images, height, width):
    """Pad images with zeros so that a kernel of this size has a position at each pixel."""
    xp, (b, h, w, channels) = namespace(images), images.shape
    padded = xp.zeros(
        (b, h + height - 1, w + width - 1, channels), dtype=images.dtype, device=images.device
    )
    top, left = (height - 1) // 2, (width - 1) // 2
    padded[:, top : top + h, left : left + w, :] = images
    return padded


def _all_patches(images, height, width, stride, rows, columns, buffers=None):
    """Return the patches at rows × columns positions: [b, entries of a kernel, positions].

    The pixels that an entry of a kernel is multiplied with, at all positions of the kernel, form
    one window of the images. First only the columns of the windows are copied, and then their rows,
    because it is faster to copy several rows that are adjacent in memory.
    """
    xp, b, buffers = namespace(images), images.shape[0], buffers or Buffers()
    down, right = stride * (rows - 1) + 1, stride * (columns - 1) + 1
    strips = windows(images, (1, width), (down + height - 1, right))[..., ::stride]
    strips = buffers.copied(strips, (b, -1, down + height - 1, columns))
    strips = xp.permute_dims(strips, (0, 2, 3, 1))
    entries = windows(strips, (height, 1), (down, columns))[..., ::stride, :]
    return buffers.copied(entries, (b, -1, rows * columns))


def extract_patches(images, height, width, layer, buffers=None):
    """Return the patches under a layer's kernels, and their numbers of rows and columns."""
    _, kept = map_sizes(images.shape[1:3], (height, width), layer)
    # Positions that belong to no pool are left out.
    rows, columns = (n * size for n, size in zip(kept, layer.pool_size, strict=True))
    if layer.padding == "same":
        images = _pad(images, height, width)
    sizes = height, width, layer.stride, rows, columns
    return _all_patches(images, *sizes, buffers), (rows, columns)


def _sums_of_products(patches, kernels, buffers):
    """Multiply each kernel with each patch, entry by entry, and sum: [b, positions, maps].

    Each image has a matrix product of its own, so the result does not depend on other images.
    """
    xp = namespace(patches)
    table = xp.reshape(kernels, (kernels.shape[0], -1)).T
    return buffers.product(xp.permute_dims(patches, (0, 2, 1)), table)


def _deviations(patches, offset):
    """Return sqrt(variance + offset) of each patch: [b, positions, 1]."""
    xp = namespace(patches)
    means = xp.mean(patches, axis=1, keepdims=True)
    variances = xp.mean((patches - means) ** 2, axis=1)
    return xp.sqrt(variances + offset)[:, :, None]


def _pooled(maps, layer, buffers):
    """Pool rectangles of positions, first adjacent rows and then adjacent columns."""
    if layer.pool is None:
        return maps
    before, combine, after = POOLS[layer.pool]
    combined = _combined_in_buffers(before(maps), combine, layer.pool_size, buffers)
    return after(combined, prod(layer.pool_size))


def _combined_in_buffers(maps, combine, size, buffers):
    """Combine the values of each pool into one value."""
    if not is_numpy(maps):
        return _combined(maps, getattr(namespace(maps), combine.__name__), size)
    (b, rows, columns, n_maps), (down, right) = maps.shape, size
    # Whole rows are combined in one pass, and columns of a few maps faster one after the other.
    groups = maps.reshape(b, rows // down, down, columns, n_maps)
    out = buffers.empty((b, rows // down, columns, n_maps), maps.dtype)
    first, *others = _columns_of_pools(combine.reduce(groups, axis=2, out=out), right)
    total = buffers.copied(first, first.shape)
    for other in others:
        combine(total, other, out=total)
    return total


def _combined(maps, combine, size):
    """Combine the values of each pool into one value, in any array library."""
    down, right = size
    rows = reduce(combine, (maps[:, i::down, :, :] for i in range(down)))
    return reduce(combine, _columns_of_pools(rows, right))


def _columns_of_pools(maps, right):
    """Return one array for each column of a pool."""
    return [maps[:, :, i::right, :] for i in range(right)]


def _undivided_mixed_maps(images, kernels, layer, buffers):
    """Return one layer's maps before the division, with kernels that span all channels."""
    xp = namespace(images)
    n_kernels, height, width, _ = kernels.shape
    patches, (rows, columns) = extract_patches(images, height, width, layer, buffers)
    sums = _sums_of_products(patches, kernels, buffers)
    if layer.contrast is not None:
        sums = sums / _deviations(patches, layer.contrast)
    sums = xp.reshape(sums, (-1, rows, columns, n_kernels))
    *others, last = MAP_ACTIVATIONS[layer.activation]
    copies = [activate(buffers.copied(sums, sums.shape)) for activate in others]
    parts = [_pooled(maps, layer, buffers) for maps in [*copies, last(sums)]]
    return parts[0] if len(parts) == 1 else buffers.joined(parts)


def split_channels(images):
    """Return each channel of each image as a separate image."""
    xp, (b, height, width, channels) = namespace(images), images.shape
    return xp.reshape(xp.permute_dims(images, (0, 3, 1, 2)), (b * channels, height, width, 1))


def _undivided_separate_maps(images, kernels, layer, buffers):
    """Return one layer's maps before the division, with kernels applied to each channel."""
    xp, (b, *_, channels) = namespace(images), images.shape
    maps = _undivided_mixed_maps(split_channels(images), kernels, layer, buffers)
    rows, columns, n_maps = maps.shape[1:]
    maps = xp.permute_dims(xp.reshape(maps, (b, channels, rows, columns, n_maps)), (0, 2, 3, 1, 4))
    return xp.reshape(maps, (b, rows, columns, channels * n_maps))


def _undivided_maps(images, kernels, layer, buffers):
    """Return one layer's maps before the division by the number of entries of a kernel.

    The maps are divided last, because sums of integers are exact before the division.
    """
    layer_function = _undivided_separate_maps if layer.separate else _undivided_mixed_maps
    return layer_function(images, kernels, layer, buffers)


def n_entries(kernels):
    """Return the number of entries of a kernel: 9 for a 3×3 kernel on grey images."""
    return prod(kernels.shape[1:])


def feature_maps(images, kernels, layers, buffers=None):
    """Return the last layer's maps: the means of the products, activated and pooled."""
    buffers = buffers or Buffers()
    for layer_kernels, layer in zip(kernels, layers, strict=True):
        images = _undivided_maps(images, layer_kernels, layer, buffers)
        images /= n_entries(layer_kernels)
    return images


def images_at_once(image_shape, kernel_shapes, layers, scratch):
    """Return how many images, with their patches and maps, fit into the scratch memory."""
    most, shape = prod(image_shape), image_shape
    for kernel_shape, layer in zip(kernel_shapes, layers, strict=True):
        n_kernels, *sizes, n_channels = kernel_shape
        positions, _ = map_sizes(shape[:2], sizes, layer)
        n_positions = prod(positions) * (shape[2] if layer.separate else 1)
        patches = n_positions * (prod(sizes) * n_channels + n_kernels)
        most = max(most, patches + prod(shape))
        shape = map_shape(shape, kernel_shape, layer)
    return max(1, scratch // (8 * most))


def _usual_scratch(X):
    """Return the bytes of scratch memory for the device of X."""
    return CACHE if "cpu" in str(device(X)).lower() else GPU


def each_chunk(X, rows, image_shape, dtype, size):
    """Yield (rows, images) for a slice of the rows of X, `size` images at a time."""
    for start in range(rows.start, rows.stop, size):
        chunk = slice(start, min(start + size, rows.stop))
        yield chunk, namespace(X).reshape(dense_rows(X, chunk, dtype), (-1, *image_shape))


def write_maps(out, X, rows, image_shape, kernels, layers, scratch=None, buffers=None):
    """Write the averaged feature maps of some rows of X into the same rows of `out`."""
    scratch, buffers = scratch or _usual_scratch(X), buffers or Buffers()
    size = images_at_once(image_shape, [each.shape for each in kernels], layers, scratch)
    with np.errstate(over="ignore", invalid="ignore"):
        kernels = [namespace(out).astype(each, out.dtype, copy=False) for each in kernels]
        for chunk, images in each_chunk(X, rows, image_shape, out.dtype, size):
            buffers.clear()
            _write_maps_of_chunk(out, chunk, images, kernels, layers, buffers)


def _write_maps_of_chunk(out, chunk, images, kernels, layers, buffers):
    images = feature_maps(images, kernels[:-1], layers[:-1], buffers)
    sums = _undivided_maps(images, kernels[-1], layers[-1], buffers)
    sums = namespace(sums).reshape(sums, (sums.shape[0], -1))
    if not all_finite(sums):
        raise ValueError(
            f"The feature maps of X must be finite in {out.dtype}; got too large values. "
            "Divide X, or the kernels that were passed, by a constant."
        )
    # The mean of the products: the sum divided by nine for a 3×3 kernel on grey images.
    write_quotient(out, chunk, sums, n_entries(kernels[-1]))
