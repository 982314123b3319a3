"""From what a user passes to what the network is trained on: checked once, copied never."""

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_consistent_length, validate_data

from skmnist.network.arrays import device, is_numpy, judged_later, like, namespace, to_numpy
from skmnist.network.training import Examples
from skmnist.rules import in_range_of_floats
from skmnist.targets import as_labels, code_table, number_labels, row_weights


def check_X(estimator, X, *, reset=False, accept_sparse="csr"):
    """Return X as a 2-D array of its own library and numeric type, or a CSR array."""
    shape = getattr(X, "shape", ())
    if len(shape) == 1:
        raise ValueError(
            f"X must have one row an image, but it has 1 dimension, {tuple(shape)}. Reshape your "
            "data: a single image with X.reshape(1, -1), a single pixel of many with "
            "X.reshape(-1, 1)."
        )
    if len(shape) > 2:
        n_rows, n_pixels = shape[0], int(np.prod(shape[1:]))
        raise ValueError(
            f"X must have one row an image, but it has {len(shape)} dimensions, {tuple(shape)}. "
            f"Use X.reshape(len(X), -1), which has the shape {(n_rows, n_pixels)}."
        )
    X = X.detach() if getattr(X, "requires_grad", False) else X  # torch would trace the training
    with in_range_of_floats("X"):
        X = validate_data(estimator, X, reset=reset, accept_sparse=accept_sparse, dtype="numeric")
    if getattr(X.dtype, "kind", None) in ("m", "M"):
        raise ValueError(f"X must hold numbers; got {X.dtype}.")
    return X


def check_X_y(estimator, X, y, *, reset, name="y"):
    """Return (X, y), y as NumPy labels; remember X's features if they are the first."""
    labels = as_labels(y, name)
    X = check_X(estimator, X, reset=reset)
    check_consistent_length(X, labels)
    return X, labels


def check_same_place(estimator, X, W, method):
    """Refuse an X from another array library or device than W, what was fitted."""
    if not _is_same_place(X, W):
        raise ValueError(
            f"Inputs passed to {type(estimator).__name__}.{method}() must use the same namespace "
            f"and the same device as those passed to fit(); got {_place(X)}, not {_place(W)}. "
            "(Other libraries than NumPy need sklearn.set_config(array_api_dispatch=True).)"
        )


def check_out(out, X, shape, dtype):
    """Refuse an array to write into that is not just what would have been made."""
    wanted = f"out must be an array of {getattr(dtype, '__name__', dtype)} and of the shape {shape}"
    if not hasattr(out, "dtype"):
        raise TypeError(f"{wanted}; got {out!r}.")
    if not _is_same_place(out, X):
        raise ValueError(f"{wanted}, and where X is, {_place(X)}; got one of {_place(out)}.")
    if tuple(out.shape) != shape or out.dtype != dtype:
        raise ValueError(f"{wanted}; got {out.dtype} and {tuple(out.shape)}.")
    if is_numpy(out) and not out.flags.writeable:
        raise ValueError(f"{wanted} that can be written; got one that is read-only.")


def _is_same_place(one, other):
    return namespace(one) is namespace(other) and device(one) == device(other)


def _place(array):
    return f"{namespace(array).__name__} on {device(array)}"


def float_type(X):
    """Return the float type to train in: float64 for float64, float32 for all others."""
    xp = namespace(X)
    # A float64 of the other byte order is none to ==.
    wide = xp.isdtype(X.dtype, "real floating") and xp.finfo(X.dtype).bits > 32
    return xp.float64 if wide else xp.float32


@judged_later
def describe(estimator, X, labels, sample_weight, dtype):
    """Return the training examples: the rows of X that have a weight."""
    numbers = number_labels(labels, estimator.classes_)
    weights = row_weights(numbers, estimator.classes_, sample_weight, estimator.class_weight)
    return _examples(estimator, X, numbers, weights, np.flatnonzero(weights), dtype)


def describe_validation(estimator, X_val, y_val, examples):
    """Return a user's own validation examples, each of weight 1; None if there are none."""
    if X_val is None and y_val is None:
        return None
    if X_val is None or y_val is None:
        given, missing = ("X_val", "y_val") if y_val is None else ("y_val", "X_val")
        raise ValueError(f"X_val and y_val go together: got {given}, but {missing} is None.")
    try:
        X_val, labels = check_X_y(estimator, X_val, y_val, reset=False, name="y_val")
    except ValueError as error:
        hint = ""
        if getattr(X_val, "shape", (0,))[1:] != examples.X.shape[1:]:
            hint = (
                " A Pipeline sends X_val through the steps before, if it is made with "
                "transform_input=['X_val'] under scikit-learn's enable_metadata_routing, and "
                "its fit is given X_val and y_val."
            )
        raise ValueError(f"X_val or y_val cannot be used. {error}{hint}") from error
    if not _is_same_place(X_val, examples.X):
        raise ValueError(
            f"X_val must be an array of the same library and device as X: {_place(examples.X)}; "
            f"got {_place(X_val)}."
        )
    numbers = number_labels(labels, estimator.classes_, "y_val")
    ones, rows = np.ones(len(numbers)), np.arange(len(numbers))
    return _examples(estimator, X_val, numbers, ones, rows, examples.codes.dtype)


def _examples(estimator, X, numbers, weights, rows, dtype):
    """Put everything where X is; the scale is not known yet."""
    codes = code_table(len(estimator.classes_), estimator.target_encoding)
    return Examples(
        X=X,
        labels=like(X, numbers),
        codes=like(X, codes, dtype),
        weights=like(X, weights[:, None], dtype),
        rows=rows,
        scale=1.0,
    )


def mean_target(examples):
    """Return the weighted mean of the targets, one number an output, as NumPy."""
    weights = to_numpy(examples.weights)[examples.rows, 0]
    totals = np.bincount(to_numpy(examples.labels)[examples.rows], weights)
    return totals @ to_numpy(examples.codes)[: len(totals)] / totals.sum()


def new_generator(random_state):
    """Return a generator of its own, drawn from what scikit-learn calls a random state."""
    words = check_random_state(random_state).randint(2**31 - 1, size=4)
    return np.random.default_rng(words)
