"""Attributes and methods that users of MLPClassifier look for, compared with its own."""

from functools import partial

import numpy as np
import pytest
from helpers import network_outputs, small_classifier
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmnist import DistortedClassifier

X, y = load_digits(return_X_y=True)
X, y, X_test = X[:300], y[:300], X[300:600]
NAMES = ["n_layers_", "n_outputs_", "out_activation_", "loss_", "best_loss_"]
NAMES += ["best_validation_score_"]
small = partial(small_classifier, hidden_layer_sizes=(9, 7), max_iter=6)


@pytest.fixture(scope="module")
def fitted():
    return small().fit(X, y)


@pytest.fixture(scope="module")
def theirs():
    # As similar as possible, and with enough epochs to end without a warning.
    return MLPClassifier((9, 7), max_iter=60, tol=1, random_state=0).fit(X, y)


@pytest.mark.parametrize("name", ["n_layers_", "n_outputs_"])
def test_sizes_are_those_of_mlpclassifier(fitted, theirs, name):
    assert getattr(fitted, name) == getattr(theirs, name)
    assert type(getattr(fitted, name)) is type(getattr(theirs, name))


@pytest.mark.parametrize("name", ["loss_", "best_loss_"])
def test_losses_follow_from_the_curve_as_in_mlpclassifier(fitted, theirs, name):
    for model in (fitted, theirs):
        curve = model.loss_curve_
        assert getattr(model, name) == {"loss_": curve[-1], "best_loss_": min(curve)}[name]


def test_best_attributes_are_none_in_the_same_cases_as_in_mlpclassifier(fitted, theirs):
    assert fitted.best_validation_score_ is theirs.best_validation_score_ is None
    ours = small(early_stopping=True).fit(X, y)
    stopped = MLPClassifier((9, 7), tol=1, early_stopping=True, random_state=0).fit(X, y)
    assert ours.best_loss_ is stopped.best_loss_ is None
    for model in (ours, stopped):
        assert model.best_validation_score_ == max(model.validation_scores_)


def test_linear_and_ordinal_networks_have_other_sizes():
    assert small(hidden_layer_sizes=()).fit(X, y).n_layers_ == 2
    assert small(target_encoding="ordinal").fit(X, y).n_outputs_ == 1
    assert small().fit(X, y % 2).n_outputs_ == 2


def test_out_activation_is_the_one_that_the_classifier_was_fitted_with():
    model = small(output_activation="identity").fit(X, y).set_params(output_activation="relu")
    assert model.out_activation_ == "identity"


@pytest.mark.parametrize("name", NAMES)
def test_derived_attributes_are_missing_before_fit_and_not_stored(fitted, name):
    assert not hasattr(small(), name)
    assert name not in vars(fitted)


def test_stream_has_the_loss_of_its_last_call():
    model = small().partial_fit(X, y, classes=range(10)).partial_fit(X[:100], y[:100])
    assert model.loss_ == model.best_loss_ == model.loss_curve_[0]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_log_probabilities_are_logarithms_of_probabilities(fitted, dtype):
    model = small().fit(X.astype(dtype), y)
    logarithms = model.predict_log_proba(X_test.astype(dtype))
    assert logarithms.dtype == dtype
    with np.errstate(divide="ignore"):
        expected = np.log(model.predict_proba(X_test.astype(dtype)))
    np.testing.assert_array_equal(logarithms, expected)


def test_logarithm_of_probability_zero_is_minus_infinity_without_a_warning():
    fitted = small(max_iter=60, output_activation="identity").fit(X, y)
    # Simplex projection: a class that is more than 1 behind the best one has probability 0.
    outputs = network_outputs(fitted, X_test)
    is_far = outputs < outputs.max(axis=1, keepdims=True) - 1
    logarithms = fitted.predict_log_proba(X_test)
    assert is_far.any()
    assert (logarithms[is_far] == -np.inf).all()
    assert np.isfinite(logarithms.max(axis=1)).all()


def test_pipelines_and_distorted_classifiers_delegate_log_probabilities():
    for model in (make_pipeline(StandardScaler(), small()), DistortedClassifier(small())):
        model.fit(X, y)
        with np.errstate(divide="ignore"):
            expected = np.log(model.predict_proba(X_test))
        np.testing.assert_array_equal(model.predict_log_proba(X_test), expected)
