"""Columns of any range are learned without a scaler."""

import numpy as np
import pytest
from helpers import small_classifier
from sklearn.datasets import (
    load_breast_cancer,
    load_digits,
    load_iris,
    load_wine,
    make_classification,
)
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def columns(**parameters):
    return make_classification(300, 5, random_state=0, **parameters)


def changed(X_y, change):
    X, y = X_y
    return change(X), y


def with_an_outlier(X):
    X = X.copy()
    X[0, 0] = 1e9
    return X


DATA = {
    "wine": lambda: load_wine(return_X_y=True),
    "breast cancer": lambda: load_breast_cancer(return_X_y=True),
    "iris": lambda: load_iris(return_X_y=True),
    "digits": lambda: load_digits(return_X_y=True),
    "offset": lambda: changed(columns(), lambda X: X + 1e4),
    "units": lambda: changed(columns(), lambda X: X * [1, 1e5, 1, 1e3, 1]),
    "offset and units": lambda: changed(columns(), lambda X: X * [1, 1e-5, 1, 1e3, 1] + 20),
}


@pytest.mark.parametrize("name", DATA)
def test_raw_data_are_learned_as_well_as_standardized_data(name):
    X, y = DATA[name]()
    network = small_classifier(hidden_layer_sizes=(64,), max_iter=None)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    raw = cross_val_score(network, X, y, cv=folds).mean()
    scaled = cross_val_score(make_pipeline(StandardScaler(), network), X, y, cv=folds).mean()
    assert raw > scaled - 0.02


def test_skewed_columns_are_learned_as_well_as_standardized_ones():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.lognormal(size, width, 2000) for size, width in ((10, 1), (8, 1.5))])
    y = X[:, 1] / X[:, 0] > 0.7
    network = small_classifier(hidden_layer_sizes=(64,), max_iter=None)
    models = network, make_pipeline(StandardScaler(), network)
    raw, scaled = (cross_val_score(m, X, y, cv=3, scoring="balanced_accuracy") for m in models)
    assert raw.mean() > scaled.mean() - 0.03


@pytest.mark.parametrize("value", [1e8, 1.7e9, 1e12, 1e20])
@pytest.mark.parametrize("noise", [0, 1e-7])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_column_that_hardly_varies_does_not_spoil_the_predictions(value, noise, dtype):
    X, y = columns()
    hardly_varying = value * (1 + noise * (np.arange(300) % 3))
    model = small_classifier(hidden_layer_sizes=(64,), max_iter=None)
    plain = model.fit(X, y).score(X, y)
    wider = np.column_stack([X, hardly_varying]).astype(dtype)
    assert model.fit(wider, y).score(wider, y) > plain - 0.03


def test_a_pixel_that_is_far_too_large_does_no_harm_to_the_other_images():
    X, y = load_digits(return_X_y=True)
    model = small_classifier(hidden_layer_sizes=(64,), max_iter=20)
    plain = model.fit(X[:1200], y[:1200]).score(X[1200:], y[1200:])
    assert model.fit(with_an_outlier(X[:1200]), y[:1200]).score(X[1200:], y[1200:]) > plain - 0.03


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_of_scaled_columns_apply_to_X_itself(dtype):
    X, y = load_wine(return_X_y=True)
    model = small_classifier().fit(X.astype(dtype), y)
    H = np.maximum(X @ model.coefs_[0].astype(float) + model.intercepts_[0], 0)
    outputs = np.maximum(H @ model.coefs_[1].astype(float) + model.intercepts_[1], 0)
    np.testing.assert_allclose(outputs, model.decision_function(X.astype(dtype)), atol=2e-3)
