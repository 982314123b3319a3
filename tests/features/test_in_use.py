"""ConvFeatureTransformer in pipelines, searches, data frames, files, threads and callbacks."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from helpers import small_classifier, small_transformer
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from skmnist import ConvFeatureTransformer
from skmnist.datasets import load_xo

try:
    from sklearn import callback as callbacks
except ImportError:
    callbacks = None

X, y = load_digits(return_X_y=True)
X, y = X[:200], y[:200]
needs_callbacks = pytest.mark.skipif(callbacks is None, reason="scikit-learn has no callbacks yet")


network = partial(small_classifier, hidden_layer_sizes=(8,), max_iter=5)


@pytest.mark.parametrize("kernels", ["strokes", "patches"])
def test_features_classify_shifted_letters_that_pixels_do_not(kernels):
    xo = load_xo()
    linear = network(hidden_layer_sizes=(), max_iter=50)
    convolve = small_transformer(kernels, n_kernels=8, kernel_size=3, pool="max", pool_size=3)
    features = make_pipeline(convolve, linear).fit(xo.data, xo.target)
    scores = {}
    for variant in ("shifted", "rotated", "thicker"):
        letters = load_xo(variant=variant, n_samples=200, random_state=0)
        scores[variant] = features.score(letters.data, letters.target)
    assert min(scores.values()) > 0.95
    shifted = load_xo(variant="shifted", n_samples=200, random_state=0)
    pixels = linear.fit(xo.data, xo.target)
    assert pixels.score(xo.data, xo.target) == 1
    assert pixels.score(shifted.data, shifted.target) < 0.6


class Counted(ConvFeatureTransformer):
    """A transformer that creates a file in a folder each time it is fitted."""

    folder = None

    def fit(self, X, y=None):
        number = len(list(Path(self.folder).iterdir()))
        (Path(self.folder) / str(number)).touch()
        return super().fit(X, y)


def test_search_over_the_classifier_uses_cached_features(tmp_path):
    Counted.folder = tmp_path / "fits"
    Counted.folder.mkdir()
    steps = [("convfeatures", Counted("random", random_state=0)), ("linear", network())]
    pipeline = Pipeline(steps, memory=str(tmp_path / "cache"))
    grid = {
        "convfeatures__n_kernels": [2, 3],
        "convfeatures__pool": ["max", None],
        "linear__alpha": [0, 0.1, 1],
    }
    search = GridSearchCV(pipeline, grid, cv=2, refit=False, error_score="raise")

    def n_fits():
        return len(list(Counted.folder.iterdir()))

    scores = search.fit(X, y).cv_results_["mean_test_score"]
    assert n_fits() == 2 * 2 * 2
    again = search.fit(X, y).cv_results_["mean_test_score"]
    assert n_fits() == 2 * 2 * 2
    np.testing.assert_array_equal(again, scores)
    without = search.set_params(estimator__memory=None).fit(X, y).cv_results_["mean_test_score"]
    assert n_fits() == 8 + 4 * 3 * 2
    np.testing.assert_array_equal(without, scores)


def test_data_frames_have_the_column_names():
    model = small_transformer().set_output(transform="pandas")
    frame = pd.DataFrame(X).add_prefix("pixel_").set_index(np.arange(200)[::-1])
    found = model.fit(frame).transform(frame)
    assert found.columns.tolist() == model.get_feature_names_out().tolist()
    assert found.index.tolist() == frame.index.tolist()
    plain = small_transformer().fit(X).transform(X)
    np.testing.assert_array_equal(found.to_numpy(), plain)
    row, column, kernel = 1, 2, 3
    image = model.feature_maps(frame)[:, row, column, kernel]
    np.testing.assert_array_equal(found[f"random{kernel}+_{row}_{column}"], image)


def test_polars_frames_have_the_column_names():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(X, schema=[f"pixel_{i}" for i in range(64)])
    model = small_transformer().set_output(transform="polars").fit(frame)
    found = model.transform(frame)
    assert isinstance(found, polars.DataFrame)
    assert found.columns == model.get_feature_names_out().tolist()
    np.testing.assert_array_equal(found.to_numpy(), small_transformer().fit(X).transform(X))


def test_column_names_of_a_union_are_unique():
    union = FeatureUnion(
        [("one", small_transformer("pca")), ("other", small_transformer("strokes", pool=None))]
    )
    columns, names = union.fit_transform(X, y), union.get_feature_names_out()
    assert len(set(names)) == len(names) == columns.shape[1]
    strokes = small_transformer("strokes", pool=None).fit(X)
    column = names.tolist().index("other__rising-_5_4")
    np.testing.assert_array_equal(columns[:, column], strokes.feature_maps(X)[:, 5, 4, 5])


def test_pipeline_transforms_validation_images():
    train, rest = slice(0, 150), slice(150, 200)
    with sklearn.config_context(enable_metadata_routing=True):
        classifier = network()
        steps = [("convfeatures", small_transformer("patches")), ("digits", classifier)]
        pipeline = Pipeline(steps, transform_input=["X_val"])
        pipeline.fit(X[train], y[train], X_val=X[rest], y_val=y[rest])
    convolve = small_transformer("patches").fit(X[train], y[train])
    by_hand = network().fit(
        convolve.transform(X[train]), y[train], X_val=convolve.transform(X[rest]), y_val=y[rest]
    )
    assert pipeline["digits"].validation_scores_ == by_hand.validation_scores_
    assert len(by_hand.validation_scores_) == 5


ROUND_TRIPS = {
    "pickle": lambda model, path: pickle.loads(pickle.dumps(model)),
    "deepcopy": lambda model, path: copy.deepcopy(model),
    "joblib": lambda model, path: joblib.load(joblib.dump(model, path)[0]),
    "memory map": lambda model, path: joblib.load(joblib.dump(model, path)[0], mmap_mode="r"),
}
PARAMETERS = {
    "learned": partial(small_transformer, "kmeans", kernel_size=3, normalize="contrast"),
    "given": partial(small_transformer, (np.arange(8.0).reshape(2, 2, 2), "pca")),
    "generator": lambda: small_transformer("patches", random_state=np.random.RandomState(0)),
}


@pytest.mark.parametrize("parameters", list(PARAMETERS))
@pytest.mark.parametrize("round_trip", list(ROUND_TRIPS))
def test_saved_and_loaded_transformer_is_identical(tmp_path, parameters, round_trip):
    model = PARAMETERS[parameters]().fit(X[:40], y[:40])
    loaded = ROUND_TRIPS[round_trip](model, tmp_path / "model.joblib")
    check_is_fitted(loaded)
    assert loaded.transform(X).tobytes() == model.transform(X).tobytes()
    assert loaded.get_feature_names_out().tolist() == model.get_feature_names_out().tolist()
    loaded.set_params(kernels="strokes")
    with pytest.raises(sklearn.exceptions.NotFittedError, match=r"^kernels was"):
        loaded.transform(X)
    check_is_fitted(model)


def test_pickle_is_hardly_larger_than_the_kernels():
    model = small_transformer(n_kernels=(64, 128), kernel_size=3, pool=None).fit(X)
    n_bytes = sum(kernels.nbytes for kernels in model.kernels_)
    assert n_bytes < len(pickle.dumps(model)) < 1.05 * n_bytes


def test_threads_can_share_a_transformer():
    model = small_transformer("pca").fit(X)
    expected = model.transform(X)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda start: model.transform(X[start:]), range(8)))
    for start, columns in enumerate(found):
        assert columns.tobytes() == expected[start:].tobytes()


def test_callbacks_can_be_set_if_scikit_learn_has_them():
    assert hasattr(small_transformer(), "set_callbacks") == (callbacks is not None)


class Recorder:
    """A callback that records its calls."""

    def __init__(self):
        self.calls = []

    def setup(self, estimator, context):
        self.calls.append("setup")

    def teardown(self, estimator, context):
        self.calls.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.calls.append(f"begin {context.task_name}")

    def on_fit_task_end(self, estimator, context, *, X, y, metadata, fitted_estimator):
        self.calls.append(f"end {context.task_name}")
        self.data = X, y


@needs_callbacks
def test_callbacks_get_one_task_and_change_no_result():
    recorder = Recorder()
    model = small_transformer("pca").set_callbacks(recorder).fit(X, y)
    assert recorder.calls == ["setup", "begin fit", "end fit", "teardown"]
    assert recorder.data[0] is X
    assert recorder.data[1] is y
    plain = small_transformer("pca").fit(X, y)
    assert model.transform(X).tobytes() == plain.transform(X).tobytes()


@needs_callbacks
def test_callbacks_are_torn_down_after_fit_failed():
    recorder = Recorder()
    with pytest.raises(ValueError, match="stride"):
        small_transformer(stride=0).set_callbacks(recorder).fit(X, y)
    assert recorder.calls[-1] == "teardown"
    assert "end fit" not in recorder.calls


@needs_callbacks
def test_progress_bar_of_a_pipeline_shows_both_steps(capsys):
    pipeline = make_pipeline(small_transformer(), network()).set_callbacks(callbacks.ProgressBar())
    pipeline.fit(X, y)
    shown = capsys.readouterr().out
    assert "ConvFeatureTransformer" in shown
    assert "MLPDigitClassifier" in shown


def test_other_classifiers_learn_from_the_maps():
    words = np.array(["even", "odd"])[y % 2]
    pipeline = make_pipeline(
        small_transformer("patches"), StandardScaler(), LogisticRegression()
    ).fit(X, words)
    assert pipeline.score(X, words) > 0.9
