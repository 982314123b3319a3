"""Distort all images of an array, a few at a time and in threads."""

from skmnist.base._checks import float_type
from skmnist.base._threads import for_slices
from skmnist.distortion._coordinates import coordinate_fields, draw_coefficients
from skmnist.distortion._sampling import sample
from skmnist.network._arrays import dense_rows, is_numpy, like, namespace

# So many pixels at a time fit into the cache together with their coordinates.
PIXELS_AT_ONCE = 50_000
# Fewer images are distorted in less time than it takes to start a thread.
FEWEST_PIXELS = 4 * PIXELS_AT_ONCE


def distorted(distorter, X, shape, rng):
    """Return a distorted copy of the rows of X, which are images of the shape (h, w, channels)."""
    height, width, channels = shape
    fields = coordinate_fields(distorter, height, width)
    drawn = draw_coefficients(distorter, height, width, len(fields), X.shape[0], rng)
    fields, drawn = (like(X, values, float_type(X)) for values in (fields, drawn))
    xp, size = namespace(X), max(1, PIXELS_AT_ONCE // (height * width * channels))
    out = xp.empty_like(X)

    def distort_chunks(chunks):
        # Chunks of fixed size: a product of another size could differ in the last bits.
        for start in range(chunks.start * size, min(chunks.stop * size, X.shape[0]), size):
            rows = slice(start, start + size)
            images = xp.reshape(dense_rows(X, rows, fields.dtype), (-1, *shape))
            y, x = _coordinates(drawn[:, rows, :], fields)
            out[rows, :] = _as_dtype(sample(images, y, x, distorter.fill), X)

    n_jobs = distorter.n_jobs if is_numpy(X) else 1
    for_slices(distort_chunks, -(-X.shape[0] // size), n_jobs, fewest=4)
    return out


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
        values += 0.5
        values = xp.floor(values)
    return xp.astype(values, X.dtype, copy=False)
