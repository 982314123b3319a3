"""What another version or format saved, and what is mapped from a file instead of read."""

import pickle
import warnings

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline

import skmnist
from skmnist import ConvFeatureTransformer, MLPDigitClassifier

X, y = load_digits(return_X_y=True)
X, y = X[:300], y[:300]
ESTIMATORS = [MLPDigitClassifier, ConvFeatureTransformer]


def small(**parameters):
    defaults = {"hidden_layer_sizes": (16,), "max_iter": 3, "random_state": 0}
    return MLPDigitClassifier(**{**defaults, **parameters})


def pipeline(**parameters):
    features = ConvFeatureTransformer(n_kernels=4, random_state=0)
    return make_pipeline(features, small(**parameters)).fit(X, y)


def state_of(estimator, **changes):
    """Return what a pickle of an estimator holds, with some of it changed; None leaves it out."""
    state = {**estimator.__getstate__(), **changes}
    return {name: value for name, value in state.items() if name not in changes or value}


@pytest.mark.parametrize("kind", ESTIMATORS)
@pytest.mark.parametrize("version", ["0.0.1", None])
def test_loading_what_another_version_saved_warns(kind, version):
    said = f"saved by skmnist {version or 'an unknown version'} .* skmnist {skmnist.__version__}"
    loaded = kind()
    with pytest.warns(UserWarning, match=said):
        loaded.__setstate__(state_of(kind(random_state=5), _skmnist_version=version))
    assert loaded.random_state == 5
    assert vars(loaded).keys() == loaded.get_params().keys()


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_a_format_that_is_not_known_is_refused(kind):
    state = state_of(kind(), _skmnist_version="9.1", _skmnist_format=2)
    said = "saved by skmnist 9.1 in format 2, .* reads format 1: install skmnist 9.1, or fit"
    with pytest.raises(ValueError, match=said):
        kind().__setstate__(state)


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_what_was_saved_before_formats_had_numbers_is_read(kind):
    loaded = kind()
    loaded.__setstate__(state_of(kind(random_state=5), _skmnist_format=None))
    assert loaded.random_state == 5


def test_a_pipeline_of_another_version_warns_once():
    data = pickle.dumps(make_pipeline(ConvFeatureTransformer(), MLPDigitClassifier()), 4)
    here = skmnist.__version__.encode()
    there = b"9" * len(here)
    before = b"_skmnist_version\x94\x8c%c" % len(here)
    # The second estimator's version is a reference to the first one's.
    changed = data.replace(before + here, before + there)
    assert changed != data
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        pickle.loads(changed)
    [warning] = caught
    assert f"saved by skmnist {there.decode()}" in str(warning.message)


@pytest.mark.parametrize("mode", ["r", "c"])
def test_a_memory_map_predicts_as_the_model_does(tmp_path, mode):
    model, path = pipeline(), tmp_path / "model.joblib"
    joblib.dump(model, path)
    mapped = joblib.load(path, mmap_mode=mode)
    assert isinstance(mapped[1].coefs_[0], np.memmap)
    np.testing.assert_array_equal(mapped.predict(X), model.predict(X))
    np.testing.assert_allclose(mapped.decision_function(X), model.decision_function(X), atol=1e-6)
    np.testing.assert_allclose(mapped[0].transform(X), model[0].transform(X), atol=1e-6)


def fit_on(model):
    return model.set_params(max_iter=5, schedule_iter=5).fit(X, y)


WAYS_ON = {
    "warm start": ({"warm_start": True}, fit_on),
    "warm start with adam": ({"warm_start": True, "solver": "adam"}, fit_on),
    "warm start without a run": ({}, lambda model: fit_on(model.set_params(warm_start=True))),
    "stream": ({}, lambda model: model.partial_fit(X, y)),
}


@pytest.mark.parametrize("mode", ["r", "c"])
@pytest.mark.parametrize("way", WAYS_ON)
def test_training_goes_on_from_a_memory_map_and_leaves_the_file_alone(tmp_path, way, mode):
    parameters, go_on = WAYS_ON[way]
    model, path = small(**parameters).fit(X, y), tmp_path / "model.joblib"
    joblib.dump(model, path)
    before = path.read_bytes()
    mapped = joblib.load(path, mmap_mode=mode)
    go_on(mapped)
    np.testing.assert_allclose(mapped.coefs_[0], go_on(model).coefs_[0], atol=1e-5)
    assert {type(W) for W in mapped.coefs_ + mapped._run.state.coefs} == {np.ndarray}
    assert path.read_bytes() == before
