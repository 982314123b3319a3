"""Convert labels to targets and weights, and outputs to scores."""

from collections.abc import Callable, Collection
from numbers import Real
from typing import NamedTuple

import numpy as np
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, check_consistent_length

from skmnist.base._checks import check_one_label
from skmnist.base._rules import in_range_of_floats, is_finite
from skmnist.network._activations import OUTPUT_ACTIVATIONS
from skmnist.network._arrays import ignore_float_warnings, like, namespace, to_numpy
from skmnist.network._losses import LOSSES

# Weights below this fraction of the largest weight count as 0, because float32 has few smaller
# numbers.
NO_WEIGHT = 1e-30


@ignore_float_warnings
def as_labels(y, name="y"):
    """Return y as a 1-D NumPy array of class labels, or raise a ValueError."""
    if y is None:
        raise ValueError(
            f"This classifier requires {name} to be passed, but the target {name} is None."
        )
    check_one_label(y, name)
    labels = column_or_1d(y if isinstance(y, np.ndarray) else _as_array(y), warn=True)
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        raise ValueError(f"Input {name} contains NaN or infinity.")
    if labels.dtype.kind == "O":
        _check_no_missing(labels, name)
        _distinct(labels, name)  # first, because scikit-learn's own error is about a "<"
    check_classification_targets(labels)
    return labels


def _as_array(y):
    return (
        to_numpy(y) if hasattr(y, "__array_namespace__") or hasattr(y, "detach") else np.asarray(y)
    )


def _check_no_missing(labels, name):
    missing = [place for place, label in enumerate(labels) if _is_missing(label)]
    if missing:
        raise ValueError(
            f"{name} must not contain missing values; got {labels[missing[0]]!r} at position "
            f"{missing[0]}, and {len(missing)} missing values in total."
        )


def _is_missing(label):
    """Return whether a label is None, NaN, or the NA or NaT of pandas."""
    is_nan = isinstance(label, float) and label != label
    return label is None or is_nan or type(label).__name__ in ("NAType", "NaTType")


def _distinct(labels, name):
    """Return the distinct labels, sorted, or raise a ValueError if they cannot be sorted."""
    try:
        return np.unique(labels)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} must contain labels of one kind, all strings or all numbers; got labels "
            "that cannot be sorted."
        ) from None


def classes_in(labels, before=None, name="y"):
    """Return the sorted classes of the labels, or the earlier ones when training is resumed."""
    classes = _distinct(labels, name)
    if before is not None:
        number_labels(classes, before)
        return before
    if len(classes) < 2:
        raise ValueError(
            f"{name} must contain at least 2 classes; got one class, {_listed(classes)}."
        )
    return classes


def announced_classes(classes, before):
    """Return the sorted classes, which must be passed in the first call of partial_fit."""
    if classes is None:
        if before is None:
            raise ValueError(
                "classes must be passed on the first call to partial_fit, with the classes of all "
                "calls; got None."
            )
        return before
    announced = classes_in(as_labels(classes, "classes"), name="classes")
    if before is not None and not np.array_equal(announced, before):
        added, missing = np.setdiff1d(announced, before), np.setdiff1d(before, announced)
        raise ValueError(
            "classes must be the same as in the first call to partial_fit; got others (new: "
            f"{_listed(added) or 'none'}; missing: {_listed(missing) or 'none'})."
        )
    return announced


def number_labels(labels, classes, name="y"):
    """Return the index of each label in the sorted classes; raise a ValueError for new labels."""
    same_kind = (labels.dtype.kind in "OUS") == (classes.dtype.kind in "OUS")
    unknown = np.setdiff1d(labels, classes) if same_kind else np.unique(labels)
    if len(unknown):
        raise ValueError(
            f"{name} must contain only the classes {_listed(classes)}; got {_listed(unknown)}."
        )
    return np.searchsorted(classes, labels)


def _listed(values):
    listed = ", ".join(repr(value) for value in values[:10].tolist())
    return listed + (", …" if len(values) > 10 else "")


class _Encoding(NamedTuple):
    """How class numbers are converted to targets, and outputs to one score per class.

    ``unit`` is the class number that a target of 1 stands for. ``loss`` and ``output_activation``
    are the values that these parameters may have.
    """

    codes: Callable
    n_outputs: Callable
    unit: Callable
    scores: Callable
    loss: Collection
    output_activation: Collection


def _one_hot_codes(n_classes):
    """Return the one-hot targets, one row per class."""
    return np.eye(n_classes)


def _ordinal_codes(n_classes):
    """Return the class numbers, scaled to the range from 0 to 1, as one column."""
    return np.arange(n_classes)[:, None] / _last_number(n_classes)


def _last_number(n_classes):
    return max(n_classes - 1, 1)


def _ordinal_scores(outputs, n_classes):
    """Return minus the distance between the output and each class number."""
    columns = [-abs(outputs - number) for number in range(n_classes)]
    return namespace(outputs).concat(columns, axis=1)


ENCODINGS = {
    "one-hot": _Encoding(
        codes=_one_hot_codes,
        n_outputs=lambda n_classes: n_classes,
        unit=lambda n_classes: 1,
        scores=lambda outputs, n_classes: outputs,
        loss=LOSSES,
        output_activation=OUTPUT_ACTIVATIONS,
    ),
    "ordinal": _Encoding(
        codes=_ordinal_codes,
        n_outputs=lambda n_classes: 1,
        unit=_last_number,
        scores=_ordinal_scores,
        loss=("mse", "mae"),
        output_activation=("relu", "identity"),  # class numbers can be greater than 1
    ),
}


def accuracy(outputs, examples, encoding):
    """Return the weighted fraction of the examples that are classified correctly."""
    xp = namespace(outputs)
    scores = ENCODINGS[encoding].scores(outputs, examples.codes.shape[0])
    rows = like(outputs, examples.rows)
    is_right = xp.argmax(scores, axis=1) == xp.take(examples.labels, rows)
    weights = xp.astype(xp.take(examples.weights[:, 0], rows), xp.float64)
    return float(xp.sum(weights * xp.astype(is_right, xp.float64)) / xp.sum(weights))


@ignore_float_warnings
def row_weights(labels, classes, sample_weight, class_weight):
    """Return one weight per row, sample weight times class weight, as float64."""
    weights = _shares(_sample_weights(sample_weight, len(labels)))
    if class_weight is not None and weights.any():
        weights = _shares(weights * _class_factors(labels, classes, weights, class_weight)[labels])
    if not weights.any():
        raise ValueError(
            "sample_weight and class_weight must give at least one row a positive weight; got only "
            "zeros."
        )
    return weights


def _shares(weights):
    """Return the weights divided by the largest weight, because float32 has a limited range."""
    shares = weights / (weights.max() or 1)
    return np.where(shares < NO_WEIGHT, 0, shares)


def _sample_weights(sample_weight, n_rows):
    if sample_weight is None:
        return np.ones(n_rows)
    weights = _as_array(sample_weight)
    if weights.ndim != 1:
        raise ValueError(
            "sample_weight must be 1-dimensional, one weight per row; "
            f"got {weights.ndim} dimensions."
        )
    with in_range_of_floats("sample_weight"):
        weights = check_array(
            weights, ensure_2d=False, dtype=np.float64, input_name="sample_weight"
        )
    check_consistent_length(weights, np.empty(n_rows))
    if (weights < 0).any():
        raise ValueError(f"sample_weight must not be negative; got {weights.min():g}.")
    return weights


def _class_factors(labels, classes, weights, class_weight):
    """Return one factor per class; "balanced" gives all classes the same total weight."""
    if isinstance(class_weight, str):
        totals = np.bincount(labels, weights, minlength=len(classes))
        present = totals > 0
        return np.divide(totals.sum() / present.sum(), totals, where=present, out=totals)
    unknown = set(class_weight) - set(classes.tolist())
    if unknown:
        raise ValueError(
            f"class_weight must contain only classes of y, {_listed(classes)}; "
            f"got {sorted(unknown, key=str)}."
        )
    if not all(isinstance(w, Real) and w >= 0 and is_finite(w) for w in class_weight.values()):
        raise ValueError(
            f"class_weight must contain finite numbers of at least 0; got {class_weight!r}."
        )
    return np.array([float(class_weight.get(c, 1.0)) for c in classes.tolist()])
