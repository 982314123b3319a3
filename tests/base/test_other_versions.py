"""Models saved by other versions or in other formats, and models loaded as memory maps."""

import pickle
import warnings

import joblib
import numpy as np
import pytest
from helpers import small_classifier as small
from helpers import small_transformer
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline

import skmnist
from skmnist import ConvFeatureTransformer, MLPDigitClassifier

X, y = load_digits(return_X_y=True)
X, y = X[:300], y[:300]
ESTIMATORS = [MLPDigitClassifier, ConvFeatureTransformer]


def pipeline(**parameters):
    return make_pipeline(small_transformer("kmeans"), small(**parameters)).fit(X, y)


def state_of(estimator, **changes):
    """Return the state of an estimator in a pickle, with changes; None removes a value."""
    state = {**estimator.__getstate__(), **changes}
    return {name: value for name, value in state.items() if name not in changes or value}


@pytest.mark.parametrize("kind", ESTIMATORS)
@pytest.mark.parametrize("version", ["0.0.1", None])
def test_loading_a_model_of_another_version_warns(kind, version):
    message = f"saved by skmnist {version or 'an unknown version'} .* skmnist {skmnist.__version__}"
    loaded = kind()
    with pytest.warns(UserWarning, match=message):
        loaded.__setstate__(state_of(kind(random_state=5), _skmnist_version=version))
    assert loaded.random_state == 5
    assert vars(loaded).keys() == loaded.get_params().keys()


@pytest.mark.parametrize("kind", ESTIMATORS)
@pytest.mark.parametrize(("number", "saved_as"), [(9, 9), (1, 1), (None, 1)])
def test_loading_another_format_raises_error(kind, number, saved_as):
    state = state_of(kind(), _skmnist_version="9.1", _skmnist_format=number)
    message = f"saved by skmnist 9.1 in format {saved_as}, .* reads format 2. Install skmnist 9.1, "
    with pytest.raises(ValueError, match=f"{message}or fit"):
        kind().__setstate__(state)


def test_loading_a_pipeline_of_another_version_warns_once():
    data = pickle.dumps(make_pipeline(ConvFeatureTransformer(), MLPDigitClassifier()), 4)
    this = skmnist.__version__.encode()
    other = b"9" * len(this)
    before = b"_skmnist_version\x94\x8c%c" % len(this)
    # The second estimator's version is a reference to the first one's.
    changed = data.replace(before + this, before + other)
    assert changed != data
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        pickle.loads(changed)
    [warning] = caught
    assert f"saved by skmnist {other.decode()}" in str(warning.message)


@pytest.mark.parametrize("mode", ["r", "c"])
def test_memory_mapped_model_predicts_like_the_saved_model(tmp_path, mode):
    model, path = pipeline(), tmp_path / "model.joblib"
    joblib.dump(model, path)
    mapped = joblib.load(path, mmap_mode=mode)
    assert isinstance(mapped[1].coefs_[0], np.memmap)
    np.testing.assert_array_equal(mapped.predict(X), model.predict(X))
    np.testing.assert_allclose(mapped.decision_function(X), model.decision_function(X), atol=1e-6)
    np.testing.assert_allclose(mapped[0].transform(X), model[0].transform(X), atol=1e-6)


def resume(model):
    return model.set_params(max_iter=5, schedule_iter=5).fit(X, y)


WAYS_TO_RESUME = {
    "warm start": ({"warm_start": True}, resume),
    "warm start with adam": ({"warm_start": True, "solver": "adam"}, resume),
    "warm start without a run": ({}, lambda model: resume(model.set_params(warm_start=True))),
    "stream": ({}, lambda model: model.partial_fit(X, y)),
}


@pytest.mark.parametrize("mode", ["r", "c"])
@pytest.mark.parametrize("way", WAYS_TO_RESUME)
def test_training_resumes_from_memory_map_without_changing_the_file(tmp_path, way, mode):
    parameters, train = WAYS_TO_RESUME[way]
    model, path = small(**parameters).fit(X, y), tmp_path / "model.joblib"
    joblib.dump(model, path)
    before = path.read_bytes()
    mapped = joblib.load(path, mmap_mode=mode)
    train(mapped)
    np.testing.assert_allclose(mapped.coefs_[0], train(model).coefs_[0], atol=1e-5)
    assert {type(W) for W in mapped.coefs_ + mapped._run.state.coefs} == {np.ndarray}
    assert path.read_bytes() == before
