"""From labels to targets, from outputs to labels and probabilities."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import DataConversionWarning
from sklearn.utils.class_weight import compute_sample_weight

from skmnist import MLPDigitClassifier

X, y = load_digits(return_X_y=True)
X, y, X_test, y_test = X[:1200], y[:1200], X[1200:], y[1200:]


def small(**parameters):
    defaults = {"hidden_layer_sizes": (16,), "max_iter": 6, "random_state": 0}
    return MLPDigitClassifier(**{**defaults, **parameters})


def ordinal(**parameters):
    return small(target_encoding="ordinal", **parameters)


def one_number(model, X):
    """Compute the output of an ordinal network with one hidden layer of ReLUs."""
    (W1, W2), (b1, b2) = model.coefs_, model.intercepts_
    out = (np.maximum(X @ W1 + b1, 0) @ W2 + b2).ravel()
    return np.maximum(out, 0) if model.output_activation == "relu" else out


LABELS = {
    "strings": np.array(list("jihgfedcba")),
    "objects": np.array(list("jihgfedcba"), dtype=object),
    "floats": np.arange(20.0, 0.0, -2.0),
    "negative numbers": -np.arange(10),
    "bytes": np.arange(90, 80, -1, dtype=np.uint8),
}


@pytest.mark.parametrize("kind", list(LABELS))
def test_labels_of_any_kind_are_only_names(kind):
    names = LABELS[kind]
    model, digits = small().fit(X, names[y]), small().fit(X, 9 - y)  # the same order of classes
    np.testing.assert_array_equal(model.classes_, sorted(names))
    assert model.classes_.dtype == names.dtype
    np.testing.assert_array_equal(model.decision_function(X), digits.decision_function(X))
    assert model.predict(X).dtype == names.dtype
    np.testing.assert_array_equal(model.predict(X), names[9 - digits.predict(X)])
    assert model.score(X, names[y]) == digits.score(X, 9 - y) > 0.6


@pytest.mark.parametrize("make", [list, pd.Series, np.array])
def test_labels_come_in_any_container(make):
    assert small().fit(X, make(y)).loss_curve_ == small().fit(X, y).loss_curve_


def test_a_column_of_labels_is_taken_with_a_warning():
    with pytest.warns(DataConversionWarning, match="column-vector"):
        model = small().fit(X, y[:, None])
    assert model.loss_curve_ == small().fit(X, y).loss_curve_


@pytest.mark.parametrize("encoding", ["one-hot", "ordinal"])
def test_two_classes_have_one_score(encoding):
    odd = y % 2 == 1
    model = small(target_encoding=encoding).fit(X, odd)
    scores = model.decision_function(X_test)
    assert scores.shape == (len(X_test),)
    np.testing.assert_array_equal(model.predict(X_test), scores > 0)
    assert model.predict(X_test).dtype == bool
    proba = model.predict_proba(X_test)
    assert proba.shape == (len(X_test), 2)
    # The nearest point on the segment between (1, 0) and (0, 1).
    np.testing.assert_allclose(proba[:, 1], np.clip(0.5 + scores / 2, 0, 1), atol=1e-12)


def nearest_distribution(v):
    """Project onto the simplex by the method that sorts (Held, Wolfe and Crowder 1974)."""
    u = np.sort(v)[::-1]
    thresholds = (np.cumsum(u) - 1) / np.arange(1, len(u) + 1)
    return np.maximum(v - thresholds[np.flatnonzero(u > thresholds)[-1]], 0)


@pytest.mark.parametrize("output_activation", ["relu", "identity", "logistic"])
def test_probabilities_are_the_distribution_nearest_to_the_outputs(output_activation):
    model = small(output_activation=output_activation).fit(X, y)
    proba, scores = model.predict_proba(X_test), model.decision_function(X_test)
    np.testing.assert_allclose(proba, [nearest_distribution(v) for v in scores], atol=1e-12)
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-12)
    assert proba.min() >= 0
    targets = np.eye(10)[y_test]
    assert ((proba - targets) ** 2).mean() < ((scores - targets) ** 2).mean()


@pytest.mark.parametrize("encoding", ["one-hot", "ordinal"])
def test_the_predicted_class_is_the_most_probable(encoding):
    model = small(target_encoding=encoding).fit(X, y)
    proba, chosen = model.predict_proba(X_test), model.predict(X_test)
    np.testing.assert_array_equal(proba[np.arange(len(chosen)), chosen], proba.max(axis=1))


@pytest.mark.parametrize("output_activation", ["relu", "identity"])
def test_an_ordinal_score_is_minus_the_distance_to_the_class_number(output_activation):
    model = ordinal(output_activation=output_activation).fit(X, y * 10)
    out = one_number(model, X_test)
    assert np.ptp(out) > 3  # in class numbers, not in the units of the labels or of 0 to 1
    expected = -abs(out[:, None] - np.arange(10))
    np.testing.assert_allclose(model.decision_function(X_test), expected, atol=1e-9)
    nearest = np.clip(np.rint(out), 0, 9)
    np.testing.assert_array_equal(model.predict(X_test), nearest * 10)


def test_ordinal_probabilities_interpolate_between_the_neighbours():
    model = ordinal(output_activation="identity").fit(X, y)
    out = one_number(model, X_test)
    assert out.min() < 0
    hats = np.maximum(1 - abs(np.clip(out, 0, 9)[:, None] - np.arange(10)), 0)
    np.testing.assert_allclose(model.predict_proba(X_test), hats, atol=1e-9)


def test_numbers_invite_errors_that_one_hot_vectors_do_not():
    one_hot, numbers = small(max_iter=20).fit(X, y), ordinal(max_iter=20).fit(X, y)
    assert one_hot.score(X_test, y_test) > 0.9
    assert 0.2 < numbers.score(X_test, y_test) < 0.6
    # What is 1.5? An error lands on a neighbour more often than a fifth of the time.
    off_by_one = abs(numbers.predict(X_test) - y_test) == 1
    assert off_by_one.sum() > 0.5 * (numbers.predict(X_test) != y_test).sum()


def test_the_ordinal_loss_is_learnt_with_absolute_differences_too():
    model = ordinal(loss="mae", max_iter=20).fit(X, y)
    assert abs(model.predict(X_test) - y_test).mean() < 2


def test_the_class_shares_are_where_the_outputs_start():
    labels = np.repeat([0, 1, 2], [600, 400, 200])
    model = small(max_iter=1, learning_rate_init=1e-12, output_activation="identity")
    scores = model.fit(X * 1.0, labels).decision_function(X)
    np.testing.assert_allclose(scores.mean(axis=0), [1 / 2, 1 / 3, 1 / 6], atol=0.1)


def uneven():
    kept = np.flatnonzero((y != 3) | (np.arange(len(y)) % 4 == 0))
    return X[kept], y[kept]


@pytest.mark.parametrize("given", [None, "some"])
def test_balanced_classes_are_sample_weights_by_another_name(given):
    few, labels = uneven()
    weights = None if given is None else np.linspace(0.1, 2, len(labels))
    ones = np.ones(len(labels)) if given is None else weights
    totals = np.array([ones[labels == k].sum() for k in range(10)])
    by_hand = ones / totals[labels]
    balanced = small(class_weight="balanced").fit(few, labels, sample_weight=weights)
    weighted = small().fit(few, labels, sample_weight=by_hand)
    assert_same_decisions(balanced, weighted)
    if given is None:
        factors = compute_sample_weight("balanced", labels)
        assert_same_decisions(balanced, small().fit(few, labels, sample_weight=factors))


def test_a_dict_weighs_the_classes_that_it_names():
    by_class = small(class_weight={3: 4.0, 7: 0.5}).fit(X, y)
    by_row = small().fit(X, y, sample_weight=np.where(y == 3, 4, np.where(y == 7, 0.5, 1)))
    assert_same_decisions(by_class, by_row)
    assert (by_class.predict(X_test) == 3).sum() > (small().fit(X, y).predict(X_test) == 3).sum()


def assert_same_decisions(one, other):
    scores = other.decision_function(X_test)
    np.testing.assert_allclose(one.decision_function(X_test), scores, atol=1e-8)


def test_a_class_of_weight_zero_is_known_but_not_learnt():
    model = small(class_weight={3: 0}).fit(X, y)
    assert 3 in model.classes_
    assert 3 not in model.predict(X_test)
    assert model.predict_proba(X_test).shape == (len(X_test), 10)
    assert model.score(X_test[y_test != 3], y_test[y_test != 3]) > 0.6


def test_the_one_class_that_weights_leave_is_predicted():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = small(class_weight="balanced").fit(X, y, sample_weight=(y == 4) * 1.0)
    assert set(model.predict(X_test)) == {4}
