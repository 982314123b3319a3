"""The few things that differ from one array library to the next.

Everything else in this package is written once, with the operators and the functions that
the array API standard promises.
"""

import numpy as np

# For functions whose results are judged in the end: what overflows on the way is no warning.
judged_later = np.errstate(over="ignore", invalid="ignore", divide="ignore")


def is_numpy(array):
    """Tell whether an array is NumPy's, a memory map included."""
    return isinstance(array, np.ndarray)


def namespace(array):
    """Return the module whose functions work on an array."""
    if is_numpy(array) or _is_sparse(array):
        return np
    from array_api_compat import array_namespace

    return array_namespace(array)


def _is_sparse(array):
    """Tell whether an array is one of SciPy's sparse ones."""
    return hasattr(array, "toarray")


def device(array):
    """Return where an array lives, as its own library names it."""
    if is_numpy(array) or _is_sparse(array):
        return "cpu"
    from array_api_compat import device

    return device(array)


def like(reference, values, dtype=None):
    """Return values as an array of the reference's library, on its device."""
    xp = namespace(reference)
    if xp is np:
        return np.asarray(to_numpy(values), dtype=dtype)
    if namespace(values) is not xp:
        values = to_numpy(values)
    return xp.asarray(values, dtype=dtype, device=device(reference))


def to_numpy(array):
    """Return any library's array as NumPy's, wherever it lives."""
    if hasattr(array, "detach"):  # torch hands out neither what is on a GPU nor what has a graph
        array = array.detach().cpu()
    elif hasattr(array, "get") and hasattr(array, "device"):  # CuPy
        array = array.get()
    if hasattr(array, "__dlpack__") and not is_numpy(array):
        return np.from_dlpack(array)
    return np.asarray(array)


def copies(arrays):
    """Return copies of arrays."""
    return [namespace(array).asarray(array, copy=True) for array in arrays]


def dense_rows(X, rows, dtype):
    """Return some rows of X (any numeric dtype, dense or sparse) as floats.

    Rows given one by one come as a copy; a slice of rows may be a view.
    """
    if _is_sparse(X):
        return X[rows].toarray().astype(dtype, copy=False)
    xp = namespace(X)
    some = X[rows, :] if isinstance(rows, slice) else xp.take(X, rows, axis=0)
    return xp.astype(some, dtype, copy=False)


def all_finite(array):
    """Tell whether nothing is infinite or NaN: mostly known from the sum, which is quick."""
    xp = namespace(array)
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(xp.isfinite(xp.sum(array))) or bool(xp.all(xp.isfinite(array)))


def windows(images, counts, sides):
    """Return windows on images [b, h, w, c], from each of some places at the top left.

    The result is [b, rows of places, columns of places, c, height, width of a window].
    """
    if is_numpy(images):
        # One view instead of a slice for each place: threads that copy it meet less often.
        views = np.lib.stride_tricks.sliding_window_view(images, sides, axis=(1, 2))
        return views[:, : counts[0], : counts[1]]
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
        # Nothing in between: that is up to twice as fast where the rows are much of the work.
        np.divide(values, divisor, out=out[rows])
    else:
        out[rows, :] = values / divisor
