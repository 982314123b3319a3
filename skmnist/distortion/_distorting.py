"""Distort all images of an array, a few at a time and in threads."""

import math

from skmnist.base._checks import float_type
from skmnist.base._threads import for_slices
from skmnist.distortion._coordinates import coordinate_fields, draw_coefficients
from skmnist.distortion._sampling import sample
from skmnist.network._arrays import (
    all_finite,
    dense_rows,
    device,
    ignore_float_warnings,
    is_numpy,
    like,
    namespace,
)

# So many pixels at a time fit into the cache together with their coordinates.
PIXELS_AT_ONCE = 50_000
# So many random numbers are drawn at a time, so the memory does not depend on the number of images.
NUMBERS_AT_ONCE = 500_000
# The numbers of the pixels of larger images are not exact in float32.
MOST_PIXELS = 2**23
# Fewer chunks are distorted in less time than it takes to start a thread.
FEWEST_CHUNKS = 4


def distorted(distorter, X, shape, rng, pixels_at_once=PIXELS_AT_ONCE):
    """Return a distorted copy of the rows of X, which are images of the shape (h, w, channels)."""
    height, width, _ = shape
    fields = coordinate_fields(distorter, height, width)
    size = max(1, pixels_at_once // math.prod(shape))
    n_drawn = max(1, NUMBERS_AT_ONCE // (2 * len(fields)))
    # torch would share the memory of the cached array, and warns that it is read-only.
    there = like(X, fields if is_numpy(X) else fields.copy(), _type_to_compute_in(X))
    out = namespace(X).empty_like(X)
    for start in range(0, X.shape[0], n_drawn):
        rows = slice(start, min(start + n_drawn, X.shape[0]))
        n = rows.stop - start
        drawn = draw_coefficients(distorter, height, width, len(fields), n, rng)
        drawn = like(X, drawn, there.dtype)
        _distort(distorter, X[rows, :], out[rows, :], shape, drawn, there, size)
    return out


def _distort(distorter, X, out, shape, drawn, fields, size):
    """Write distorted copies of the rows of X into out, in chunks of ``size`` images."""

    # NumPy's error state belongs to a thread.
    @ignore_float_warnings
    def distort_chunks(chunks):
        # Chunks of fixed size: a product of another size could differ in the last bits.
        last = min(chunks.stop * size, X.shape[0])
        for start in range(chunks.start * size, last, size):
            rows = slice(start, min(start + size, last))
            images = dense_rows(X, rows, fields.dtype)
            images = namespace(X).reshape(images, (-1, *shape))
            places = _coordinates(drawn[:, rows, :], fields)
            values = sample(images, places[0, :, :], places[1, :, :], float(distorter.fill))
            out[rows, :] = _as_dtype(values, X)

    n_jobs = distorter.n_jobs if is_numpy(X) else 1
    for_slices(distort_chunks, -(-X.shape[0] // size), n_jobs, fewest=FEWEST_CHUNKS)


def _type_to_compute_in(X):
    """Return the float type that contains the integers of X, up to 53 bits, or the floats of X."""
    xp = namespace(X)
    is_wide = xp.isdtype(X.dtype, "integral") and xp.iinfo(X.dtype).bits > 16
    has_many_pixels = X.shape[1] > MOST_PIXELS
    return xp.float64 if (is_wide or has_many_pixels) and _has_float64(X) else float_type(X)


def _has_float64(X):
    """Return whether the device of X has float64, which the GPUs of Apple do not have."""
    if is_numpy(X):
        return True
    info = namespace(X).__array_namespace_info__()
    return "float64" in info.dtypes(device=device(X), kind="real floating")


def _coordinates(coefficients, fields):
    """Return the coordinates [2, n, pixels] of the sources of all pixels."""
    xp = namespace(fields)
    _, n, k = coefficients.shape
    return xp.reshape(xp.reshape(coefficients, (2 * n, k)) @ fields, (2, n, -1))


def _as_dtype(values, X):
    """Return images [n, ...] as rows of the dtype of X, rounded to integers if X has integers."""
    xp = namespace(values)
    values = xp.reshape(values, (values.shape[0], -1))
    if not xp.isdtype(X.dtype, "real floating"):
        values = xp.round(values)
        if xp.isdtype(X.dtype, "integral") and xp.iinfo(X.dtype).bits == 64:
            # The largest integer is rounded up to a float that the dtype does not contain.
            most = math.nextafter(float(xp.iinfo(X.dtype).max), 0)
            values = xp.clip(values, -(2.0**63), most)
    elif not all_finite(values):
        raise ValueError(
            f"X and fill contain numbers that are too large: the differences between pixels must "
            f"be finite in {values.dtype}."
        )
    return xp.astype(values, X.dtype, copy=False)
