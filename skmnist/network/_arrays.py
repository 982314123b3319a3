"""Functions for operations that differ between array libraries.

The other modules of this package use operators and functions of the array API standard.
"""

import numpy as np

# Suppresses warnings about overflows in functions whose results are checked afterwards.
ignore_float_warnings = np.errstate(over="ignore", invalid="ignore", divide="ignore")


def is_numpy(array):
    """Return whether an array is a NumPy array or memory map."""
    return isinstance(array, np.ndarray)


def namespace(array):
    """Return the module with the functions for an array."""
    if is_numpy(array) or _is_sparse(array):
        return np
    from array_api_compat import array_namespace

    return array_namespace(array)


def _is_sparse(array):
    """Return whether an array is a sparse array of SciPy."""
    return hasattr(array, "toarray")


def device(array):
    """Return the device of an array as an object of its library."""
    if is_numpy(array) or _is_sparse(array):
        return "cpu"
    from array_api_compat import device

    return device(array)


def like(reference, values, dtype=None):
    """Return values as an array of the same library and device as the reference."""
    xp = namespace(reference)
    if xp is np:
        return np.asarray(to_numpy(values), dtype=dtype)
    if namespace(values) is not xp:
        values = to_numpy(values)
    return xp.asarray(values, dtype=dtype, device=device(reference))


def to_numpy(array):
    """Return an array of any library and device as a NumPy array."""
    if hasattr(array, "detach"):  # torch does not convert tensors that are on a GPU or have a graph
        array = array.detach().cpu()
    elif hasattr(array, "get") and hasattr(array, "device"):  # CuPy
        array = array.get()
    if hasattr(array, "__dlpack__") and not is_numpy(array):
        return np.from_dlpack(array)
    return np.asarray(array)


def in_place(array):
    """Return the arguments with which a function of NumPy writes its result into an array."""
    return {"out": array} if is_numpy(array) else {}


def copies(arrays):
    """Return copies of arrays."""
    return [namespace(array).asarray(array, copy=True) for array in arrays]


def dense_rows(X, rows, dtype):
    """Return some rows of X (any numeric dtype, dense or sparse) as floats.

    The result is a copy if `rows` is an array of row numbers, and can be a view if it is a slice.
    """
    if _is_sparse(X):
        return X[rows].toarray().astype(dtype, copy=False)
    xp = namespace(X)
    some = X[rows, :] if isinstance(rows, slice) else xp.take(X, rows, axis=0)
    return xp.astype(some, dtype, copy=False)


def rows_at(array, numbers):
    """Return the rows with the numbers in an array of any shape, [*numbers.shape, columns].

    All numbers must be valid, which is not checked.
    """
    if is_numpy(array):
        return np.take(array, numbers, axis=0, mode="wrap")  # faster, because it checks nothing
    xp = namespace(array)
    taken = xp.take(array, xp.reshape(numbers, (-1,)), axis=0)
    return xp.reshape(taken, (*numbers.shape, array.shape[1]))


def all_finite(array):
    """Return whether all entries are finite. If their sum is finite, all of them are."""
    xp = namespace(array)
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(xp.isfinite(xp.sum(array))) or bool(xp.all(xp.isfinite(array)))


def windows(images, counts, sides):
    """Return windows of images [b, h, w, c] that start at the first counts[0] × counts[1] pixels.

    The shape of the result is [b, counts[0], counts[1], c, height of a window, width of a window].
    """
    if is_numpy(images):
        # One view for all windows instead of one slice per window: threads wait less often.
        (b, _, _, channels), (image, row, column, channel) = images.shape, images.strides
        shape, strides = (b, *counts, channels, *sides), (image, row, column, channel, row, column)
        return np.lib.stride_tricks.as_strided(images, shape, strides, writeable=False)
    xp, (height, width) = namespace(images), sides
    channels_first = xp.permute_dims(images, (0, 3, 1, 2))
    views = [
        channels_first[:, :, i : i + height, j : j + width]
        for i in range(counts[0])
        for j in range(counts[1])
    ]
    stacked = xp.stack(views, axis=1)
    return xp.reshape(stacked, (images.shape[0], *counts, *stacked.shape[2:]))


def write_quotient(out, rows, values, divisor):
    """Write values / divisor into some rows of `out`."""
    if is_numpy(out):
        # This is up to twice as fast, because it needs no temporary array.
        np.divide(values, divisor, out=out[rows])
    else:
        out[rows, :] = values / divisor
