"""Properties that hold for all data, weights and settings."""

import numpy as np
import pytest
from helpers import network_outputs, small_classifier
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits

X, y = load_digits(return_X_y=True)
X, y, X_test = X[:90], y[:90] % 3, X[90:300]  # few enough for full batches
SETTINGS = {
    "sgd": {},
    "adam": {"solver": "adam"},
    "nesterov": {"nesterovs_momentum": True, "alpha": 0.01},
    "dropout": {"dropout": 0.3, "input_dropout": 0.2},
    "ordinal": {"target_encoding": "ordinal", "output_activation": "identity"},
    "logistic": {"output_activation": "logistic", "activation": "tanh", "loss": "huber"},
    "squared hinge": {"loss": "squared_hinge", "activation": "leaky_relu"},
}


def small(name="sgd", **parameters):
    defaults = {"hidden_layer_sizes": (6,), "max_iter": 5, "batch_size": 10_000}
    return small_classifier(**{**defaults, **SETTINGS[name], **parameters})


pytestmark = pytest.mark.filterwarnings("ignore:batch_size=")
names = st.sampled_from(list(SETTINGS))
some = settings(max_examples=25)


@some
@given(names, st.integers(-40, 40), st.sampled_from([1, -1]), st.sampled_from(["f4", "f8"]))
def test_scaling_X_by_a_power_of_two_changes_nothing(name, exponent, sign, dtype):
    factor = sign * 2.0**exponent
    model = small(name).fit(X.astype(dtype) * sign, y)
    scaled = small(name).fit((X * factor).astype(dtype), y)
    np.testing.assert_allclose(
        scaled.decision_function((X_test * factor).astype(dtype)),
        model.decision_function(X_test.astype(dtype) * sign),
        atol={"f4": 1e-5, "f8": 1e-13}[dtype],
    )
    np.testing.assert_allclose(scaled.coefs_[0] * 2.0**exponent, model.coefs_[0], atol=1e-5)


@some
@given(names, st.floats(1e-100, 1e100))
def test_scaling_X_by_any_constant_changes_nothing(name, factor):
    model, scaled = small(name).fit(X, y), small(name).fit(X * factor, y)
    scores = scaled.decision_function(X_test * factor)
    np.testing.assert_allclose(scores, model.decision_function(X_test), atol=1e-8)


@some
@given(names, st.lists(st.integers(0, 3), min_size=90, max_size=90), st.booleans())
def test_integer_weights_equal_copies_of_rows(name, counts, shuffled):
    counts = np.array(counts)
    counts[:3] = np.maximum(counts[:3], 1)
    labels = np.append([0, 1, 2], y[3:])  # every class has a row
    weighted = small(name).fit(X, labels, sample_weight=counts)
    rows = np.repeat(np.arange(90), counts)
    if shuffled:
        rows = rows[::-1]
    repeated = small(name).fit(X[rows], labels[rows])
    scores = repeated.decision_function(X_test)
    np.testing.assert_allclose(weighted.decision_function(X_test), scores, atol=1e-8)
    np.testing.assert_allclose(weighted.loss_curve_, repeated.loss_curve_, rtol=1e-8)


@some
@given(names, st.floats(1e-3, 1e3))
def test_scaling_all_weights_changes_nothing(name, factor):
    weights = np.linspace(0.1, 1, 90)
    one = small(name).fit(X, y, sample_weight=weights)
    other = small(name).fit(X, y, sample_weight=weights * factor)
    scores = one.decision_function(X_test)
    np.testing.assert_allclose(other.decision_function(X_test), scores, atol=1e-8)


@pytest.mark.filterwarnings("ignore:early_stopping=True holds out only 6 images")
def test_rows_of_weight_zero_are_ignored_in_small_batches():
    absent = np.arange(90) % 3 == 1
    changed = np.where(absent[:, None], 1e6, X)
    settings = {"batch_size": 16, "dropout": 0.2, "early_stopping": True}
    weighted = small(**settings).fit(changed, y, sample_weight=np.where(absent, 0, 1))
    removed = small(**settings).fit(X[~absent], y[~absent])
    assert weighted.validation_scores_ == removed.validation_scores_
    assert weighted.loss_curve_ == pytest.approx(removed.loss_curve_)


@some
@given(st.integers(1, 40), st.integers(1, 200))
def test_epoch_uses_every_row_once_for_any_batch_size(batch_size, n_rows):
    data, labels = np.resize(X, (n_rows + 1, 64)), np.arange(n_rows + 1) % 2
    model = small(batch_size=batch_size, max_iter=1, learning_rate_init=1e-13)
    loss = model.fit(data, labels).loss_curve_[0]
    outputs = network_outputs(model, data)
    expected = ((outputs - np.eye(2)[labels]) ** 2).sum(axis=1).mean()
    assert loss == pytest.approx(expected, rel=1e-6)


@some
@given(st.permutations(range(10)))
def test_scores_of_a_row_do_not_depend_on_other_rows(order):
    model = small().fit(X, y)
    together = model.decision_function(X_test[:10])
    np.testing.assert_allclose(model.decision_function(X_test[order]), together[order], atol=1e-12)
    np.testing.assert_allclose(
        model.decision_function(X_test[order[:1]]), together[order[:1]], atol=1e-12
    )


def test_many_rows_get_the_same_scores_as_few():
    model = small().fit(X, y)
    many = np.tile(X_test, (11, 1))
    assert len(many) > 2048
    expected = np.tile(model.predict_proba(X_test), (11, 1))
    np.testing.assert_allclose(model.predict_proba(many), expected, atol=1e-12)
