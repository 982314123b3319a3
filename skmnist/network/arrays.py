"""The few things that differ from one array library to the next.

Everything else in this package is written once, with the operators and the functions that
the array API standard promises. NumPy's arrays take a shortcut through BLAS here: it can
multiply, scale and add in one pass over the memory, which NumPy's ``@`` cannot. All products
of a training go through the same BLAS, because NumPy and SciPy each bring one, and threads
of two would fight for the cores.
"""

import numpy as np
from scipy.linalg import blas

_GEMM = {np.dtype(np.float32): blas.sgemm, np.dtype(np.float64): blas.dgemm}
_AXPY = {np.dtype(np.float32): blas.saxpy, np.dtype(np.float64): blas.daxpy}


def is_numpy(array):
    """Tell whether an array is NumPy's, a memory map included."""
    return isinstance(array, np.ndarray)


def namespace(array):
    """Return the module whose functions work on an array."""
    if is_numpy(array) or is_sparse(array):
        return np
    from array_api_compat import array_namespace

    return array_namespace(array)


def is_sparse(array):
    """Tell whether an array is one of SciPy's sparse ones."""
    return hasattr(array, "toarray")


def device(array):
    """Return where an array lives, as its own library names it."""
    if is_numpy(array) or is_sparse(array):
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
    if is_sparse(X):
        return X[rows].toarray().astype(dtype, copy=False)
    xp = namespace(X)
    some = X[rows, :] if isinstance(rows, slice) else xp.take(X, rows, axis=0)
    return xp.astype(some, dtype, copy=False)


def product(A, B, *, transpose_a=False, transpose_b=False):
    """Return the matrix product A @ B, either of them transposed first if so asked."""
    gemm = _blas(_GEMM, A, B)
    if gemm is None or A.shape[0] == 1:  # a single row is NumPy's strength
        return (A.T if transpose_a else A) @ (B.T if transpose_b else B)
    # BLAS counts by columns: to it, our A is A.T, and so it computes (A @ B).T = B.T @ A.T.
    return gemm(1.0, B.T, A.T, trans_a=transpose_b, trans_b=transpose_a).T


def decay_and_add_product(V, decay, A, D):
    """Turn V into ``decay * V + A.T @ D``, in place where the library can."""
    gemm = _blas(_GEMM, A, D, V)
    if gemm is not None:
        gemm(1.0, D.T, A.T, decay, V.T, trans_b=True, overwrite_c=True)
        return V
    V *= decay
    V += A.T @ D
    return V


def add_scaled(W, scale, V):
    """Turn W into ``W + scale * V``, in place where the library can."""
    axpy = _blas(_AXPY, W, V)
    if axpy is not None:
        axpy(V.reshape(-1), W.reshape(-1), a=scale)
        return W
    W += scale * V
    return W


def _blas(routines, *arrays):
    """Return the BLAS routine for these arrays, or None if they are not for BLAS."""
    first = arrays[0]
    if type(first) is not np.ndarray or any(not a.flags.c_contiguous for a in arrays):
        return None
    return routines.get(first.dtype)
