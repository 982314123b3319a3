"""Both estimators in pipelines: memories, metadata on its way through, unions, frames, clones."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from skmnist import ConvFeatureTransformer, MLPDigitClassifier

X, y = load_digits(return_X_y=True)
X, y, X_val, y_val = X[:300], y[:300], X[300:400], y[300:400]


def features(kernels="patches", **parameters):
    return ConvFeatureTransformer(kernels, n_kernels=4, random_state=0, **parameters)


def network(**parameters):
    defaults = {"hidden_layer_sizes": (8,), "max_iter": 5, "random_state": 0}
    return MLPDigitClassifier(**{**defaults, **parameters})


def steps(**parameters):
    return [("features", features(**parameters)), ("digits", network())]


def same_predictions(one, other, X=X_val):
    return one.predict_proba(X).tobytes() == other.predict_proba(X).tobytes()


def files_in(folder):
    return {path for path in folder.rglob("*") if path.name == "output.pkl"}


def test_a_memory_changes_no_prediction_and_gives_back_the_fitted_transformer(tmp_path):
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
def test_a_memory_is_asked_again_for_what_the_transformer_is_and_nothing_else(
    tmp_path, change, n_more
):
    pipeline = Pipeline(steps(), memory=str(tmp_path)).fit(X, y)
    before = files_in(tmp_path)
    pipeline.set_params(**change).fit(X, y)
    assert len(files_in(tmp_path)) == len(before) + n_more == 1 + n_more
    pipeline.fit(X_val, y_val)
    assert len(files_in(tmp_path)) == 2 + n_more


def test_a_transformer_fitted_outside_is_not_changed_by_a_pipeline_with_a_memory(tmp_path):
    convolve = features().fit(X_val)
    before = convolve.transform(X_val)
    Pipeline([("features", convolve), ("digits", network())], memory=str(tmp_path)).fit(X, y)
    assert convolve.transform(X_val).tobytes() == before.tobytes()


def test_validation_images_go_through_all_steps_and_a_memory(tmp_path):
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


def test_weights_and_validation_images_are_routed_side_by_side():
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


def test_a_forgotten_transform_input_is_an_error_that_names_it():
    with sklearn.config_context(enable_metadata_routing=True):
        classifier = network()
        pipeline = Pipeline([("features", features()), ("digits", classifier)])
        with pytest.raises(ValueError, match=r"transform_input=\['X_val'\]"):
            pipeline.fit(X, y, X_val=X_val, y_val=y_val)


def test_a_union_of_two_transformers_is_their_columns_side_by_side():
    union = FeatureUnion([("patches", features()), ("strokes", features("strokes"))])
    pipeline = Pipeline([("features", union), ("digits", network())]).fit(X, y)
    one, other = features().fit(X, y), features("strokes").fit(X, y)

    def columns(X):
        return np.hstack([one.transform(X), other.transform(X)])

    by_hand = network().fit(columns(X), y)
    assert (
        pipeline.predict_proba(X_val).tobytes() == by_hand.predict_proba(columns(X_val)).tobytes()
    )


def test_frames_run_through_a_whole_pipeline_and_change_no_prediction():
    frame = pd.DataFrame(X).add_prefix("pixel_").set_index(np.arange(len(X))[::-1])
    pipeline = Pipeline([("scale", StandardScaler()), *steps()]).set_output(transform="pandas")
    pipeline.fit(frame, y)
    columns = pipeline[:-1].transform(frame)
    assert columns.index.tolist() == frame.index.tolist()
    names = pipeline[:-1].get_feature_names_out().tolist()
    assert columns.columns.tolist() == names
    assert pipeline["digits"].feature_names_in_.tolist() == names
    plain = Pipeline([("scale", StandardScaler()), *steps()]).fit(X, y)
    # A frame's numbers lie column by column in the memory, so sums have other last digits.
    np.testing.assert_allclose(pipeline.predict_proba(frame), plain.predict_proba(X), atol=1e-9)


def test_a_frame_whose_pixels_were_mixed_up_is_refused_by_the_pipeline():
    frame = pd.DataFrame(X).add_prefix("pixel_")
    pipeline = Pipeline(steps()).set_output(transform="pandas").fit(frame, y)
    with pytest.raises(ValueError, match="feature names should match"):
        pipeline.predict(frame[frame.columns[::-1]])


def test_a_clone_of_a_fitted_pipeline_is_not_fitted_and_learns_the_same():
    pipeline = Pipeline(steps(pool="mean")).fit(X, y)
    copy = clone(pipeline)
    assert copy["features"].pool == "mean"
    for part in (copy, copy["features"], copy["digits"]):
        with pytest.raises(NotFittedError):
            check_is_fitted(part)
    assert same_predictions(copy.fit(X, y), pipeline)


def test_a_changed_parameter_of_a_fitted_pipeline_asks_for_a_new_fit():
    pipeline = Pipeline(steps()).fit(X, y)
    pipeline.set_params(features__n_kernels=5)
    with pytest.raises(NotFittedError, match=r"n_kernels was 4|Pipeline is not fitted"):
        pipeline.predict(X_val)
    assert pipeline.fit(X, y).predict(X_val).shape == (100,)
