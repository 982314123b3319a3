"""Checks of X and of the arguments that both estimators have."""

from functools import partial

import numpy as np
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import validate_data

from skmnist.base._rules import in_range_of_floats
from skmnist.network._arrays import all_finite, device, is_numpy, namespace


def check_X(estimator, X, *, reset=False, accept_sparse="csr"):
    """Return X as a 2-D array, or a CSR array, without changing its library and numeric type."""
    if not reset:
        array = _from_list(X)
        if _is_valid(array, estimator):
            return array
        _check_not_one_image(array, estimator)
    validate = partial(validate_data, estimator, reset=reset, accept_sparse=accept_sparse)
    return _checked(X, validate)


def _from_list(X):
    """Return a list of rows as an array, and a value of another type as it is."""
    try:
        return np.asarray(X) if type(X) is list else X
    except ValueError:  # a ragged list, for which scikit-learn raises the same error
        return X


def _is_valid(X, estimator):
    """Return whether X is a NumPy array that validate_data would return as it is.

    For one image, validate_data takes longer than the network.
    """
    return (
        type(X) is np.ndarray
        and X.ndim == 2
        and len(X) > 0
        and X.shape[1] == getattr(estimator, "n_features_in_", None)
        and not hasattr(estimator, "feature_names_in_")  # otherwise, scikit-learn warns
        and (X.dtype.kind in "biu" or (X.dtype.kind == "f" and all_finite(X)))
    )


def _check_not_one_image(X, estimator):
    """Raise a ValueError for the rows and columns of a single image."""
    shape, n_features = getattr(X, "shape", ()), getattr(estimator, "n_features_in_", None)
    if len(shape) == 2 and shape[1] != n_features and shape[0] * shape[1] == n_features:
        raise ValueError(
            f"X has {shape[1]} features, but {type(estimator).__name__} is expecting {n_features} "
            "features as input. If X is a single image, reshape it with X.reshape(1, -1)."
        )


def check_images(X):
    """Return X as a dense 2-D array, for an estimator that has not been fitted to any columns."""
    return _checked(X, partial(check_array, input_name="X"))


def _checked(X, validate):
    _check_two_dimensions(getattr(X, "shape", ()))
    X = X.detach() if getattr(X, "requires_grad", False) else X  # otherwise torch records a graph
    with in_range_of_floats("X"):
        X = validate(X, dtype="numeric")
        # check_array converts an array of Python's objects to floats, but not a list of them.
        X = validate(X, dtype="numeric") if getattr(X.dtype, "kind", None) == "O" else X
    if getattr(X.dtype, "kind", None) in ("m", "M"):
        raise ValueError(f"X must contain numbers; got {X.dtype}.")
    return X


def _check_two_dimensions(shape):
    """Raise a ValueError for shapes with one dimension or with more than two."""
    if len(shape) == 1:
        raise ValueError(
            f"X must have one row per image; got the 1-dimensional shape {tuple(shape)}. Reshape "
            "your data: a single image with X.reshape(1, -1), images of one pixel each with "
            "X.reshape(-1, 1)."
        )
    if len(shape) > 2:
        flat = shape[0], int(np.prod(shape[1:]))
        raise ValueError(
            f"X must have one row per image; got the {len(shape)}-dimensional shape "
            f"{tuple(shape)}. Reshape it to {flat} with X.reshape(len(X), -1)."
        )


def check_one_label(y, name="y"):
    """Raise a ValueError if y has several columns: labels have one dimension, or one column."""
    shape = y.shape if hasattr(y, "shape") else np.asarray(y).shape
    if len(shape) > 1 and shape[1] > 1:
        raise ValueError(
            f"{name} must contain one label per image; got an array of shape {tuple(shape)}. "
            "Convert one-hot rows to labels with argmax(axis=1). If an image can have several "
            "labels, use sklearn.multioutput.MultiOutputClassifier."
        )


def check_same_place(estimator, X, fitted, method):
    """Raise a ValueError unless X has the library and device of a fitted array."""
    if not is_same_place(X, fitted):
        raise ValueError(
            f"Inputs passed to {type(estimator).__name__}.{method}() must use the same namespace "
            f"and the same device as those passed to fit(), {place(fitted)}; got {place(X)}. "
            "(Libraries other than NumPy need sklearn.set_config(array_api_dispatch=True).)"
        )


def is_same_place(one, other):
    """Return whether two arrays have the same library and device."""
    return namespace(one) is namespace(other) and device(one) == device(other)


def place(array):
    """Return the library and the device of an array, for an error message."""
    return f"{namespace(array).__name__} on {device(array)}"


def check_out(out, X, shape, dtype):
    """Raise an error unless `out` is writeable and has the dtype and shape of the result."""
    wanted = f"out must be an array of dtype {getattr(dtype, '__name__', dtype)} and shape {shape}"
    if not hasattr(out, "dtype"):
        raise TypeError(f"{wanted}; got {out!r}.")
    if not is_same_place(out, X):
        raise ValueError(
            f"{wanted} of the same library and device as X, {place(X)}; got {place(out)}."
        )
    if tuple(out.shape) != shape or out.dtype != dtype:
        raise ValueError(f"{wanted}; got dtype {out.dtype} and shape {tuple(out.shape)}.")
    if is_numpy(out) and not out.flags.writeable:
        raise ValueError(f"{wanted} that is writeable; got a read-only array.")


def float_type(X):
    """Return the float type to compute in: float64 for float64, float32 for all others."""
    xp = namespace(X)
    # A comparison with float64 would be False for float64 of the other byte order.
    is_double = xp.isdtype(X.dtype, "real floating") and xp.finfo(X.dtype).bits > 32
    return xp.float64 if is_double else xp.float32


def new_generator(random_state):
    """Return a new NumPy generator that is seeded from scikit-learn's random state."""
    words = check_random_state(random_state).randint(2**31 - 1, size=4)
    return np.random.default_rng(words)
