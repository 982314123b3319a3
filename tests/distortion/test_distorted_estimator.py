"""DistortedClassifier as an estimator: tables, clones, pickles, parameters and errors."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from distorted import (
    GENTLE,
    KINDS,
    WEIGHTS,
    Recorder,
    X,
    chain,
    network,
    recording,
    same_scores,
    scores_of,
    sgd,
    trained,
    y,
)
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.utils.validation import check_is_fitted

from skmnist import DigitDistorter, DistortedClassifier

each_kind = pytest.mark.parametrize("make", KINDS.values(), ids=list(KINDS))


@each_kind
@pytest.mark.parametrize("table", [pd.DataFrame, pl.DataFrame])
def test_tables_keep_their_column_names(make, table):
    names = [f"pixel {n}" for n in range(64)]
    frame = table(dict(zip(names, X.T, strict=True)))
    # scikit-learn 1.6 does not see the names of polars.
    seen = list(getattr(make().fit(frame, y), "feature_names_in_", []))
    assert seen == names or table is pl.DataFrame
    for estimator in (make(), make_pipeline(PCA(8), make())):
        model = trained(estimator).fit(frame, y)
        assert list(getattr(model, "feature_names_in_", [])) == seen
        expected = scores_of(trained(estimator).fit(X, y), X[:5])
        np.testing.assert_allclose(scores_of(model, frame[:5]), expected, rtol=1e-9)
        if seen:
            with pytest.raises(ValueError, match="feature names should match"):
                model.predict(frame[names[::-1]])


@each_kind
def test_steps_can_return_tables(make):
    frame = pd.DataFrame(X).add_prefix("pixel_")
    estimator = chain(make()).set_output(transform="pandas")
    model = trained(estimator).fit(frame, y)
    expected = trained(chain(make())).fit(X, y)
    np.testing.assert_allclose(scores_of(model, frame), scores_of(expected, X), rtol=1e-6)


@each_kind
def test_bytes_and_lists_are_accepted(make):
    model = trained(make(), recording())
    assert model.fit(X.astype(np.uint8), y).score(X, y) > 0.2
    assert {each.dtype for each in Recorder.given} == {np.dtype(np.uint8)}
    assert same_scores(trained(make()).fit(X.tolist(), y.tolist()), trained(make()).fit(X, y))


@each_kind
def test_clone_pickle_and_parameters(make):
    model = trained(chain(make())).fit(X, y)
    copy = clone(model)
    with pytest.raises(NotFittedError):
        check_is_fitted(copy)
    with pytest.raises(NotFittedError):
        copy.predict(X)
    assert not hasattr(copy, "classes_")
    assert same_scores(copy.fit(X, y), model)
    assert same_scores(pickle.loads(pickle.dumps(model)), model)
    copy.set_params(distorter__rotation=3, estimator__features__n_kernels=3)
    assert (copy.distorter.rotation, copy.estimator["features"].n_kernels) == (3, 3)
    assert model.estimator_["features"].n_kernels == 4


def test_estimator_is_not_changed():
    estimator = chain(network())
    steps = list(estimator.steps)
    trained(estimator).fit(X, y)
    assert estimator.steps == steps
    with pytest.raises(NotFittedError):
        check_is_fitted(estimator["digits"])


def test_methods_are_those_of_the_estimator():
    assert not hasattr(trained(LinearSVC()), "predict_proba")
    assert not hasattr(trained(GaussianNB()), "decision_function")
    model = trained(GaussianNB()).fit(X, y)
    for name in ("predict_proba", "predict_log_proba"):
        expected = getattr(model.estimator_, name)(X)
        np.testing.assert_array_equal(getattr(model, name)(X), expected)
    assert model.classes_.tolist() == list(range(10))
    assert model.n_features_in_ == 64


def test_default_distorter_is_the_default_digit_distorter():
    images = np.tile(X, 9)[:, :576]
    default = DistortedClassifier(sgd(), max_iter=1, random_state=0).fit(images, y)
    given = DistortedClassifier(sgd(), DigitDistorter(), max_iter=1, random_state=0).fit(images, y)
    assert same_scores(default, given, images)


def test_memory_of_the_pipeline_is_used(tmp_path):
    estimator = chain(network()).set_params(memory=str(tmp_path))
    model = trained(estimator).fit(X, y)
    again = trained(estimator).fit(X, y)
    assert same_scores(model, again)
    assert same_scores(model, trained(chain(network())).fit(X, y))
    assert len(list(tmp_path.rglob("output.pkl"))) == 2


def test_step_passthrough_is_skipped():
    estimator = chain(sgd()).set_params(scale="passthrough", features=None)
    assert same_scores(trained(estimator).fit(X, y), trained(sgd()).fit(X, y))


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"estimator": PCA()}, TypeError, r"estimator must be a classifier, or .*; got PCA\(\)"),
        ({"estimator": make_pipeline(PCA())}, TypeError, "whose last step is a classifier; got Pi"),
        (
            {"estimator": make_pipeline(make_pipeline(GaussianNB()))},
            ValueError,
            "got one whose last step is another Pipeline",
        ),
        ({"estimator": GaussianNB}, TypeError, "estimator must be a classifier, .* got <class"),
        (
            {"distorter": "x"},
            TypeError,
            r"distorter must be None or an object with a method distort, such as "
            r"skmnist.DigitDistorter\(\); got 'x'\.",
        ),
        ({"distorter": DigitDistorter}, ValueError, "distorter must be None or an object"),
        ({"distorter": DigitDistorter(shift=-1)}, ValueError, "shift must be a number of pixels"),
        ({"max_iter": 0}, ValueError, "max_iter must be an integer of at least 1; got 0"),
        ({"n_copies": 1.5}, TypeError, "n_copies must be an integer of at least 1; got 1.5"),
        ({"warm_start": 1}, TypeError, "warm_start must be True or False; got 1"),
        ({"random_state": -1}, ValueError, "random_state must be an integer from 0"),
        (
            {"estimator": network(), "warm_start": True},
            ValueError,
            "warm_start of the MLPDigitClassifier in estimator must be True if .* got False",
        ),
    ],
)
def test_invalid_parameters_are_named(parameters, error, message):
    with pytest.raises(error, match=message):
        trained(sgd()).set_params(**parameters).fit(X, y)


def test_network_that_distorts_images_itself_is_rejected():
    model = trained(chain(network(distort=GENTLE)))
    with pytest.raises(
        ValueError, match=r"distort of the MLPDigitClassifier must be None in a Dis"
    ):
        model.fit(X, y)


def test_steps_that_change_the_number_of_rows_are_rejected():
    class Halving(StandardScaler):
        def transform(self, X, copy=None):
            return super().transform(X)[::2]

    with pytest.raises(ValueError, match="must return one row per image; got 150 rows for 300"):
        trained(make_pipeline(Halving(), sgd())).fit(X, y)


@pytest.mark.parametrize("weights", [WEIGHTS[:5], np.full(300, np.nan)])
@each_kind
def test_invalid_weights_are_rejected(make, weights):
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples|NaN|finite"):
        trained(make()).fit(X, y, sample_weight=weights)


def test_several_labels_per_image_raise_an_error_that_names_a_meta_estimator():
    several = np.column_stack([y < 5, y % 2 == 0]).astype(int)
    with pytest.raises(ValueError, match=r"^y must contain one label .*MultiOutputClassifier\.$"):
        trained(GaussianNB()).fit(X, several)
