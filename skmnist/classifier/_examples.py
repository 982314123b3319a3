"""Convert X, y and weights to the examples that the network is trained on."""

import numpy as np
from sklearn.utils.validation import check_consistent_length

from skmnist.base._checks import check_X, is_same_place, place
from skmnist.classifier._targets import as_labels, number_labels
from skmnist.network._arrays import like, to_numpy
from skmnist.network._training import Examples


def check_X_y(estimator, X, y, *, reset, name="y"):
    """Return the checked X, and y as a NumPy array; with reset, store the features of X."""
    labels = as_labels(y, name)
    X = check_X(estimator, X, reset=reset)
    check_consistent_length(X, labels)
    return X, labels


def make_examples(X, numbers, codes, weights, dtype):
    """Return examples: the rows of X with a positive weight, their class numbers, and the codes.

    X is not copied. All other arrays are converted to the library and device of X. The scaling
    of X is set when the training starts.
    """
    return Examples(
        X=X,
        labels=like(X, numbers),
        codes=like(X, codes, dtype),
        weights=like(X, weights[:, None], dtype),
        rows=np.flatnonzero(weights),
    )


def check_validation(estimator, X_val, y_val, X):
    """Return the checked (X_val, class numbers), or None if neither X_val nor y_val was passed."""
    if X_val is None and y_val is None:
        return None
    if X_val is None or y_val is None:
        given, missing = ("X_val", "y_val") if y_val is None else ("y_val", "X_val")
        raise ValueError(f"X_val and y_val must be passed together; got {given} without {missing}.")
    try:
        X_val, labels = check_X_y(estimator, X_val, y_val, reset=False, name="y_val")
    except ValueError as error:
        hint = "" if getattr(X_val, "shape", (0,))[1:] == X.shape[1:] else _PIPELINE_HINT
        raise ValueError(f"X_val or y_val cannot be used. {error}{hint}") from error
    if not is_same_place(X_val, X):
        raise ValueError(
            f"X_val must be an array of the same library and device as X, {place(X)}; "
            f"got {place(X_val)}."
        )
    return X_val, number_labels(labels, estimator.classes_, "y_val")


_PIPELINE_HINT = (
    " A Pipeline transforms X_val as well if it is created with transform_input=['X_val'], "
    "metadata routing is enabled (sklearn.set_config(enable_metadata_routing=True)), and X_val "
    "and y_val are passed to the fit of the Pipeline."
)


def mean_target(examples):
    """Return the weighted mean of the targets as a NumPy array, one number per output."""
    weights = to_numpy(examples.weights)[examples.rows, 0]
    totals = np.bincount(to_numpy(examples.labels)[examples.rows], weights)
    return totals @ to_numpy(examples.codes)[: len(totals)] / totals.sum()
