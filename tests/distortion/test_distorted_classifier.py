"""DistortedClassifier trains every kind of classifier as it would be trained by hand."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from distorted import (
    GENTLE,
    KINDS,
    NONE,
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
from helpers import parameter_bytes
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier

each_kind = pytest.mark.parametrize("make", KINDS.values(), ids=list(KINDS))


# The three ways, each compared with a training by hand.


def test_copies_are_stacked_under_the_images():
    model = trained(chain(logistic())).fit(X, y, sample_weight=WEIGHTS)
    steps = chain(None)[:-1].fit(X, y)
    trained(chain(logistic()), recording()).fit(X, y)
    seeds = Recorder.seeds
    copies = [steps.transform(GENTLE.distort(X, seed)) for seed in seeds]
    by_hand = logistic().fit(
        np.concatenate([steps.transform(X), *copies]), np.tile(y, 3), np.tile(WEIGHTS, 3)
    )
    np.testing.assert_array_equal(model.estimator_["digits"].coef_, by_hand.coef_)
    assert len(set(seeds)) == 2


def test_copies_without_distortions_are_repeated_images():
    model = trained(logistic(), NONE, n_copies=3).fit(X, y)
    np.testing.assert_array_equal(
        model.estimator_.coef_, logistic().fit(np.tile(X, (4, 1)), np.tile(y, 4)).coef_
    )


@pytest.mark.parametrize("make", [sgd, partial(MLPClassifier, random_state=0), GaussianNB])
def test_blocks_are_new_distortions_in_random_order(make):
    model = trained(chain(make()), recording()).fit(X, y)
    steps, last = chain(None)[:-1].fit(X, y), make()
    orders = [order_of(block) for block in Recorder.given]
    for order, seed in zip(orders, Recorder.seeds, strict=True):
        features = steps.transform(GENTLE.distort(X[order], seed))
        last.partial_fit(features, y[order], classes=np.arange(10))
    assert same_scores(model.estimator_["digits"], last, steps.transform(X_val))
    assert len(orders) == len({tuple(order) for order in orders}) == 2
    assert all(sorted(order) == list(range(300)) for order in orders)


def order_of(images):
    """Return the row number of each image in X."""
    return [np.flatnonzero((image == X).all(axis=1))[0] for image in images]


def test_blocks_have_about_a_thousand_rows_and_their_weights():
    n, weights = 2500, np.tile(np.arange(1.0, 6.0), 500)
    model = trained(GaussianNB(), recording(NONE), max_iter=1)
    numbers = np.arange(n)[:, None] % 100.0 + np.zeros(64)
    model.fit(numbers, np.arange(n) % 5, sample_weight=weights)
    assert [len(block) for block in Recorder.given] == [834, 833, 833]
    plain = GaussianNB().fit(numbers, np.arange(n) % 5, weights)
    np.testing.assert_allclose(model.estimator_.class_count_, plain.class_count_)
    np.testing.assert_allclose(model.estimator_.theta_, plain.theta_)


def test_network_without_distortions_learns_as_in_its_own_fit():
    make = partial(network, shuffle=False)
    plain = make().fit(X, y, sample_weight=WEIGHTS)
    model = trained(make(), NONE).fit(X, y, sample_weight=WEIGHTS).estimator_
    assert parameter_bytes(model) == parameter_bytes(plain)
    assert model.loss_curve_ == plain.loss_curve_


@pytest.mark.parametrize("settings", [{}, {"early_stopping": True}, {"solver": "adam"}])
def test_pipeline_without_distortions_learns_as_in_its_own_fit(settings):
    make = partial(network, shuffle=False, **settings)
    plain = chain(make()).fit(X, y)["digits"]
    model = trained(chain(make()), NONE).fit(X, y).estimator_["digits"]
    assert parameter_bytes(model) == parameter_bytes(plain)
    assert model.validation_scores_ == plain.validation_scores_


def test_network_learns_as_with_its_own_parameter():
    model = trained(network()).fit(X, y, X_val=X_val, y_val=y_val).estimator_
    own = network(distort=GENTLE).fit(X, y, X_val=X_val, y_val=y_val)
    assert parameter_bytes(model) == parameter_bytes(own)
    assert model.validation_scores_ == own.validation_scores_
    plain = network().fit(X, y)
    assert parameter_bytes(model) != parameter_bytes(plain)


def test_network_sees_new_distortions_in_every_epoch():
    model = trained(chain(network(max_iter=3)), recording()).fit(X, y)
    assert model.estimator_["digits"].n_iter_ == 3
    assert len(set(Recorder.seeds)) == len(Recorder.seeds) >= 3
    assert rows_in(Recorder.given) == rows_in([X])


# What is distorted, and what is not.


def test_earlier_steps_are_fitted_once_to_plain_images():
    for make in KINDS.values():
        model = trained(chain(make())).fit(X, y)
        plain = chain(None)[:-1].fit(X, y)
        steps = model.estimator_[:-1]
        np.testing.assert_array_equal(steps.transform(X_val), plain.transform(X_val))


def test_images_held_out_for_early_stopping_are_not_distorted():
    held_out_network = network(early_stopping=True, validation_fraction=0.2, max_iter=3)
    model = trained(held_out_network, recording()).fit(X, y)
    seen = rows_in(Recorder.given)
    held_out = np.array([row.tobytes() not in seen for row in X])
    assert 40 <= held_out.sum() <= 70
    best = max(model.estimator_.validation_scores_)
    assert model.score(X[held_out], y[held_out]) == best


@pytest.mark.parametrize("prefixed", [False, True])
def test_validation_images_are_not_distorted(prefixed):
    stopping = {"early_stopping": True, "max_iter": 5}
    model = trained(chain(network(**stopping)), recording())
    if prefixed:  # the names of Pipeline.fit; it does not transform X_val
        images = chain(None)[:-1].fit(X, y).transform(X_val)
        model.fit(X, y, digits__X_val=images, digits__y_val=y_val)
    else:
        model.fit(X, y, X_val=X_val, y_val=y_val)
    last = model.estimator_["digits"]
    assert model.score(X_val, y_val) == max(last.validation_scores_)
    assert not rows_in(Recorder.given) & rows_in([X_val])


@each_kind
def test_fitted_estimator_predicts_without_the_distorter(make):
    model = trained(chain(make()), recording()).fit(X, y)
    n_calls = len(Recorder.given)
    assert same_scores(model, model.estimator_)
    np.testing.assert_array_equal(model.predict(X_val), model.estimator_.predict(X_val))
    assert model.score(X_val, y_val) == model.estimator_.score(X_val, y_val)
    assert len(Recorder.given) == n_calls
    assert "distort" not in str(vars(model.estimator_["digits"]).values()).lower()


@pytest.mark.parametrize("kind", [list, np.array, pd.Series])
def test_groups_are_repeated_with_the_images(kind):
    groups = kind([number // 10 for number in range(len(y))])
    search = GridSearchCV(GaussianNB(), {"var_smoothing": [1e-3]}, cv=GroupKFold(2))
    model = trained(search, NONE).fit(X, y, groups=groups)
    by_hand = clone(search).fit(np.tile(X, (3, 1)), np.tile(y, 3), groups=np.tile(groups, 3))
    assert model.estimator_.best_score_ == by_hand.best_score_
