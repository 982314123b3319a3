"""Use arrays of other libraries, in the CI job that has some and sets SCIPY_ARRAY_API=1."""

from functools import partial

import numpy as np
import pytest
from array_libraries import assert_same_place, back, on
from helpers import classifiers, small_classifier, small_transformer
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline

pytestmark = pytest.mark.skipif(not on, reason="needs SCIPY_ARRAY_API=1, array_api_strict, torch")

X, y = load_digits(return_X_y=True)
X, y, X_test, y_test = X[:200].astype("f4"), y[:200], X[200:300].astype("f4"), y[200:300]


small = partial(small_classifier, max_iter=4)
CLASSIFIERS = classifiers(make=small)


@pytest.mark.parametrize("name", list(CLASSIFIERS))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_training_equals_training_with_numpy(name, dtype, put):
    data, test = X.astype(dtype), X_test.astype(dtype)
    ours = CLASSIFIERS[name]().fit(data, y)
    theirs = CLASSIFIERS[name]().fit(put(data), put(y))
    for array in (*theirs.coefs_, *theirs.intercepts_):
        assert_same_place(array, put(data))
    atol = 1e-3 if dtype == "float32" else 1e-9
    for method in ("decision_function", "predict_proba"):
        result = getattr(theirs, method)(put(test))
        assert_same_place(result, put(test))
        assert str(result.dtype).endswith(dtype)
        np.testing.assert_allclose(back(result), getattr(ours, method)(test), atol=atol)
    logarithms = theirs.predict_log_proba(put(test))
    assert_same_place(logarithms, put(test))
    np.testing.assert_allclose(np.exp(back(logarithms)), ours.predict_proba(test), atol=atol)
    labels = theirs.predict(put(test))
    assert_same_place(labels, put(test))
    assert (back(labels) == ours.predict(test)).mean() > 0.97
    assert isinstance(theirs.classes_, np.ndarray)
    np.testing.assert_allclose(theirs.loss_curve_, ours.loss_curve_, rtol=1e-3)


def test_bytes_are_trained_in_float32(put):
    theirs = small().fit(put(X.astype(np.uint8)), put(y))
    ours = small().fit(X.astype(np.uint8), y)
    assert "float32" in str(theirs.coefs_[0].dtype)
    result = theirs.decision_function(put(X_test.astype(np.uint8)))
    np.testing.assert_allclose(back(result), ours.decision_function(X_test), atol=1e-3)


def test_strings_are_predicted_as_numpy_arrays(put):
    words = np.array(list("abcdefghij"))[y]
    model = small().fit(put(X), words)
    labels = model.predict(put(X_test))
    assert isinstance(labels, np.ndarray)
    assert (labels == small().fit(X, words).predict(X_test)).mean() > 0.97


def test_labels_and_weights_can_be_numpy_arrays_or_like_X(put):
    weights = np.linspace(0, 1, len(y))
    as_numpy = small().fit(put(X), y, sample_weight=weights)
    like_X = small().fit(put(X), put(y), sample_weight=put(weights))
    np.testing.assert_array_equal(back(as_numpy.coefs_[0]), back(like_X.coefs_[0]))
    assert as_numpy.loss_curve_ == like_X.loss_curve_


def test_floats_and_booleans_can_be_labels(put):
    halves, odd = y * 2.0, y % 2 == 1
    predicted = small().fit(put(X), put(halves)).predict(put(X_test))
    assert set(back(predicted).tolist()) <= set(halves.tolist())
    binary = small().fit(put(X), put(odd))
    assert "bool" in str(binary.predict(put(X_test)).dtype)
    assert binary.decision_function(put(X_test)).shape == (100,)


def test_streams_and_warm_starts_equal_those_with_numpy(put):
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


def test_validation_scores_are_those_of_predict(put):
    model = small().fit(put(X), put(y), X_val=put(X_test), y_val=put(y_test))
    score = (back(model.predict(put(X_test))) == y_test).mean()
    assert model.validation_scores_[-1] == pytest.approx(score)


def test_validation_data_of_another_library_raise_an_error(put):
    with pytest.raises(ValueError, match=r"X_val must be an array of the same library and device"):
        small().fit(put(X), put(y), X_val=X_test, y_val=y_test)
    with pytest.raises(ValueError, match=r"X_val must be an array of the same library and device"):
        small().fit(X, y, X_val=put(X_test), y_val=y_test)


def test_predicting_arrays_of_another_library_raises_an_error(put):
    for model, there in ((small().fit(put(X), put(y)), X_test), (small().fit(X, y), put(X_test))):
        for method in ("predict", "predict_proba", "predict_log_proba", "decision_function"):
            with pytest.raises(ValueError, match=rf"{method}\(\) must use the same namespace"):
                getattr(model, method)(there)


def test_data_are_not_modified(put):
    there = put(X)
    small(input_dropout=0.1).fit(there, put(y)).predict_proba(there)
    np.testing.assert_array_equal(back(there), X)


def test_images_with_two_dimensions_raise_an_error(put):
    with pytest.raises(ValueError, match=r" \(200, 64\) .*X\.reshape\(len\(X\), -1\)"):
        small().fit(put(X.reshape(200, 8, 8)), put(y))


def test_without_dispatch_other_arrays_are_converted_to_numpy():
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


convolve = partial(small_transformer, pool_size=1)


@pytest.mark.parametrize("name", list(MAPS))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_maps_equal_those_with_numpy(name, dtype, put):
    data, test = X.astype(dtype), X_test.astype(dtype)
    ours, there = convolve(**MAPS[name]).fit(data, y), put(test)
    theirs = convolve(**MAPS[name]).fit(put(data), put(y))
    atol = 1e-3 if dtype == "float32" else 1e-9
    for kernels, expected in zip(theirs.kernels_, ours.kernels_, strict=True):
        assert_same_place(kernels, there)
        np.testing.assert_allclose(back(kernels), expected, atol=atol)
    columns, maps = theirs.transform(there), theirs.feature_maps(there, layer=0)
    for found, expected in ((columns, ours.transform(test)), (maps, ours.feature_maps(test, 0))):
        assert_same_place(found, there)
        assert str(found.dtype).endswith(dtype)
        assert found.shape == expected.shape
        np.testing.assert_allclose(back(found), expected, atol=atol)
    assert theirs.get_feature_names_out().tolist() == ours.get_feature_names_out().tolist()


@pytest.mark.parametrize("dtype", ["uint8", "int64"])
def test_integers_are_transformed_to_float32(dtype, put):
    theirs = convolve().fit(put(X)).transform(put(X_test.astype(dtype)))
    assert "float32" in str(theirs.dtype)
    np.testing.assert_allclose(back(theirs), convolve().fit(X).transform(X_test), atol=1e-4)


def test_transform_writes_into_out(put):
    model, there = convolve().fit(put(X)), put(X_test)
    expected = back(model.transform(there))
    out = put(np.zeros_like(expected))
    assert model.transform(there, out=out) is out
    np.testing.assert_array_equal(back(out), expected)
    for wrong in (np.zeros_like(expected), put(expected[:, 1:]), put(expected.astype("f8"))):
        with pytest.raises(ValueError, match=r"^out must be"):
            model.transform(there, out=wrong)


def test_transforming_arrays_of_another_library_raises_an_error(put):
    for model, there in ((convolve().fit(put(X)), X_test), (convolve().fit(X), put(X_test))):
        for method in ("transform", "feature_maps"):
            with pytest.raises(ValueError, match=rf"{method}\(\) must use the same namespace"):
                getattr(model, method)(there)


def test_pipelines_predict_in_the_place_of_X(put):
    scores = []
    for place in (put, np.asarray):
        pipeline = make_pipeline(convolve("patches", pool_size=2), small(max_iter=10))
        labels = pipeline.fit(place(X), place(y)).predict(place(X_test))
        assert_same_place(labels, place(y_test))
        scores.append(
            (back(labels) == y_test).mean() if place is put else (labels == y_test).mean()
        )
    assert scores[0] == pytest.approx(scores[1], abs=0.02)
    assert scores[1] > 0.6
