"""From labels to what the network aims at, and from what it puts out back to labels."""

from numbers import Real

import numpy as np
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, check_consistent_length

from skmnist.network.arrays import judged_later, like, namespace, to_numpy
from skmnist.rules import in_range_of_floats, is_finite

ENCODINGS = ("one-hot", "ordinal")
ORDINAL_LOSSES = ("mse", "mae")
# A share of the largest weight that float32 can hardly tell from nothing.
NO_WEIGHT = 1e-30


@judged_later
def as_labels(y, name="y"):
    """Return labels as a 1-D NumPy array of classes, or raise the error that says why not."""
    if y is None:
        raise ValueError(
            f"This classifier requires {name} to be passed, but the target {name} is None."
        )
    labels = column_or_1d(y if isinstance(y, np.ndarray) else _as_array(y), warn=True)
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        raise ValueError(f"Input {name} contains NaN or infinity.")
    if labels.dtype.kind == "O":
        _distinct(labels, name)  # first, because scikit-learn's own error is about a "<"
    check_classification_targets(labels)
    return labels


def _as_array(y):
    return (
        to_numpy(y) if hasattr(y, "__array_namespace__") or hasattr(y, "detach") else np.asarray(y)
    )


def _distinct(labels, name):
    """Return the different labels, sorted, or raise the error that says that they have no order."""
    try:
        return np.unique(labels)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} mixes labels that have no order, such as numbers and strings; "
            "make them all strings or all numbers."
        ) from None


def classes_in(labels, before=None, name="y"):
    """Return the sorted classes of labels, at least two, or those that went before."""
    classes = _distinct(labels, name)
    if before is not None:
        number_labels(classes, before)
        return before
    if len(classes) < 2:
        raise ValueError(
            f"{name} must hold at least 2 classes to tell apart; got one class, {_listed(classes)}."
        )
    return classes


def announced_classes(classes, before):
    """Return the sorted classes that a stream of labels may hold, announced in its first call."""
    if classes is None:
        if before is None:
            raise ValueError(
                "classes must be passed on the first call to partial_fit: all classes that any "
                "later call may bring; got None."
            )
        return before
    announced = classes_in(as_labels(classes, "classes"), name="classes")
    if before is not None and not np.array_equal(announced, before):
        raise ValueError(
            f"classes must stay as in the first call to partial_fit: {_listed(before)}; "
            f"got {_listed(announced)}."
        )
    return announced


def number_labels(labels, classes, name="y"):
    """Return each label's place among the sorted classes; refuse labels not among them."""
    same_kind = (labels.dtype.kind in "OUS") == (classes.dtype.kind in "OUS")
    unknown = np.setdiff1d(labels, classes) if same_kind else np.unique(labels)
    if len(unknown):
        raise ValueError(
            f"{name} holds labels that were not seen before: {_listed(unknown)}. "
            f"The classes are {_listed(classes)}."
        )
    return np.searchsorted(classes, labels)


def _listed(values):
    shown = ", ".join(repr(value) for value in values[:10].tolist())
    return shown + (", …" if len(values) > 10 else "")


def code_table(n_classes, encoding):
    """Return each class's target, a row a class: one-hot, or its number scaled to 0…1."""
    if encoding == "one-hot":
        return np.eye(n_classes)
    return np.arange(n_classes)[:, None] / code_unit(n_classes, encoding)


def code_unit(n_classes, encoding):
    """Return what an output of 1 stands for: itself, or the last class number."""
    return 1 if encoding == "one-hot" else max(n_classes - 1, 1)


def decide(outputs, n_classes, encoding):
    """Return a score a class: the outputs, or minus the distance to each class number."""
    if encoding == "one-hot":
        return outputs
    xp = namespace(outputs)
    columns = [-abs(outputs - number) for number in range(n_classes)]
    return xp.concat(columns, axis=1)


def predicted(scores):
    """Return the number of the best-scored class of each row."""
    return namespace(scores).argmax(scores, axis=1)


def accuracy(outputs, examples):
    """Return the weighted share of examples, in their order, that outputs put right."""
    xp = namespace(outputs)
    n_classes, n_outputs = examples.codes.shape
    encoding = "one-hot" if n_outputs == n_classes else "ordinal"
    rows = like(outputs, examples.rows)
    right = predicted(decide(outputs, n_classes, encoding)) == xp.take(examples.labels, rows)
    weights = xp.astype(xp.take(examples.weights[:, 0], rows), xp.float64)
    return float(xp.sum(weights * xp.astype(right, xp.float64)) / xp.sum(weights))


def row_weights(labels, classes, sample_weight, class_weight):
    """Return one weight a row, sample weight times class weight, as float64."""
    weights = _shares(_sample_weights(sample_weight, len(labels)))
    if class_weight is not None and weights.any():
        weights = _shares(weights * _class_factors(labels, classes, weights, class_weight)[labels])
    if not weights.any():
        raise ValueError(
            "Some row must have a weight that is not zero; "
            "sample_weight and class_weight leave none."
        )
    return weights


def _shares(weights):
    """Divide by the largest: only ratios count, and float32 holds no huge and no tiny numbers."""
    shares = weights / (weights.max() or 1)
    return np.where(shares < NO_WEIGHT, 0, shares)


def _sample_weights(sample_weight, n_rows):
    if sample_weight is None:
        return np.ones(n_rows)
    weights = _as_array(sample_weight)
    if weights.ndim != 1:
        raise ValueError(
            f"sample_weight must be 1-dimensional, one weight a row; got {weights.ndim} dimensions."
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
    """Return one factor a class; 'balanced' gives every class the same weight in total."""
    if isinstance(class_weight, str):
        totals = np.bincount(labels, weights, minlength=len(classes))
        present = totals > 0
        return np.divide(totals.sum() / present.sum(), totals, where=present, out=totals)
    unknown = set(class_weight) - set(classes.tolist())
    if unknown:
        raise ValueError(
            f"class_weight names classes that y does not hold: {sorted(unknown, key=str)}. "
            f"The classes are {_listed(classes)}."
        )
    if not all(isinstance(w, Real) and w >= 0 and is_finite(w) for w in class_weight.values()):
        raise ValueError(
            f"class_weight must hold finite numbers of at least 0; got {class_weight!r}."
        )
    return np.array([float(class_weight.get(c, 1.0)) for c in classes.tolist()])
