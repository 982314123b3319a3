"""Search over both steps of a pipeline, and compare each fold with a fit by hand."""

from functools import partial

import joblib
import numpy as np
import pytest
import sklearn
from helpers import small_classifier, small_transformer
from scipy.stats import loguniform, randint
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    StratifiedKFold,
    cross_validate,
)
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

X, y = load_digits(return_X_y=True)
X, y, X_val, y_val = X[:300], y[:300], X[300:450], y[300:450]
FOLDS = list(StratifiedKFold(2).split(X, y))
network = partial(small_classifier, hidden_layer_sizes=(8,), max_iter=6)


def pipeline(classifier=None, memory=None, **parameters):
    steps = [("features", small_transformer("patches")), ("digits", classifier or network())]
    return Pipeline(steps, memory=memory).set_params(**parameters)


GRID = {"features__n_kernels": [2, 6], "digits__alpha": [0.0, 0.1]}
DRAWN = {"features__n_kernels": randint(1, 8), "digits__alpha": loguniform(1e-4, 1)}
SEARCHES = {
    "grid": lambda model: GridSearchCV(model, GRID, cv=2),
    "random": lambda model: RandomizedSearchCV(model, DRAWN, n_iter=4, cv=2, random_state=0),
    "halving images": lambda model: HalvingGridSearchCV(
        model, GRID, cv=2, factor=2, min_resources=100, random_state=0
    ),
    "halving epochs": lambda model: HalvingGridSearchCV(
        model, GRID, cv=2, factor=2, resource="digits__max_iter", max_resources=4, random_state=0
    ),
}


def fitted(search, **settings):
    """Fit with one BLAS thread in every process, so that results are bit-identical."""
    search.set_params(error_score="raise", **settings)
    one_thread = joblib.parallel_config("loky", inner_max_num_threads=1)
    with threadpool_limits(1, user_api="blas"), one_thread:
        return search.fit(X, y)


@pytest.mark.parametrize("name", list(SEARCHES))
def test_two_processes_find_the_same_as_one(name):
    one = fitted(SEARCHES[name](pipeline()), n_jobs=1)
    two = fitted(SEARCHES[name](pipeline()), n_jobs=2)
    assert two.cv_results_["params"] == one.cv_results_["params"]
    for column in ("split0_test_score", "split1_test_score", "rank_test_score"):
        np.testing.assert_array_equal(two.cv_results_[column], one.cv_results_[column])
    assert two.best_params_ == one.best_params_
    assert two.predict_proba(X_val).tobytes() == one.predict_proba(X_val).tobytes()


@pytest.mark.parametrize("name", ["grid", "random"])
def test_scores_equal_fits_by_hand(name):
    search = fitted(SEARCHES[name](pipeline()), cv=FOLDS)
    for candidate, params in enumerate(search.cv_results_["params"]):
        for number, (train, test) in enumerate(FOLDS):
            by_hand = pipeline(**params).fit(X[train], y[train])
            score = search.cv_results_[f"split{number}_test_score"][candidate]
            assert score == by_hand.score(X[test], y[test])


def test_halving_over_epochs_trains_the_best_candidate_longest():
    search = fitted(SEARCHES["halving epochs"](pipeline()))
    assert search.n_resources_ == [1, 2, 4]
    assert search.n_candidates_ == [4, 2, 1]
    assert search.best_estimator_["digits"].n_iter_ == 4


def test_two_processes_can_share_a_memory(tmp_path):
    plain = fitted(SEARCHES["grid"](pipeline()))
    shared = SEARCHES["grid"](pipeline(memory=str(tmp_path)))
    for _ in range(2):
        fitted(shared, n_jobs=2)
        for column in ("split0_test_score", "split1_test_score"):
            np.testing.assert_array_equal(shared.cv_results_[column], plain.cv_results_[column])
    # Two numbers of kernels in two folds, and the best of them on all images.
    assert len([*tmp_path.rglob("output.pkl")]) == 2 * 2 + 1


def test_clones_of_fitted_searches_find_the_same():
    search = fitted(SEARCHES["random"](pipeline()))
    copy = clone(search)
    assert not hasattr(copy, "best_params_")
    fitted(copy)
    assert copy.best_params_ == search.best_params_
    assert copy.predict_proba(X_val).tobytes() == search.predict_proba(X_val).tobytes()


def test_each_fold_holds_out_its_own_rows_for_early_stopping():
    stopping = {"early_stopping": True, "n_iter_no_change": 3, "max_iter": 40}
    grid = {"digits__validation_fraction": [0.1, 0.3]}
    model = pipeline(network(**stopping, learning_rate="constant"))
    search = fitted(GridSearchCV(model, grid, cv=FOLDS))
    best = search.best_estimator_["digits"]
    assert best.best_iter_ < best.n_iter_ < 40
    for candidate, fraction in enumerate(grid["digits__validation_fraction"]):
        for number, (train, test) in enumerate(FOLDS):
            by_hand = clone(model).set_params(digits__validation_fraction=fraction)
            score = by_hand.fit(X[train], y[train]).score(X[test], y[test])
            assert score == search.cv_results_[f"split{number}_test_score"][candidate]


def test_every_fold_gets_all_passed_validation_images():
    with sklearn.config_context(enable_metadata_routing=True):
        classifier = network(early_stopping=True, n_iter_no_change=2, max_iter=12)
        model = pipeline(classifier, transform_input=["X_val"])
        search = GridSearchCV(model, {"digits__alpha": [0.0, 0.1]}, cv=FOLDS, error_score="raise")
        search.fit(X, y, X_val=X_val, y_val=y_val)
    for candidate, alpha in enumerate([0.0, 0.1]):
        for number, (train, test) in enumerate(FOLDS):
            convolve = clone(model["features"]).fit(X[train], y[train])
            by_hand = clone(classifier).set_params(alpha=alpha)
            images = convolve.transform(X[train]), convolve.transform(X_val)
            by_hand.fit(images[0], y[train], X_val=images[1], y_val=y_val)
            score = by_hand.score(convolve.transform(X[test]), y[test])
            assert score == search.cv_results_[f"split{number}_test_score"][candidate]
    best = search.best_estimator_
    assert best.score(X_val, y_val) == max(best["digits"].validation_scores_)


WEIGHTED = {"scoring": "accuracy", "return_estimator": True, "error_score": "raise"}


def weighted_cross_validation(X, y, weights, folds):
    """Cross-validate, with weights for the classifier and for the scores."""
    with sklearn.config_context(enable_metadata_routing=True):
        model = pipeline(network().set_fit_request(sample_weight=True), features__kernels="strokes")
        scorer = sklearn.metrics.get_scorer("accuracy").set_score_request(sample_weight=True)
        params = {"sample_weight": weights}
        settings = {**WEIGHTED, "scoring": scorer, "cv": folds, "params": params}
        return cross_validate(model, X, y, **settings)


def predictions(results):
    return [model.predict_proba(X_val) for model in results["estimator"]]


def test_weight_0_is_equivalent_to_a_missing_image_in_a_cross_validation():
    weights = np.where(np.arange(300) % 3 == 0, 0.0, 1.0)
    kept = np.flatnonzero(weights)
    place = np.cumsum(weights).astype(int) - 1
    fewer = [tuple(place[part[weights[part] > 0]] for part in fold) for fold in FOLDS]
    found = weighted_cross_validation(X, y, weights, FOLDS)
    expected = weighted_cross_validation(X[kept], y[kept], np.ones(len(kept)), fewer)
    np.testing.assert_allclose(found["test_score"], expected["test_score"])
    np.testing.assert_allclose(predictions(found), predictions(expected), atol=1e-6)
    plain = weighted_cross_validation(X, y, np.ones(300), FOLDS)
    assert np.abs(np.subtract(predictions(found), predictions(plain))).max() > 0.01


def test_integer_weights_are_equivalent_to_repeated_images_in_a_cross_validation():
    few, labels = X[:120], y[:120]
    counts = 1 + np.arange(120) % 3
    row = np.repeat(np.arange(120), counts)
    folds = list(StratifiedKFold(2).split(few, labels))
    repeated = [tuple(np.flatnonzero(np.isin(row, part)) for part in fold) for fold in folds]
    found = weighted_cross_validation(few, labels, counts, folds)
    expected = weighted_cross_validation(few[row], labels[row], np.ones(len(row)), repeated)
    np.testing.assert_allclose(found["test_score"], expected["test_score"])
    np.testing.assert_allclose(predictions(found), predictions(expected), atol=1e-6)


def test_weights_passed_to_a_search_reach_the_folds_and_the_best_model():
    weights = np.where(y == 3, 0.0, 1.0)
    with sklearn.config_context(enable_metadata_routing=True):
        model = pipeline(network(max_iter=30).set_fit_request(sample_weight=True))
        search = GridSearchCV(model, {"digits__alpha": [0.0, 0.1]}, cv=FOLDS, error_score="raise")
        scoring = sklearn.metrics.make_scorer(lambda y, predicted: (predicted == 3).mean())
        search.set_params(scoring=scoring.set_score_request(sample_weight=False))
        found = search.fit(X, y, sample_weight=weights)
    assert found.cv_results_["mean_test_score"].tolist() == [0, 0]
    assert not (found.predict(X_val) == 3).any()
    assert (clone(model).fit(X, y).predict(X_val) == 3).any()
