"""Labels and weights become targets; outputs become labels and probabilities."""

import warnings
from functools import partial

import numpy as np
import pandas as pd
import pytest
from helpers import network_outputs, small_classifier
from sklearn.datasets import load_digits
from sklearn.exceptions import DataConversionWarning
from sklearn.utils.class_weight import compute_sample_weight

from skmnist.classifier._targets import ENCODINGS
from skmnist.network._activations import OUTPUT_ACTIVATIONS

X, y = load_digits(return_X_y=True)
X, y, X_test, y_test = X[:1200], y[:1200], X[1200:], y[1200:]


small = partial(small_classifier, max_iter=6)
ordinal = partial(small, target_encoding="ordinal")


LABELS = {
    "strings": np.array(list("jihgfedcba")),
    "objects": np.array(list("jihgfedcba"), dtype=object),
    "floats": np.arange(20.0, 0.0, -2.0),
    "negative numbers": -np.arange(10),
    "bytes": np.arange(90, 80, -1, dtype=np.uint8),
}


@pytest.mark.parametrize("kind", list(LABELS))
def test_labels_can_have_any_type(kind):
    names = LABELS[kind]
    model, digits = small().fit(X, names[y]), small().fit(X, 9 - y)  # the same order of classes
    np.testing.assert_array_equal(model.classes_, sorted(names))
    assert model.classes_.dtype == names.dtype
    np.testing.assert_array_equal(model.decision_function(X), digits.decision_function(X))
    assert model.predict(X).dtype == names.dtype
    np.testing.assert_array_equal(model.predict(X), names[9 - digits.predict(X)])
    assert model.score(X, names[y]) == digits.score(X, 9 - y) > 0.6


@pytest.mark.parametrize("make", [list, pd.Series, np.array])
def test_labels_can_be_in_any_container(make):
    assert small().fit(X, make(y)).loss_curve_ == small().fit(X, y).loss_curve_


def test_column_vector_of_labels_is_accepted_with_warning():
    with pytest.warns(DataConversionWarning, match="column-vector"):
        model = small().fit(X, y[:, None])
    assert model.loss_curve_ == small().fit(X, y).loss_curve_


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_two_classes_have_one_score(encoding):
    odd = y % 2 == 1
    model = small(target_encoding=encoding).fit(X, odd)
    scores = model.decision_function(X_test)
    assert scores.shape == (len(X_test),)
    np.testing.assert_array_equal(model.predict(X_test), scores > 0)
    assert model.predict(X_test).dtype == bool
    proba = model.predict_proba(X_test)
    assert proba.shape == (len(X_test), 2)
    # This is the nearest point between (1, 0) and (0, 1).
    np.testing.assert_allclose(proba[:, 1], np.clip(0.5 + scores / 2, 0, 1), atol=1e-12)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("n_classes", [2, 3, 10])
def test_codes_have_one_row_per_class_and_one_column_per_output(encoding, n_classes):
    row = ENCODINGS[encoding]
    assert row.codes(n_classes).shape == (n_classes, row.n_outputs(n_classes))


def nearest_distribution(v):
    """Project onto the simplex by sorting (Held, Wolfe and Crowder 1974)."""
    u = np.sort(v)[::-1]
    thresholds = (np.cumsum(u) - 1) / np.arange(1, len(u) + 1)
    return np.maximum(v - thresholds[np.flatnonzero(u > thresholds)[-1]], 0)


@pytest.mark.parametrize("output_activation", OUTPUT_ACTIVATIONS)
def test_probabilities_are_the_nearest_distribution_to_the_outputs(output_activation):
    model = small(output_activation=output_activation).fit(X, y)
    proba, scores = model.predict_proba(X_test), model.decision_function(X_test)
    np.testing.assert_allclose(proba, [nearest_distribution(v) for v in scores], atol=1e-12)
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-12)
    assert proba.min() >= 0
    targets = np.eye(10)[y_test]
    assert ((proba - targets) ** 2).mean() < ((scores - targets) ** 2).mean()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_predicted_class_has_the_largest_probability(encoding):
    model = small(target_encoding=encoding).fit(X, y)
    proba, chosen = model.predict_proba(X_test), model.predict(X_test)
    np.testing.assert_array_equal(proba[np.arange(len(chosen)), chosen], proba.max(axis=1))


@pytest.mark.parametrize("output_activation", ENCODINGS["ordinal"].output_activation)
def test_ordinal_score_is_minus_the_distance_to_the_class_number(output_activation):
    model = ordinal(output_activation=output_activation).fit(X, y * 10)
    out = network_outputs(model, X_test).ravel()
    assert np.ptp(out) > 3  # the unit is class numbers: neither labels nor shares from 0 to 1
    expected = -abs(out[:, None] - np.arange(10))
    np.testing.assert_allclose(model.decision_function(X_test), expected, atol=1e-9)
    nearest = np.clip(np.rint(out), 0, 9)
    np.testing.assert_array_equal(model.predict(X_test), nearest * 10)


def test_ordinal_probabilities_interpolate_between_neighbouring_classes():
    model = ordinal(output_activation="identity").fit(X, y)
    out = network_outputs(model, X_test).ravel()
    assert out.min() < 0
    expected = np.maximum(1 - abs(np.clip(out, 0, 9)[:, None] - np.arange(10)), 0)
    np.testing.assert_allclose(model.predict_proba(X_test), expected, atol=1e-9)


def test_ordinal_targets_are_less_accurate_than_one_hot_targets():
    one_hot, numbers = small(max_iter=20).fit(X, y), ordinal(max_iter=20).fit(X, y)
    assert one_hot.score(X_test, y_test) > 0.9
    assert 0.2 < numbers.score(X_test, y_test) < 0.6
    # If all errors were equally likely, about a fifth of them would be off by one.
    off_by_one = abs(numbers.predict(X_test) - y_test) == 1
    assert off_by_one.sum() > 0.5 * (numbers.predict(X_test) != y_test).sum()


def test_ordinal_targets_are_learned_with_absolute_loss():
    model = ordinal(loss="mae", max_iter=20).fit(X, y)
    assert abs(model.predict(X_test) - y_test).mean() < 2


def test_initial_outputs_are_near_the_class_shares():
    labels = np.repeat([0, 1, 2], [600, 400, 200])
    model = small(max_iter=1, learning_rate_init=1e-12, output_activation="identity")
    scores = model.fit(X * 1.0, labels).decision_function(X)
    np.testing.assert_allclose(scores.mean(axis=0), [1 / 2, 1 / 3, 1 / 6], atol=0.1)


def uneven():
    kept = np.flatnonzero((y != 3) | (np.arange(len(y)) % 4 == 0))
    return X[kept], y[kept]


@pytest.mark.parametrize("given", [None, "some"])
def test_balanced_class_weight_equals_sample_weights(given):
    few, labels = uneven()
    weights = None if given is None else np.linspace(0.1, 2, len(labels))
    ones = np.ones(len(labels)) if given is None else weights
    totals = np.array([ones[labels == k].sum() for k in range(10)])
    class_weights = ones / totals[labels]
    balanced = small(class_weight="balanced").fit(few, labels, sample_weight=weights)
    weighted = small().fit(few, labels, sample_weight=class_weights)
    assert_same_scores(balanced, weighted)
    if given is None:
        factors = compute_sample_weight("balanced", labels)
        assert_same_scores(balanced, small().fit(few, labels, sample_weight=factors))


def test_class_weight_dict_equals_sample_weights():
    by_class = small(class_weight={3: 4.0, 7: 0.5}).fit(X, y)
    by_row = small().fit(X, y, sample_weight=np.where(y == 3, 4, np.where(y == 7, 0.5, 1)))
    assert_same_scores(by_class, by_row)
    assert (by_class.predict(X_test) == 3).sum() > (small().fit(X, y).predict(X_test) == 3).sum()


def assert_same_scores(one, other):
    scores = other.decision_function(X_test)
    np.testing.assert_allclose(one.decision_function(X_test), scores, atol=1e-8)


def test_class_of_weight_zero_is_in_classes_but_never_predicted():
    model = small(class_weight={3: 0}).fit(X, y)
    assert 3 in model.classes_
    assert 3 not in model.predict(X_test)
    assert model.predict_proba(X_test).shape == (len(X_test), 10)
    assert model.score(X_test[y_test != 3], y_test[y_test != 3]) > 0.6


def test_only_class_with_positive_weight_is_predicted():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = small(class_weight="balanced").fit(X, y, sample_weight=(y == 4) * 1.0)
    assert set(model.predict(X_test)) == {4}
