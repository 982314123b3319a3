"""Arrays of other libraries, in the job that has some (it sets SCIPY_ARRAY_API=1)."""

import importlib.util
import os

import numpy as np
import pytest
import sklearn
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier

LIBRARIES = ("array_api_strict", "torch")
on = os.environ.get("SCIPY_ARRAY_API") == "1" and all(map(importlib.util.find_spec, LIBRARIES))
pytestmark = pytest.mark.skipif(not on, reason="needs SCIPY_ARRAY_API=1, array_api_strict, torch")

X, y = load_digits(return_X_y=True)
X, y, X_test, y_test = X[:200].astype("f4"), y[:200], X[200:300].astype("f4"), y[200:300]


def places():
    """List the libraries and their devices that are there to be tried."""
    found = [("array_api_strict", "CPU_DEVICE"), ("array_api_strict", "device1"), ("torch", "cpu")]
    if on:
        import torch

        found += [("torch", "cuda")] * torch.cuda.is_available()
    return found


@pytest.fixture(params=places(), ids="-".join)
def put(request):
    """Return a function that puts a NumPy array to a place."""
    library, name = request.param
    xp = importlib.import_module(library)
    device = xp.Device(name) if library == "array_api_strict" else name
    with sklearn.config_context(array_api_dispatch=True):
        yield lambda array: xp.asarray(
            array.tolist(), dtype=getattr(xp, str(array.dtype)), device=device
        )


def back(array):
    """Bring an array home to NumPy, by way of nothing of ours."""
    if hasattr(array, "cpu"):
        return array.cpu().numpy()
    import array_api_strict

    return np.asarray(array.to_device(array_api_strict.Device("CPU_DEVICE")))


def small(**parameters):
    defaults = {"hidden_layer_sizes": (16,), "max_iter": 4, "random_state": 0}
    return MLPDigitClassifier(**{**defaults, **parameters})


def assert_is_there(array, like):
    assert type(array) is type(like)
    assert array.device == like.device


SETTINGS = {
    "sgd": {},
    "nesterov": {"nesterovs_momentum": True, "alpha": 0.01},
    "adam": {"solver": "adam", "alpha": 0.01},
    "dropout": {"dropout": 0.2, "input_dropout": 0.1},
    "early stopping": {"early_stopping": True},
    "ordinal": {"target_encoding": "ordinal"},
    "squared hinge": {"loss": "squared_hinge", "activation": "leaky_relu"},
    "huber": {"loss": "huber", "activation": "tanh", "output_activation": "logistic"},
    "mae": {"loss": "mae", "activation": "identity", "output_activation": "identity"},
    "balanced": {"class_weight": "balanced"},
}


@pytest.mark.parametrize("name", list(SETTINGS))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_other_arrays_learn_what_numpys_learn(name, dtype, put):
    data, test = X.astype(dtype), X_test.astype(dtype)
    ours = small(**SETTINGS[name]).fit(data, y)
    theirs = small(**SETTINGS[name]).fit(put(data), put(y))
    for array in (*theirs.coefs_, *theirs.intercepts_):
        assert_is_there(array, put(data))
    atol = 1e-3 if dtype == "float32" else 1e-9
    for method in ("decision_function", "predict_proba"):
        result = getattr(theirs, method)(put(test))
        assert_is_there(result, put(test))
        assert str(result.dtype).endswith(dtype)
        np.testing.assert_allclose(back(result), getattr(ours, method)(test), atol=atol)
    labels = theirs.predict(put(test))
    assert_is_there(labels, put(test))
    assert (back(labels) == ours.predict(test)).mean() > 0.97
    assert isinstance(theirs.classes_, np.ndarray)
    np.testing.assert_allclose(theirs.loss_curve_, ours.loss_curve_, rtol=1e-3)


def test_bytes_are_trained_on_where_they_are(put):
    theirs = small().fit(put(X.astype(np.uint8)), put(y))
    ours = small().fit(X.astype(np.uint8), y)
    assert "float32" in str(theirs.coefs_[0].dtype)
    result = theirs.decision_function(put(X_test.astype(np.uint8)))
    np.testing.assert_allclose(back(result), ours.decision_function(X_test), atol=1e-3)


def test_labels_that_no_other_library_has_come_back_as_numpys(put):
    words = np.array(list("abcdefghij"))[y]
    model = small().fit(put(X), words)
    labels = model.predict(put(X_test))
    assert isinstance(labels, np.ndarray)
    assert (labels == small().fit(X, words).predict(X_test)).mean() > 0.97


def test_labels_and_weights_may_stay_with_numpy_or_come_along(put):
    weights = np.linspace(0, 1, len(y))
    at_home = small().fit(put(X), y, sample_weight=weights)
    along = small().fit(put(X), put(y), sample_weight=put(weights))
    np.testing.assert_array_equal(back(at_home.coefs_[0]), back(along.coefs_[0]))
    assert at_home.loss_curve_ == along.loss_curve_


def test_floats_and_truth_values_are_labels_too(put):
    halves, odd = y * 2.0, y % 2 == 1
    predicted = small().fit(put(X), put(halves)).predict(put(X_test))
    assert set(back(predicted).tolist()) <= set(halves.tolist())
    binary = small().fit(put(X), put(odd))
    assert "bool" in str(binary.predict(put(X_test)).dtype)
    assert binary.decision_function(put(X_test)).shape == (100,)


def test_a_stream_and_a_warm_start_stay_where_they_are(put):
    model, ours = small(), small()
    for start in range(0, 200, 25):
        rows = slice(start, start + 25)
        model.partial_fit(put(X[rows]), put(y[rows]), classes=np.arange(10))
        ours.partial_fit(X[rows], y[rows], classes=np.arange(10))
    result = model.decision_function(put(X_test))
    np.testing.assert_allclose(back(result), ours.decision_function(X_test), atol=1e-3)
    warm, straight = small(warm_start=True, schedule_iter=4), small(warm_start=True)
    for n in (2, 4):
        warm.set_params(max_iter=n).fit(put(X), put(y))
    straight.fit(put(X), put(y))
    np.testing.assert_array_equal(back(warm.coefs_[0]), back(straight.coefs_[0]))


def test_validation_data_are_looked_at_where_they_are(put):
    model = small().fit(put(X), put(y), X_val=put(X_test), y_val=put(y_test))
    score = (back(model.predict(put(X_test))) == y_test).mean()
    assert model.validation_scores_[-1] == pytest.approx(score)


def test_validation_data_from_elsewhere_are_refused(put):
    with pytest.raises(ValueError, match=r"X_val must be an array of the same library and device"):
        small().fit(put(X), put(y), X_val=X_test, y_val=y_test)
    with pytest.raises(ValueError, match=r"X_val must be an array of the same library and device"):
        small().fit(X, y, X_val=put(X_test), y_val=y_test)


def test_predicting_elsewhere_than_one_was_fitted_is_refused(put):
    for model, there in ((small().fit(put(X), put(y)), X_test), (small().fit(X, y), put(X_test))):
        for method in ("predict", "predict_proba", "decision_function"):
            with pytest.raises(ValueError, match=rf"{method}\(\) must use the same namespace"):
                getattr(model, method)(there)


def test_the_data_are_not_modified(put):
    there = put(X)
    small(input_dropout=0.1).fit(there, put(y)).predict_proba(there)
    np.testing.assert_array_equal(back(there), X)


def test_flat_images_are_asked_for(put):
    with pytest.raises(ValueError, match=r"X\.reshape\(len\(X\), -1\).* \(200, 64\)"):
        small().fit(put(X.reshape(200, 8, 8)), put(y))


def test_without_dispatch_other_arrays_are_read_as_numpys():
    import torch

    model = small().fit(torch.asarray(X), torch.asarray(y))
    assert isinstance(model.coefs_[0], np.ndarray)
    assert model.loss_curve_ == small().fit(X, y).loss_curve_


MAPS = {
    "kmeans": {"kernels": "kmeans", "kernel_size": 3},
    "patches of contrast": {"kernels": "patches", "normalize": "contrast", "pool": "rms"},
    "same, in steps": {"kernels": "pca", "padding": "same", "stride": 2, "pool": "mean"},
    "two layers": {"kernels": ("strokes", "random"), "activation": ("abs", None), "pool": None},
    "separate": {"kernels": ("pca", "patches"), "stacking": "separate", "n_kernels": (3, 2)},
}


def convolve(kernels="random", **parameters):
    defaults = {"n_kernels": 4, "random_state": 0, "pool_size": 1}
    return ConvFeatureTransformer(kernels, **{**defaults, **parameters})


@pytest.mark.parametrize("name", list(MAPS))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_other_arrays_become_the_maps_that_numpys_become(name, dtype, put):
    data, test = X.astype(dtype), X_test.astype(dtype)
    ours, there = convolve(**MAPS[name]).fit(data, y), put(test)
    theirs = convolve(**MAPS[name]).fit(put(data), put(y))
    atol = 1e-3 if dtype == "float32" else 1e-9
    for kernels, expected in zip(theirs.kernels_, ours.kernels_, strict=True):
        assert_is_there(kernels, there)
        np.testing.assert_allclose(back(kernels), expected, atol=atol)
    columns, maps = theirs.transform(there), theirs.feature_maps(there, layer=0)
    for found, expected in ((columns, ours.transform(test)), (maps, ours.feature_maps(test, 0))):
        assert_is_there(found, there)
        assert str(found.dtype).endswith(dtype)
        assert found.shape == expected.shape
        np.testing.assert_allclose(back(found), expected, atol=atol)
    assert theirs.get_feature_names_out().tolist() == ours.get_feature_names_out().tolist()


@pytest.mark.parametrize("dtype", ["uint8", "int64"])
def test_bytes_become_single_floats_where_they_are(dtype, put):
    theirs = convolve().fit(put(X)).transform(put(X_test.astype(dtype)))
    assert "float32" in str(theirs.dtype)
    np.testing.assert_allclose(back(theirs), convolve().fit(X).transform(X_test), atol=1e-4)


def test_maps_are_written_into_an_array_that_is_there(put):
    model, there = convolve().fit(put(X)), put(X_test)
    expected = back(model.transform(there))
    out = put(np.zeros_like(expected))
    assert model.transform(there, out=out) is out
    np.testing.assert_array_equal(back(out), expected)
    for wrong in (np.zeros_like(expected), put(expected[:, 1:]), put(expected.astype("f8"))):
        with pytest.raises(ValueError, match=r"^out must be"):
            model.transform(there, out=wrong)


def test_maps_of_what_is_elsewhere_than_the_kernels_are_refused(put):
    for model, there in ((convolve().fit(put(X)), X_test), (convolve().fit(X), put(X_test))):
        for method in ("transform", "feature_maps"):
            with pytest.raises(ValueError, match=rf"{method}\(\) must use the same namespace"):
                getattr(model, method)(there)


def test_a_pipeline_stays_where_its_data_are(put):
    scores = []
    for place in (put, np.asarray):
        pipeline = make_pipeline(convolve("patches", pool_size=2), small(max_iter=10))
        labels = pipeline.fit(place(X), place(y)).predict(place(X_test))
        assert_is_there(labels, place(y_test))
        scores.append(
            (back(labels) == y_test).mean() if place is put else (labels == y_test).mean()
        )
    assert scores[0] == pytest.approx(scores[1], abs=0.02)
    assert scores[1] > 0.6
