"""DistortedClassifier resumes the training, and a failed fit leaves it as it was."""

import pickle
from functools import partial

import numpy as np
import pytest
from distorted import (
    GENTLE,
    KINDS,
    X,
    X_val,
    chain,
    logistic,
    network,
    same_scores,
    scores_of,
    sgd,
    trained,
    y,
    y_val,
)
from sklearn.base import clone
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC

from skmnist import DigitDistorter

each_kind = pytest.mark.parametrize("make", KINDS.values(), ids=list(KINDS))


@pytest.mark.parametrize("as_pipeline", [False, True], ids=["alone", "pipeline"])
@pytest.mark.parametrize(
    "make",
    [
        partial(network, warm_start=True, schedule_iter=4),
        partial(network, warm_start=True, schedule_iter=4, solver="adam", early_stopping=True),
        sgd,
        partial(MLPClassifier, random_state=0),
    ],
)
def test_resuming_is_the_same_as_never_stopping(make, as_pipeline):
    model = trained(chain(make()) if as_pipeline else make(), warm_start=True)
    prefix = "estimator__digits__" if as_pipeline else "estimator__"
    own = hasattr(make(), "_fit_redrawn")

    def epochs(n):
        return {f"{prefix}max_iter" if own else "max_iter": n}

    never = clone(model).set_params(**epochs(4)).fit(X, y)
    stopped = model.set_params(**epochs(2)).fit(X, y)
    halfway = scores_of(stopped)
    loaded = pickle.loads(pickle.dumps(stopped))
    loaded.set_params(**epochs(4)).fit(X, y)
    assert same_scores(loaded, never)
    assert loaded.n_iter_ == never.n_iter_ == 4
    np.testing.assert_array_equal(halfway, scores_of(stopped))


def test_resuming_keeps_the_earlier_steps_and_takes_the_new_parameters():
    estimator = chain(network(warm_start=True, schedule_iter=4, max_iter=2))
    model = trained(estimator, warm_start=True).fit(X, y)
    kernels = model.estimator_["features"].kernels_[0]
    model.set_params(estimator__digits__max_iter=4).fit(X_val, y_val)
    assert model.estimator_["features"].kernels_[0] is kernels
    assert type(model.estimator_["features"]) is type(estimator["features"])
    assert model.estimator_["digits"].n_iter_ == model.estimator_["digits"].max_iter == 4


def test_resuming_a_classifier_that_is_fitted_once_uses_its_own_warm_start():
    with pytest.raises(ValueError, match="warm_start must be False for a LinearSVC, which has nei"):
        trained(LinearSVC(), warm_start=True).fit(X, y)
    model = trained(logistic(warm_start=True), warm_start=True).fit(X, y)
    before = model.estimator_.coef_
    model.set_params(estimator__max_iter=600).fit(X, y)
    assert model.estimator_.max_iter == 600
    np.testing.assert_allclose(model.estimator_.coef_, before, atol=1e-2)


def test_nothing_left_to_train_is_a_warning():
    model = trained(sgd(), warm_start=True).fit(X, y)
    with pytest.warns(UserWarning, match="nothing left to train.*max_iter=2") as caught:
        model.fit(X, y)
    assert caught[0].filename == __file__


def test_resuming_with_another_class_is_an_error():
    model = trained(sgd(), warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match=r"same class as before, SGDClassifier.*got MLPClassifier"):
        model.set_params(estimator=MLPClassifier()).fit(X, y)


def test_resuming_with_new_labels_is_an_error():
    model = trained(sgd(), warm_start=True).fit(X, y)
    message = r"y must contain only the classes \[0, .*, 9\] when training is resumed; got \[12\]"
    with pytest.raises(ValueError, match=message):
        model.set_params(max_iter=4).fit(X, np.where(y == 2, 12, y))


def test_without_warm_start_a_second_fit_starts_anew():
    for make in KINDS.values():
        model = trained(make()).fit(X, y)
        first = scores_of(model)
        np.testing.assert_array_equal(scores_of(model.fit(X, y)), first)


class Failing(DigitDistorter):
    """A distorter that fails in its third call."""

    calls = 0

    def distort(self, X, random_state=None):
        self.calls += 1
        if self.calls == 3:
            raise RuntimeError("no more distortions")
        return super().distort(X, random_state)


@each_kind
@pytest.mark.parametrize("resumes", [False, True])
def test_failed_fit_leaves_the_estimator_as_it_was(make, resumes):
    last = make(warm_start=True) if resumes and make is not sgd else make()
    epochs = {"estimator__digits__max_iter": 9} if make is network else {"max_iter": 9}
    model = trained(chain(last), warm_start=resumes, n_copies=4).fit(X, y)
    scores, before = scores_of(model), dict(vars(model))
    progress = pickle.dumps(model._progress)
    model.set_params(distorter=Failing(**GENTLE.get_params()), **epochs)
    with pytest.raises(RuntimeError, match="no more distortions"):
        model.fit(X, y)
    assert vars(model)["estimator_"] is before["estimator_"]
    assert pickle.dumps(model._progress) == progress
    np.testing.assert_array_equal(scores_of(model), scores)


def test_failed_first_fit_leaves_it_unfitted():
    model = trained(sgd(), Failing(**GENTLE.get_params()), max_iter=5)
    before = dict(vars(model))
    with pytest.raises(RuntimeError):
        model.fit(X, y)
    assert vars(model) == before
