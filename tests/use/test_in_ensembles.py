"""Compare ensembles of scikit-learn with the same ensembles built by hand."""

from functools import partial

import numpy as np
import pytest
from helpers import small_classifier, small_transformer
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.pipeline import make_pipeline

X, y = load_digits(return_X_y=True)
X, y, X_test, y_test = X[:300], y[:300], X[300:900], y[300:900]
# Fewer than 128 images are one batch. Then a weight of 2 is equivalent to a repeated image.
FEW = slice(0, 100)
network = partial(small_classifier, max_iter=10)


def features(**parameters):
    return make_pipeline(small_transformer("patches"), network(**parameters))


def two_models():
    return [("pixels", network()), ("features", features())]


@pytest.mark.parametrize("weights", [None, [3, 1]])
def test_soft_voting_averages_probabilities(weights):
    vote = VotingClassifier(two_models(), voting="soft", weights=weights).fit(X, y)
    each = [model.fit(X, y).predict_proba(X_test) for _, model in two_models()]
    mean = np.average(each, axis=0, weights=weights)
    np.testing.assert_allclose(vote.predict_proba(X_test), mean, rtol=1e-12)
    np.testing.assert_array_equal(vote.predict(X_test), mean.argmax(axis=1))


def test_hard_voting_of_strings_returns_the_majority():
    words = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "8", "9"])[y]
    models = [(f"model {i}", network(random_state=i, max_iter=2)) for i in range(3)]
    vote = VotingClassifier(models, voting="hard").fit(X, words)
    each = np.stack([clone(model).fit(X, words).predict(X_test) for _, model in models])
    agreed = each[0] == each[1]
    assert 0.2 < agreed.mean() < 1
    np.testing.assert_array_equal(vote.predict(X_test)[agreed], each[0][agreed])


@pytest.mark.parametrize("last", [LogisticRegression(max_iter=2000), network()], ids=str)
def test_stacking_trains_the_last_model_on_cross_validated_probabilities(last):
    folds = StratifiedKFold(3)
    stack = StackingClassifier(two_models(), last, cv=folds).fit(X, y)
    columns = [
        cross_val_predict(model, X, y, cv=folds, method="predict_proba")
        for _, model in two_models()
    ]
    by_hand = clone(last).fit(np.hstack(columns), y)
    each = [model.fit(X, y).predict_proba(X_test) for _, model in two_models()]
    np.testing.assert_array_equal(stack.transform(X_test), np.hstack(each))
    expected = by_hand.predict_proba(np.hstack(each))
    np.testing.assert_allclose(stack.predict_proba(X_test), expected, atol=1e-4)


def test_bagging_fits_each_classifier_to_its_own_sample():
    few, labels = X[FEW], y[FEW]
    bags = BaggingClassifier(network(), n_estimators=3, max_samples=0.7, random_state=0)
    bags.fit(few, labels)
    assert len({model.random_state for model in bags.estimators_}) == 3
    for model, drawn in zip(bags.estimators_, bags.estimators_samples_, strict=True):
        assert len(drawn) == 70 > len(np.unique(drawn))
        # scikit-learn uses either weights or the drawn rows, which are equivalent here.
        by_hand = clone(model).fit(few[drawn], labels[drawn])
        found, expected = model.predict_proba(X_test), by_hand.predict_proba(X_test)
        np.testing.assert_allclose(found, expected, atol=1e-6)
    mean = np.mean([model.predict_proba(X_test) for model in bags.estimators_], axis=0)
    np.testing.assert_allclose(bags.predict_proba(X_test), mean)


def test_bagging_fits_each_classifier_to_its_own_columns():
    bags = BaggingClassifier(network(), n_estimators=3, max_features=32, bootstrap=False)
    bags.set_params(random_state=0).fit(X, y)
    for model, columns in zip(bags.estimators_, bags.estimators_features_, strict=True):
        by_hand = clone(model).fit(X[:, columns], y)
        expected = by_hand.predict_proba(X_test[:, columns])
        np.testing.assert_allclose(model.predict_proba(X_test[:, columns]), expected, atol=1e-6)


def boosted_by_hand(models, X, y):
    """Compute AdaBoost's weights of the classifiers (SAMME, Zhu et al. 2009)."""
    weights, counts = np.full(len(X), 1 / len(X)), []
    for model in models:
        wrong = clone(model).fit(X, y, sample_weight=weights).predict(X) != y
        error = weights[wrong].sum()
        counts.append(np.log((1 - error) / error) + np.log(9))
        weights = weights * np.exp(counts[-1] * wrong)
        weights /= weights.sum()
    return counts


def weak(**parameters):
    return network(hidden_layer_sizes=(), max_iter=3, learning_rate_init=0.01, **parameters)


def test_boosting_equals_boosting_by_hand():
    boost = AdaBoostClassifier(weak(), n_estimators=4, random_state=0).fit(X, y)
    assert all(0.05 < error < 0.6 for error in boost.estimator_errors_)
    counts = boosted_by_hand(boost.estimators_, X, y)
    np.testing.assert_allclose(boost.estimator_weights_, counts, rtol=1e-6)


def test_boosting_improves_the_accuracy():
    alone = weak().fit(X, y).score(X_test, y_test)
    boost = AdaBoostClassifier(weak(), n_estimators=10, random_state=0).fit(X, y)
    assert boost.score(X_test, y_test) > alone + 0.02


def test_one_vs_rest_equals_ten_binary_classifiers():
    few, labels = X[FEW], y[FEW]
    rest = OneVsRestClassifier(network(max_iter=5)).fit(few, labels)
    by_hand = [network(max_iter=5).fit(few, labels == c) for c in range(10)]
    scores = np.stack([model.predict_proba(X_test)[:, 1] for model in by_hand], axis=1)
    total = scores.sum(axis=1, keepdims=True)
    assert (total > 0).all()
    np.testing.assert_allclose(rest.predict_proba(X_test), scores / total, atol=1e-6)


def test_one_vs_one_fits_a_classifier_for_each_pair():
    pairs = OneVsOneClassifier(network(max_iter=20)).fit(X, y)
    assert len(pairs.estimators_) == 45
    three_or_eight = np.isin(y, [3, 8])
    by_hand = network(max_iter=20).fit(X[three_or_eight], y[three_or_eight] == 8)
    position = [(i, j) for i in range(10) for j in range(i + 1, 10)].index((3, 8))
    found = pairs.estimators_[position].predict_proba(X_test)
    np.testing.assert_allclose(found, by_hand.predict_proba(X_test), atol=1e-6)
