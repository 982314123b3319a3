"""Use both estimators in pipelines: caching, metadata routing, unions, data frames, clones."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
import sklearn
from helpers import small_classifier, small_transformer
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

X, y = load_digits(return_X_y=True)
X, y, X_val, y_val = X[:300], y[:300], X[300:400], y[300:400]
features = partial(small_transformer, "patches")
network = partial(small_classifier, hidden_layer_sizes=(8,), max_iter=5)


def steps(**parameters):
    return [("features", features(**parameters)), ("digits", network())]


def same_predictions(one, other, X=X_val):
    return one.predict_proba(X).tobytes() == other.predict_proba(X).tobytes()


def files_in(folder):
    return {path for path in folder.rglob("*") if path.name == "output.pkl"}


def test_memory_changes_no_prediction_and_restores_the_transformer(tmp_path):
    plain = Pipeline(steps()).fit(X, y)
    first = Pipeline(steps(), memory=str(tmp_path)).fit(X, y)
    again = clone(first).fit(X, y)
    assert len(files_in(tmp_path)) == 1
    assert same_predictions(first, plain)
    assert same_predictions(again, plain)
    kernels = plain["features"].kernels_[0]
    assert again["features"].kernels_[0].tobytes() == kernels.tobytes()


@pytest.mark.parametrize(
    ("change", "n_more"),
    [({"digits__alpha": 0.1}, 0), ({"features__n_kernels": 5}, 1), ({"features__pool": None}, 1)],
)
def test_memory_recomputes_only_for_transformer_changes(tmp_path, change, n_more):
    pipeline = Pipeline(steps(), memory=str(tmp_path)).fit(X, y)
    before = files_in(tmp_path)
    pipeline.set_params(**change).fit(X, y)
    assert len(files_in(tmp_path)) == len(before) + n_more == 1 + n_more
    pipeline.fit(X_val, y_val)
    assert len(files_in(tmp_path)) == 2 + n_more


def test_memory_does_not_change_a_fitted_transformer(tmp_path):
    convolve = features().fit(X_val)
    before = convolve.transform(X_val)
    Pipeline([("features", convolve), ("digits", network())], memory=str(tmp_path)).fit(X, y)
    assert convolve.transform(X_val).tobytes() == before.tobytes()


def test_validation_images_are_transformed_by_all_steps(tmp_path):
    stopping = {"early_stopping": True, "max_iter": 12, "n_iter_no_change": 3}
    with sklearn.config_context(enable_metadata_routing=True):
        classifier = network(**stopping)
        chain = [
            ("scale", StandardScaler()),
            ("features", features()),
            ("pca", PCA(20, random_state=0)),
            ("digits", classifier),
        ]
        pipeline = Pipeline(chain, transform_input=["X_val"], memory=str(tmp_path))
        pipeline.fit(X, y, X_val=X_val, y_val=y_val)
    by_hand = Pipeline([(name, clone(step)) for name, step in chain[:-1]])
    columns = by_hand.fit_transform(X, y)
    alone = network(**stopping).fit(columns, y, X_val=by_hand.transform(X_val), y_val=y_val)
    assert pipeline["digits"].validation_scores_ == alone.validation_scores_
    assert pipeline.score(X_val, y_val) == max(alone.validation_scores_)


def test_weights_and_validation_images_are_routed_together():
    weights = np.linspace(0, 1, len(y))
    with sklearn.config_context(enable_metadata_routing=True):
        classifier = network().set_fit_request(sample_weight=True)
        chain = [("features", features()), ("digits", classifier)]
        pipeline = Pipeline(chain, transform_input=["X_val"])
        pipeline.fit(X, y, sample_weight=weights, X_val=X_val, y_val=y_val)
    convolve = features().fit(X, y)
    by_hand = network().fit(
        convolve.transform(X), y, weights, X_val=convolve.transform(X_val), y_val=y_val
    )
    assert pipeline["digits"].loss_curve_ == by_hand.loss_curve_
    assert pipeline["digits"].validation_scores_ == by_hand.validation_scores_


def test_missing_transform_input_raises_an_error_that_names_it():
    with sklearn.config_context(enable_metadata_routing=True):
        classifier = network()
        pipeline = Pipeline([("features", features()), ("digits", classifier)])
        with pytest.raises(ValueError, match=r"transform_input=\['X_val'\]"):
            pipeline.fit(X, y, X_val=X_val, y_val=y_val)


def test_feature_union_concatenates_columns():
    union = FeatureUnion([("patches", features()), ("strokes", small_transformer("strokes"))])
    pipeline = Pipeline([("features", union), ("digits", network())]).fit(X, y)
    one, other = features().fit(X, y), small_transformer("strokes").fit(X, y)

    def columns(X):
        return np.hstack([one.transform(X), other.transform(X)])

    by_hand = network().fit(columns(X), y)
    assert (
        pipeline.predict_proba(X_val).tobytes() == by_hand.predict_proba(columns(X_val)).tobytes()
    )


def test_data_frames_change_no_prediction():
    frame = pd.DataFrame(X).add_prefix("pixel_").set_index(np.arange(len(X))[::-1])
    pipeline = Pipeline([("scale", StandardScaler()), *steps()]).set_output(transform="pandas")
    pipeline.fit(frame, y)
    columns = pipeline[:-1].transform(frame)
    assert columns.index.tolist() == frame.index.tolist()
    names = pipeline[:-1].get_feature_names_out().tolist()
    assert columns.columns.tolist() == names
    assert pipeline["digits"].feature_names_in_.tolist() == names
    plain = Pipeline([("scale", StandardScaler()), *steps()]).fit(X, y)
    # A frame stores its numbers column by column, so the last digits of sums differ.
    np.testing.assert_allclose(pipeline.predict_proba(frame), plain.predict_proba(X), atol=1e-9)


def test_data_frames_with_reordered_columns_raise_an_error():
    frame = pd.DataFrame(X).add_prefix("pixel_")
    pipeline = Pipeline(steps()).set_output(transform="pandas").fit(frame, y)
    with pytest.raises(ValueError, match="feature names should match"):
        pipeline.predict(frame[frame.columns[::-1]])


def test_clones_of_fitted_pipelines_are_unfitted_and_learn_the_same():
    pipeline = Pipeline(steps(pool="mean")).fit(X, y)
    copy = clone(pipeline)
    assert copy["features"].pool == "mean"
    for part in (copy, copy["features"], copy["digits"]):
        with pytest.raises(NotFittedError):
            check_is_fitted(part)
    assert same_predictions(copy.fit(X, y), pipeline)


def test_changed_parameters_require_a_new_fit():
    pipeline = Pipeline(steps()).fit(X, y)
    pipeline.set_params(features__n_kernels=5)
    with pytest.raises(NotFittedError, match=r"n_kernels was 4|Pipeline is not fitted"):
        pipeline.predict(X_val)
    assert pipeline.fit(X, y).predict(X_val).shape == (100,)
