"""The classifier inside scikit-learn's ensembles: what they pass to it, and take from it."""

import numpy as np
import pytest
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

from skmnist import ConvFeatureTransformer, MLPDigitClassifier

X, y = load_digits(return_X_y=True)
X, y, X_test, y_test = X[:300], y[:300], X[300:900], y[300:900]
# Less than 128 images are one batch: then it is the same to weight an image or to repeat it.
FEW = slice(0, 100)


def network(**parameters):
    defaults = {"hidden_layer_sizes": (16,), "max_iter": 10, "random_state": 0}
    return MLPDigitClassifier(**{**defaults, **parameters})


def features(**parameters):
    convolve = ConvFeatureTransformer("patches", n_kernels=4, random_state=0)
    return make_pipeline(convolve, network(**parameters))


def two_models():
    return [("pixels", network()), ("features", features())]


@pytest.mark.parametrize("weights", [None, [3, 1]])
def test_a_soft_vote_is_the_mean_of_the_probabilities(weights):
    vote = VotingClassifier(two_models(), voting="soft", weights=weights).fit(X, y)
    each = [model.fit(X, y).predict_proba(X_test) for _, model in two_models()]
    mean = np.average(each, axis=0, weights=weights)
    np.testing.assert_allclose(vote.predict_proba(X_test), mean, rtol=1e-12)
    np.testing.assert_array_equal(vote.predict(X_test), mean.argmax(axis=1))


def test_a_hard_vote_of_labels_that_are_words_is_that_of_the_majority():
    words = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "8", "9"])[y]
    models = [(f"model {i}", network(random_state=i, max_iter=2)) for i in range(3)]
    vote = VotingClassifier(models, voting="hard").fit(X, words)
    each = np.stack([clone(model).fit(X, words).predict(X_test) for _, model in models])
    agreed = each[0] == each[1]
    assert 0.2 < agreed.mean() < 1
    np.testing.assert_array_equal(vote.predict(X_test)[agreed], each[0][agreed])


@pytest.mark.parametrize("last", [LogisticRegression(max_iter=2000), network()], ids=str)
def test_a_stacks_last_model_is_given_probabilities_of_folds_that_were_not_trained_on(last):
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


def test_each_bag_is_a_fit_to_its_own_drawn_images():
    few, labels = X[FEW], y[FEW]
    bags = BaggingClassifier(network(), n_estimators=3, max_samples=0.7, random_state=0)
    bags.fit(few, labels)
    assert len({model.random_state for model in bags.estimators_}) == 3
    for model, drawn in zip(bags.estimators_, bags.estimators_samples_, strict=True):
        assert len(drawn) == 70 > len(np.unique(drawn))
        # scikit-learn fits them with weights, or to the drawn rows: here it is the same.
        by_hand = clone(model).fit(few[drawn], labels[drawn])
        found, expected = model.predict_proba(X_test), by_hand.predict_proba(X_test)
        np.testing.assert_allclose(found, expected, atol=1e-6)
    mean = np.mean([model.predict_proba(X_test) for model in bags.estimators_], axis=0)
    np.testing.assert_allclose(bags.predict_proba(X_test), mean)


def test_bags_of_pixels_know_which_columns_are_theirs():
    bags = BaggingClassifier(network(), n_estimators=3, max_features=32, bootstrap=False)
    bags.set_params(random_state=0).fit(X, y)
    for model, columns in zip(bags.estimators_, bags.estimators_features_, strict=True):
        by_hand = clone(model).fit(X[:, columns], y)
        expected = by_hand.predict_proba(X_test[:, columns])
        np.testing.assert_allclose(model.predict_proba(X_test[:, columns]), expected, atol=1e-6)


def boosted_by_hand(models, X, y):
    """Freund and Schapire's boosting for several classes (SAMME, Zhu et al. 2009)."""
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


def test_boosting_weighs_images_as_it_does_by_hand():
    boost = AdaBoostClassifier(weak(), n_estimators=4, random_state=0).fit(X, y)
    assert all(0.05 < error < 0.6 for error in boost.estimator_errors_)
    counts = boosted_by_hand(boost.estimators_, X, y)
    np.testing.assert_allclose(boost.estimator_weights_, counts, rtol=1e-6)


def test_boosted_networks_are_better_than_one():
    alone = weak().fit(X, y).score(X_test, y_test)
    boost = AdaBoostClassifier(weak(), n_estimators=10, random_state=0).fit(X, y)
    assert boost.score(X_test, y_test) > alone + 0.02


def test_one_versus_the_rest_is_ten_networks_for_yes_and_no():
    few, labels = X[FEW], y[FEW]
    rest = OneVsRestClassifier(network(max_iter=5)).fit(few, labels)
    by_hand = [network(max_iter=5).fit(few, labels == c) for c in range(10)]
    scores = np.stack([model.predict_proba(X_test)[:, 1] for model in by_hand], axis=1)
    total = scores.sum(axis=1, keepdims=True)
    assert (total > 0).all()
    np.testing.assert_allclose(rest.predict_proba(X_test), scores / total, atol=1e-6)


def test_one_versus_one_is_a_network_for_each_pair():
    pairs = OneVsOneClassifier(network(max_iter=20)).fit(X, y)
    assert len(pairs.estimators_) == 45
    three_or_eight = np.isin(y, [3, 8])
    by_hand = network(max_iter=20).fit(X[three_or_eight], y[three_or_eight] == 8)
    position = [(i, j) for i in range(10) for j in range(i + 1, 10)].index((3, 8))
    found = pairs.estimators_[position].predict_proba(X_test)
    np.testing.assert_allclose(found, by_hand.predict_proba(X_test), atol=1e-6)
