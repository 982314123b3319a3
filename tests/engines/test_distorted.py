"""Distorters and classifiers trained on distorted images as skops files and ONNX graphs."""

import copy

import numpy as np
import pytest
from distorted import GENTLE, trained
from helpers import small_classifier, small_transformer
from onnx_helpers import X, expect_same_answers, y
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skmnist.io import load, save, to_onnx

pytest.importorskip("skops.io")
pytest.importorskip("onnxruntime")

MAKE = {
    "redrawn": lambda: trained(make_pipeline(small_transformer(), small_classifier())),
    "in blocks": lambda: trained(make_pipeline(small_transformer(), sgd())),
    "copies": lambda: trained(LogisticRegression(C=1e-4, max_iter=500)),
    "searched": lambda: GridSearchCV(
        trained(small_classifier()), {"distorter__rotation": [2, 5]}, cv=2
    ),
}
each_kind = pytest.mark.parametrize("make", MAKE.values(), ids=list(MAKE))


def sgd():
    # With larger steps, probabilities would be exactly 0 or 1; skl2onnx takes the labels from them.
    return SGDClassifier("log_loss", learning_rate="constant", eta0=1e-5, random_state=0)


def test_distorter_is_saved_with_its_parameters(tmp_path):
    save(GENTLE, tmp_path / "distorter.skops")
    loaded = load(tmp_path / "distorter.skops")
    assert repr(loaded) == repr(GENTLE)
    np.testing.assert_array_equal(loaded.distort(X, 3), GENTLE.distort(X, 3))


@each_kind
def test_loaded_model_has_the_same_outputs(tmp_path, make):
    model = make().fit(X, y)
    save(model, tmp_path / "model.skops")
    loaded = load(tmp_path / "model.skops")
    assert repr(loaded) == repr(model)
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    assert loaded.classes_.tolist() == list(range(10))


@pytest.mark.parametrize(
    ("estimator", "name"),
    [
        (small_classifier(warm_start=True, schedule_iter=4), "estimator__max_iter"),
        (sgd(), "max_iter"),
    ],
)
def test_resuming_a_loaded_model_is_bit_identical(tmp_path, estimator, name):
    model = trained(estimator, warm_start=True).fit(X, y)
    save(model, tmp_path / "model.skops")
    for each in (loaded := load(tmp_path / "model.skops"), model):
        each.set_params(**{name: 4}).fit(X, y)
    assert loaded.n_iter_ == model.n_iter_ == 4
    np.testing.assert_array_equal(loaded.decision_function(X), model.decision_function(X))


def set_estimator(value):
    return lambda model: setattr(model, "estimator_", value)


def set_progress(**values):
    return lambda model: vars(model._progress).update(values)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (set_estimator(GENTLE), "estimator_ of the DistortedClassifier is invalid"),
        (set_estimator(None), "estimator_ of the DistortedClassifier is invalid"),
        (set_progress(n_epochs=-1), "_progress of the DistortedClassifier is invalid"),
        (set_progress(rng=np.random.RandomState(0)), "_progress of the DistortedClassifier is in"),
        (lambda model: delattr(model, "estimator_"), "estimator_ of the DistortedC.* is missing"),
        (
            lambda model: setattr(model.estimator_, "coefs_", []),
            "coefs_ of the MLPDigitClassifier is invalid",
        ),
    ],
)
def test_invalid_attribute_is_named(tmp_path, change, message):
    model = copy.deepcopy(trained(small_classifier()).fit(X, y))
    change(model)
    with pytest.raises(ValueError, match=message):
        save(model, tmp_path / "model.skops")


@each_kind
def test_graph_of_the_fitted_estimator_has_the_same_answers(make):
    images = X.astype(np.float64)
    expect_same_answers(make().fit(images, y), images)


def test_unfitted_model_has_no_graph():
    with pytest.raises(ValueError, match="not fitted yet"):
        to_onnx(trained(small_classifier()))
