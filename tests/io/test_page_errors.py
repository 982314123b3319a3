"""What cannot be put into a page is refused with an error that says why."""

import numpy as np
import pytest
from helpers import small_classifier, small_transformer
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import VarianceThreshold
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skmnist import DistortedClassifier, MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.io import to_page
from skmnist.io._page import _check_size
from skmnist.network import ACTIVATIONS, Activation

X, y = load_mnist(return_X_y=True)
X, y = X[:100], y[:100]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([FunctionTransformer()], "FunctionTransformer as the step 'functiontransformer'"),
        ([VarianceThreshold()], "VarianceThreshold as the step 'variancethreshold'"),
        ([FeatureUnion([("pca", PCA(3))])], "FeatureUnion as the step 'featureunion'"),
        ([make_pipeline(FunctionTransformer())], "the step 'pipeline__functiontransformer'"),
    ],
)
def test_unknown_steps_are_named(steps, message):
    model = make_pipeline(*steps, small_classifier()).fit(X, y)
    with pytest.raises(ValueError, match=message):
        to_page(model)


def test_subclasses_are_refused_because_they_may_compute_something_else():
    class Shifted(StandardScaler):
        def transform(self, X):
            return super().transform(X) + 1

    with pytest.raises(ValueError, match="Shifted as the step 'shifted'"):
        to_page(make_pipeline(Shifted(), small_classifier()).fit(X, y))


@pytest.mark.parametrize(
    "model",
    [
        LogisticRegression(max_iter=5000),
        make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000)),
        DistortedClassifier(LogisticRegression(max_iter=5000), n_copies=1),
        small_transformer(),
        StandardScaler(),
    ],
)
def test_models_must_end_with_our_classifier(model):
    with pytest.raises(ValueError, match=r"model must be a fitted MLPDigitClassifier, .* got a"):
        to_page(model.fit(X, y))


@pytest.mark.parametrize("model", [None, 3, "model.joblib", MLPDigitClassifier])
def test_objects_that_are_no_models_are_refused(model):
    with pytest.raises(ValueError, match="model must be a fitted MLPDigitClassifier"):
        to_page(model)


@pytest.mark.parametrize(
    "model",
    [
        small_classifier(),
        make_pipeline(StandardScaler(), small_classifier()),
        DistortedClassifier(small_classifier()),
    ],
)
def test_models_must_be_fitted(model):
    with pytest.raises(NotFittedError):
        to_page(model)


def test_kernels_must_be_up_to_date():
    model = make_pipeline(small_transformer(), small_classifier()).fit(X, y)
    model[0].set_params(stride=2)
    with pytest.raises(NotFittedError, match="stride was 1"):
        to_page(model)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_weights_must_be_finite(value):
    model = make_pipeline(StandardScaler(), small_classifier()).fit(X.astype(float), y)
    model[-1].coefs_[0][3, 4] = value
    with pytest.raises(ValueError, match="weights of the step 'mlpdigitclassifier' must be finite"):
        to_page(model)


def test_added_activations_are_refused():
    ACTIVATIONS["softsign"] = Activation(lambda Z: Z / (1 + abs(Z)), lambda A: (1 - abs(A)) ** 2)
    try:
        model = small_classifier(activation="softsign").fit(X, y)
        with pytest.raises(ValueError, match=r"activation must be one of .*; got 'softsign'"):
            to_page(model)
    finally:
        del ACTIVATIONS["softsign"]


def test_too_many_classes_are_refused():
    model = small_classifier().fit(X, y)
    model.classes_ = np.arange(1_000_000)
    with pytest.raises(ValueError, match="at most 100 classes in a page; got 1,000,000"):
        to_page(model)


def test_too_long_names_of_classes_are_refused():
    model = small_classifier().fit(X, np.where(y > 4, "a" * 5000, "b"))
    with pytest.raises(ValueError, match="at most 200 characters in a page; got 5,000"):
        to_page(model)


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_names_of_classes_that_no_file_can_contain_are_refused(name):
    model = small_classifier().fit(X, np.array([name, "b"], dtype=object)[y % 2])
    with pytest.raises(ValueError, match=r"model must have .* without NUL .* got 'a\\"):
        to_page(model)


def test_too_large_pages_are_refused():
    model = small_classifier(hidden_layer_sizes=(4000, 4500), max_iter=1).fit(X[:20], y[:20])
    with pytest.raises(ValueError, match=r"of at most 20,000,000 bytes; got .* fewer neurons"):
        to_page(model, X=X[:5])


def test_error_for_too_large_pages_tells_a_precision_that_fits():
    with pytest.raises(ValueError, match=r'got 25,000,000 with 16 bits.*="12 bits" makes it small'):
        _check_size(25_000_000, "16 bits")
    _check_size(20_000_000, "16 bits")


@pytest.mark.parametrize(
    ("n_pixels", "image_shape", "message"),
    [
        (780, None, "model must have been fitted to square images in a page; got 780 columns"),
        (784, (14, 56), r"image_shape must be .* of model, \(28, 28\); got \(14, 56\)"),
        (784, (14, 14, 4), r"image_shape must be .*; got \(14, 14, 4\)"),
        (784, (4, 4), r"image_shape must be .*; got \(4, 4\)"),
        (9, None, "images with 4 to 128 pixels on each side in a page; got 3"),
    ],
)
def test_images_must_be_square(n_pixels, image_shape, message):
    model = small_classifier().fit(X[:, :n_pixels] + np.arange(100)[:, None] % 7, y)
    with pytest.raises(ValueError, match=message):
        to_page(model, image_shape=image_shape)


def test_kernels_must_see_square_images():
    features = small_transformer(image_shape=(14, 56))
    with pytest.raises(ValueError, match=r"model must .* square images in a page; got 14×56×1"):
        to_page(make_pipeline(features, small_classifier()).fit(X, y))


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"title": 3}, TypeError, "title must be a string or None; got 3"),
        ({"image_shape": "28"}, TypeError, "image_shape must be None"),
        ({"precision": "7 bits"}, ValueError, "precision must be one of 'auto'"),
        ({"X": X[:, :100]}, ValueError, "X must have 784 columns, one for each pixel"),
        ({"X": X, "y": y[:3]}, ValueError, "y must have one label for each of the 100 rows of X"),
        ({"X": np.full((2, 784), np.nan)}, ValueError, "NaN"),
        ({"X": np.zeros((2, 784))}, ValueError, "X must contain paper and ink; .* are 0"),
        ({"y": y}, ValueError, "y must be None if X is None"),
    ],
)
def test_invalid_parameters_are_refused(parameters, error, message):
    with pytest.raises(error, match=message):
        to_page(small_classifier().fit(X, y), **parameters)
