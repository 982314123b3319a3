"""Use DistortedClassifier with searches, metadata routing, ensembles and callbacks."""

import numpy as np
import pytest
import sklearn
from distorted import (
    KINDS,
    WEIGHTS,
    Recorder,
    X,
    X_val,
    chain,
    logistic,
    network,
    recording,
    rows_in,
    same_scores,
    sgd,
    trained,
    y,
    y_val,
)
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import AdaBoostClassifier, VotingClassifier
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler

try:
    from sklearn import callback as callbacks
except ImportError:
    callbacks = None

each_kind = pytest.mark.parametrize("make", KINDS.values(), ids=list(KINDS))
needs_callbacks = pytest.mark.skipif(callbacks is None, reason="needs scikit-learn 1.9")


# Searches and cross-validation: only the training folds are distorted.


class RecordingScorer:
    """Records the images that a model is evaluated on, and those that it predicts."""

    def __init__(self):
        self.seen = []

    def __call__(self, model, X, y):
        self.seen.append(np.array(X))
        last = model.estimator_
        assert model.score(X, y) == np.mean(last.predict(X) == y)
        return model.score(X, y)


@each_kind
def test_cross_validation_distorts_training_folds_only(make):
    distorter, scorer, folds = recording(), RecordingScorer(), fold_numbers()
    assert len(rows_in([X])) == len(X)
    for fold in range(3):
        Recorder.given, scorer.seen = [], []
        cv = [(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold))]
        cross_val_score(trained(make(), distorter), X, y, cv=cv, scoring=scorer)
        assert rows_in(Recorder.given) == rows_in([X[folds != fold]])
        np.testing.assert_array_equal(np.concatenate(scorer.seen), X[folds == fold])


def fold_numbers():
    return np.arange(len(X)) % 3


@each_kind
def test_searches_set_parameters_of_the_distorter_and_of_the_steps(make):
    alpha = "C" if make is logistic else "alpha"
    grid = {
        "distorter__rotation": [0, 10],
        f"estimator__digits__{alpha}": [1e-4, 1e-3],
        "estimator__features__n_kernels": [3],
    }
    scorer = RecordingScorer()
    search = GridSearchCV(trained(chain(make()), recording()), grid, cv=2, scoring=scorer)
    search.fit(X, y)
    assert rows_in(scorer.seen) == rows_in([X])
    assert search.best_estimator_.estimator_["features"].n_kernels == 3
    assert search.best_params_.keys() == grid.keys()
    assert rows_in(Recorder.given) == rows_in([X])
    assert search.score(X_val, y_val) > 0.1


def test_cross_validation_returns_estimators_without_the_distorter():
    result = cross_validate(trained(sgd(), recording()), X, y, cv=2, return_estimator=True)
    n_calls = len(Recorder.given)
    for each in result["estimator"]:
        each.predict(X_val)
    assert len(Recorder.given) == n_calls


@pytest.mark.parametrize(
    "make",
    [
        lambda model: VotingClassifier([("a", model), ("b", clone(model))], voting="soft"),
        lambda model: AdaBoostClassifier(model, n_estimators=2),
        lambda model: CalibratedClassifierCV(model, cv=2),
    ],
)
def test_ensembles_fit_it_with_weights(make):
    model = make(trained(GaussianNB(var_smoothing=1e-2)))
    assert model.fit(X, y, sample_weight=WEIGHTS).score(X_val, y_val) > 0.4


# Metadata.


@each_kind
def test_weights_reach_the_last_step_with_and_without_routing(make):
    plain = trained(chain(make())).fit(X, y)
    weighted = trained(chain(make())).fit(X, y, sample_weight=WEIGHTS)
    prefixed = trained(chain(make())).fit(X, y, digits__sample_weight=WEIGHTS)
    assert not same_scores(weighted, plain)
    assert same_scores(weighted, prefixed)
    with sklearn.config_context(enable_metadata_routing=True):
        last = make().set_fit_request(sample_weight=True)
        scale = StandardScaler().set_fit_request(sample_weight=False)
        estimator = chain(last).set_params(scale=scale)
        routed = trained(estimator).fit(X, y, sample_weight=WEIGHTS)
        alone = trained(last).fit(X, y, sample_weight=WEIGHTS)
    assert same_scores(routed, weighted)
    assert same_scores(alone, trained(make()).fit(X, y, sample_weight=WEIGHTS))


def test_weights_are_routed_to_the_steps_that_request_them():
    with sklearn.config_context(enable_metadata_routing=True):
        scale = StandardScaler().set_fit_request(sample_weight=True)
        estimator = chain(sgd().set_fit_request(sample_weight=False)).set_params(scale=scale)
        model = trained(estimator).fit(X, y, sample_weight=WEIGHTS)
    expected = StandardScaler().fit(X, sample_weight=WEIGHTS).mean_
    np.testing.assert_array_equal(model.estimator_["scale"].mean_, expected)


@pytest.mark.parametrize("resumes", [False, True])
def test_validation_images_are_routed_and_transformed_but_not_distorted(resumes):
    settings = {"early_stopping": True, "max_iter": 4, "warm_start": resumes}
    with sklearn.config_context(enable_metadata_routing=True):
        pipeline = chain(network(**settings), transform_input=["X_val"])
        model = trained(pipeline, recording(), warm_start=resumes)
        model.fit(X, y, X_val=X_val, y_val=y_val)
        if resumes:
            model.set_params(estimator__digits__max_iter=6).fit(X, y, X_val=X_val, y_val=y_val)
    last = model.estimator_["digits"]
    assert len(last.validation_scores_) == (6 if resumes else 4)
    assert model.score(X_val, y_val) == max(last.validation_scores_)
    assert rows_in(Recorder.given) == rows_in([X])
    by_hand = trained(chain(network(**{**settings, "max_iter": last.max_iter})))
    by_hand.fit(X, y, X_val=X_val, y_val=y_val)
    assert resumes or by_hand.estimator_["digits"].validation_scores_ == last.validation_scores_


def test_metadata_that_no_step_requests_is_an_error():
    with sklearn.config_context(enable_metadata_routing=True):
        with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):
            trained(sgd()).fit(X, y, sample_weight=WEIGHTS)
        with pytest.raises(TypeError, match="unknown"):
            trained(sgd()).fit(X, y, unknown=1)
        assert not hasattr(trained(sgd()), "set_fit_request")
        requesting = trained(sgd()).set_score_request(sample_weight=True)
        assert requesting.get_metadata_routing().consumes("score", ["sample_weight"])
    with pytest.raises(TypeError, match="X_val"):
        trained(sgd()).fit(X, y, X_val=X_val)


def test_weights_are_routed_through_a_search():
    with sklearn.config_context(enable_metadata_routing=True):
        model = trained(sgd().set_fit_request(sample_weight=True))
        model.set_score_request(sample_weight=False)
        search = GridSearchCV(model, {"distorter__rotation": [5]}, cv=2)
        search.fit(X, y, sample_weight=WEIGHTS)
    by_hand = trained(sgd()).fit(X, y, sample_weight=WEIGHTS)
    assert same_scores(search.best_estimator_, by_hand)


# Callbacks.


class Watcher:
    """A callback that records the names of tasks, and stops at an epoch."""

    def __init__(self, stop_at=None):
        self.seen, self.stop_at = [], stop_at

    def setup(self, estimator, context):
        self.seen.append("setup")

    def teardown(self, estimator, context):
        self.seen.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.seen.append(f"{type(estimator).__name__} {context.task_name}")

    def on_fit_task_end(self, estimator, context, *, X, y, metadata, fitted_estimator):
        epochs = [name for name in self.seen if name.endswith("epoch")]
        return context.task_name == "epoch" and len(epochs) == self.stop_at


@needs_callbacks
def test_callbacks_of_the_last_step_are_called_in_every_epoch():
    watcher = Watcher(stop_at=2)
    last = network(max_iter=4).set_callbacks(watcher)
    model = trained(chain(last)).fit(X, y)
    assert watcher.seen.count("MLPDigitClassifier epoch") == 2
    assert watcher.seen[-1] == "teardown"
    assert model.n_iter_ == 2


@needs_callbacks
def test_epochs_of_partial_fit_are_tasks():
    watcher = Watcher(stop_at=3)
    model = trained(chain(sgd()), max_iter=5).set_callbacks(watcher).fit(X, y)
    assert watcher.seen.count("DistortedClassifier epoch") == model.n_iter_ == 3
    assert (watcher.seen[0], watcher.seen[-1]) == ("setup", "teardown")
    assert same_scores(model, trained(chain(sgd()), max_iter=3).fit(X, y))


@needs_callbacks
def test_progress_bars_reach_the_epochs(capfd):
    bar = callbacks.ProgressBar(max_propagation_depth=None)
    trained(network()).set_callbacks(bar).fit(X, y)
    trained(sgd()).set_callbacks(callbacks.ProgressBar()).fit(X, y)
    search = GridSearchCV(trained(network()), {"distorter__rotation": [5]}, cv=2)
    search.set_callbacks(callbacks.ProgressBar(max_propagation_depth=None)).fit(X, y)
    assert "MLPDigitClassifier" in capfd.readouterr().out
