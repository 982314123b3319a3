"""Calibrate and inspect both estimators with scikit-learn, and compute their curves."""

from functools import partial

import numpy as np
import pytest
from helpers import small_classifier, small_transformer
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits
from sklearn.inspection import permutation_importance
from sklearn.model_selection import learning_curve, validation_curve
from sklearn.pipeline import make_pipeline

X, y = load_digits(return_X_y=True)
network = partial(small_classifier, hidden_layer_sizes=(32,), max_iter=30)


def features(**parameters):
    return make_pipeline(small_transformer("patches"), network(**parameters))


def brier_score(model, X, y):
    return ((model.predict_proba(X) - np.eye(10)[y]) ** 2).sum(axis=1).mean()


METHODS = [
    "sigmoid",
    "isotonic",
    pytest.param(
        "temperature",
        marks=pytest.mark.skipif(
            "temperature" not in CalibratedClassifierCV.__doc__,
            reason="needs temperature scaling (scikit-learn 1.8)",
        ),
    ),
]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8])
@pytest.mark.parametrize("method", METHODS)
def test_calibration_improves_the_brier_score(method, dtype):
    train, test = slice(0, 900), slice(900, None)
    images = X.astype(dtype)
    calibrated = CalibratedClassifierCV(network(), method=method, cv=3, ensemble=False)
    calibrated.fit(images[train], y[train])
    alone = network().fit(images[train], y[train])
    before = brier_score(alone, images[test], y[test])
    assert brier_score(calibrated, images[test], y[test]) < before - 0.005


def test_blank_pixels_have_no_importance():
    model = features().fit(X[:600], y[:600])
    found = permutation_importance(model, X[600:800], y[600:800], n_repeats=2, random_state=0)
    blank = (X == 0).all(axis=0)
    assert np.flatnonzero(blank).tolist() == [0, 32, 39]
    assert (found.importances[blank] == 0).all()
    # The middle of an image matters more than its left and right edges.
    squares = found.importances_mean.reshape(8, 8)
    assert squares[2:6, 2:6].mean() > 5 * np.abs(squares[:, [0, 7]]).mean()


SIZES = [50, 200, 800]


def test_learning_curve_equals_fits_by_hand():
    train, test = np.arange(900), np.arange(900, 1200)
    _, _, scores = learning_curve(features(), X, y, train_sizes=SIZES, cv=[(train, test)])
    by_hand = [features().fit(X[:n], y[:n]).score(X[test], y[test]) for n in SIZES]
    np.testing.assert_array_equal(scores[:, 0], by_hand)
    assert (np.diff(by_hand) > 0.03).all()


def test_incremental_learning_curve_equals_partial_fit():
    train, test = np.arange(900), np.arange(900, 1200)
    settings = {"train_sizes": SIZES, "cv": [(train, test)], "exploit_incremental_learning": True}
    _, _, scores = learning_curve(network(), X, y, **settings)
    model, by_hand = network(), []
    for part in (slice(0, 50), slice(50, 200), slice(200, 800)):
        model.partial_fit(X[part], y[part], classes=np.arange(10))
        by_hand.append(model.score(X[test], y[test]))
    np.testing.assert_array_equal(scores[:, 0], by_hand)


def test_validation_curve_equals_fits_by_hand():
    alphas, folds = [0.0, 0.1, 100.0], [(np.arange(600), np.arange(600, 900))]
    settings = {"param_name": "mlpdigitclassifier__alpha", "param_range": alphas, "cv": folds}
    seen, unseen = validation_curve(features(max_iter=10), X, y, **settings)
    assert unseen[0] > unseen[2] + 0.5
    for alpha, score in zip(alphas, seen, strict=True):
        by_hand = clone(features(max_iter=10)).set_params(mlpdigitclassifier__alpha=alpha)
        assert score == by_hand.fit(X[:600], y[:600]).score(X[:600], y[:600])
