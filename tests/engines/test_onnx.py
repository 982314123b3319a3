"""to_onnx: a graph in onnxruntime has the same outputs as the model."""

import subprocess
import sys
from itertools import product

import numpy as np
import pytest
from onnx_helpers import (
    X,
    classifier,
    expect_same_answers,
    expect_same_columns,
    features,
    run,
    y,
)
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.ensemble import BaggingClassifier, StackingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.classifier._targets import ENCODINGS
from skmnist.datasets import load_mnist
from skmnist.features._kernels import SOURCES
from skmnist.features._layers import NORMALIZATIONS, STACKINGS
from skmnist.io import register_onnx_converters, to_onnx
from skmnist.network import ACTIVATIONS
from skmnist.network._convolution import MAP_ACTIVATIONS, PADDINGS, POOLS

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
reference = pytest.importorskip("onnx.reference")
skl2onnx = pytest.importorskip("skl2onnx")

WORDS = np.array(["nil", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
FLOATS = (np.float32, np.float64)

IN_ANOTHER_PROCESS = """
import sys
import numpy as np, onnxruntime
session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
outputs = session.run(None, {"X": np.load("X.npy")})
assert not {"skmnist", "sklearn"} & set(sys.modules)
np.savez("outputs.npz", *outputs)
"""


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    ("output_activation", "encoding"),
    [(name, encoding) for encoding, each in ENCODINGS.items() for name in each.output_activation],
)
def test_same_answers_for_every_activation_and_encoding(activation, output_activation, encoding):
    model = classifier(
        activation=activation, output_activation=output_activation, target_encoding=encoding
    )
    expect_same_answers(model.fit(X, y), X)
    expect_same_answers(model.fit(X.astype(np.float64), y), X.astype(np.float64), atol=1e-12)


@pytest.mark.parametrize("sizes", [(), (16,), (16, 12, 8)])
def test_same_answers_for_any_number_of_layers(sizes):
    expect_same_answers(classifier(hidden_layer_sizes=sizes).fit(X, y), X)


@pytest.mark.parametrize("labels", [WORDS[y], WORDS.astype(object)[y], y - 3, y * 2.0, y > 4])
def test_same_answers_for_every_type_of_labels(labels):
    expect_same_answers(classifier().fit(X, labels), X)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_same_answers_for_two_classes(encoding):
    expect_same_answers(classifier(target_encoding=encoding).fit(X, y % 2), X)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.bool_, np.float16, *FLOATS])
def test_graph_takes_the_same_input_type_as_the_model(dtype):
    images = (X // 8).astype(dtype)
    for model in (classifier(), make_pipeline(features(), classifier())):
        expect_same_answers(model.fit(images, y), images)
    expect_same_columns(features().fit(images), images)


def test_graph_computes_float64_in_float64():
    images = X / 16
    model = make_pipeline(features(normalize="contrast"), StandardScaler(), classifier())
    expect_same_answers(model.fit(images, y), images, atol=1e-12)


@pytest.mark.parametrize("offset", [0, 2.0**40])
def test_first_class_wins_for_equal_scores(offset):
    images, scores = X.astype(np.float64), np.array([0, 0.5, 0, 0.5, 0.25, 0, 0, 0, 0, 0])
    model = classifier(hidden_layer_sizes=(), output_activation="identity").fit(images, y)
    model.coefs_[0][:], model.intercepts_[0][:] = 0, offset + scores
    labels, probabilities = run(to_onnx(model, images), images)
    assert set(labels) == {1}
    expected = np.array([0, 5, 0, 5, 2, 0, 0, 0, 0, 0]) / 12  # each score above 1/12, minus 1/12
    np.testing.assert_allclose(probabilities, np.tile(expected, (300, 1)), rtol=0, atol=1e-12)


@pytest.mark.parametrize("size", [1e-6, 1, 1e6])
def test_same_answers_for_scores_of_any_size(size):
    images = X.astype(np.float64)
    model = classifier(hidden_layer_sizes=(), output_activation="identity").fit(images, y)
    model.coefs_[0] *= size
    expect_same_answers(model, images, atol=1e-9)


@pytest.mark.parametrize("n_classes", [2, 10])
def test_raw_scores_equal_decision_function(n_classes):
    model = classifier(output_activation="identity").fit(X, y % n_classes)
    options = {"zipmap": False, "raw_scores": True}
    _, scores = run(to_onnx(model, X, options=options), X)
    expected = model.decision_function(X)
    expected = np.stack([-expected, expected], axis=1) if n_classes == 2 else expected
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-5)


def test_empty_input_gives_empty_outputs():
    model = make_pipeline(features(), classifier()).fit(X, y)
    labels, probabilities = run(to_onnx(model, X), X[:0])
    assert (labels.shape, probabilities.shape) == ((0,), (0, 10))


def test_graph_made_without_X_takes_float32():
    model = classifier().fit(X, y)
    labels, _ = run(to_onnx(model), X.astype(np.float32))
    np.testing.assert_array_equal(labels, model.predict(X))


@pytest.mark.parametrize("normalize", NORMALIZATIONS)
@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("activation", MAP_ACTIVATIONS)
def test_same_columns_for_every_layer_setting_on_colour_images(activation, pool, normalize):
    images = np.random.default_rng(0).normal(size=(5, 12 * 10 * 3))
    for padding, stride, size in product(PADDINGS, [1, 2], [2, 3]):
        model = features(
            "random", n_kernels=3, kernel_size=size, stride=stride, padding=padding,
            normalize=normalize, activation=activation, pool=pool, pool_size=size,
            image_shape=(12, 10, 3),
        )  # fmt: skip
        expect_same_columns(model.fit(images), images, tolerance=1e-12)


@pytest.mark.parametrize("stacking", STACKINGS)
@pytest.mark.parametrize("activation", ["split", None])
@pytest.mark.parametrize("padding", [("valid", "valid", "valid"), ("same", "valid", "same")])
def test_same_columns_for_several_layers(stacking, activation, padding):
    images = np.random.default_rng(0).normal(size=(5, 14 * 11 * 2))
    model = features(
        "random", n_kernels=(2, 3, 2), kernel_size=(3, 2, 2), padding=padding,
        activation=activation, pool=("max", None, "mean"), normalize=(None, "contrast", "mean"),
        stacking=stacking, image_shape=(14, 11, 2),
    )  # fmt: skip
    expect_same_columns(model.fit(images), images, tolerance=1e-12)


def test_same_columns_for_given_kernels():
    kernels = np.random.default_rng(0).normal(size=(3, 2, 5))
    expect_same_columns(features(kernels, stride=2).fit(X), X)


@pytest.fixture(scope="module")
def mnist():
    images, labels = load_mnist(subset="train", return_X_y=True)
    return images[:1000], labels[:1000], load_mnist(subset="test", return_X_y=True)[0]


@pytest.mark.parametrize("kernels", SOURCES)
def test_same_columns_for_ten_thousand_digits(kernels, mnist):
    images, labels, unseen = mnist
    expect_same_columns(features(kernels).fit(images, labels), unseen)


DIGIT_MODELS = {
    "pixels": lambda: MLPDigitClassifier(max_iter=3, random_state=0),
    "maps": lambda: make_pipeline(
        ConvFeatureTransformer(random_state=0), MLPDigitClassifier(max_iter=3, random_state=0)
    ),
    "scikit-learn's": lambda: make_pipeline(
        features(), StandardScaler(), PCA(50, random_state=0), LogisticRegression(max_iter=300)
    ),
}


@pytest.mark.parametrize("make", DIGIT_MODELS.values(), ids=DIGIT_MODELS)
def test_same_answers_for_ten_thousand_digits(make, mnist):
    images, labels, unseen = mnist
    expect_same_answers(make().fit(images, labels), unseen)


def two_halves():
    left = features(image_shape=(4, 8)), list(range(32))
    columns = make_column_transformer(left, (StandardScaler(), [40, 50]), ("passthrough", [60]))
    return make_pipeline(columns, classifier())


COMPOSED = {
    "scaled": lambda: make_pipeline(StandardScaler(), classifier()),
    "reduced": lambda: make_pipeline(features(), StandardScaler(), PCA(20), LogisticRegression()),
    "united": lambda: make_pipeline(make_union(features(), features("random")), classifier()),
    "by columns": two_halves,
    "stacked": lambda: StackingClassifier(
        [("maps", make_pipeline(features(), classifier())), ("pixels", classifier())], cv=2
    ),
    "bagged": lambda: BaggingClassifier(classifier(), 2, random_state=0),
    "searched": lambda: GridSearchCV(classifier(), {"dropout": [0.0, 0.1]}, cv=2),
    "drawn": lambda: RandomizedSearchCV(classifier(), {"alpha": [0.0, 0.1]}, n_iter=1, cv=2),
}


@pytest.mark.parametrize("dtype", [np.uint8, *FLOATS])
@pytest.mark.parametrize("make", COMPOSED.values(), ids=COMPOSED)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # LogisticRegression
def test_same_answers_for_compositions_of_scikit_learn(make, dtype):
    images = X.astype(dtype)
    expect_same_answers(make().fit(images, y), images)


@pytest.mark.parametrize("labels", [y, y % 2])
def test_same_answers_for_a_calibrated_classifier(labels):
    expect_same_answers(CalibratedClassifierCV(classifier(), cv=2).fit(X, labels), X)


def test_skl2onnx_converts_registered_estimators():
    register_onnx_converters()
    images = X.astype(np.float32)
    model = make_pipeline(features(), classifier()).fit(images, y)
    graph = skl2onnx.to_onnx(model, images[:1], options={id(model): {"zipmap": False}})
    np.testing.assert_array_equal(run(graph, images)[0], model.predict(images))
    session = onnxruntime.InferenceSession(skl2onnx.to_onnx(model, images[:1]).SerializeToString())
    assert set(session.run(None, {"X": images})[1][0]) == set(range(10))  # one dict per image


@pytest.mark.parametrize("images", [X, X / 16])
def test_same_answers_in_the_reference_implementation(images):
    first = features(padding="same", normalize="contrast")
    model = make_pipeline(first, classifier(activation="leaky_relu")).fit(images, WORDS[y])
    evaluator = reference.ReferenceEvaluator(to_onnx(model, images))
    labels, probabilities = evaluator.run(None, {"X": images})
    np.testing.assert_array_equal(labels, model.predict(images))
    np.testing.assert_allclose(probabilities, model.predict_proba(images), rtol=0, atol=1e-5)


def test_same_answers_in_a_process_without_skmnist_and_scikit_learn(tmp_path):
    model = make_pipeline(features(), classifier()).fit(X, WORDS[y])
    onnx.save(to_onnx(model, X), tmp_path / "model.onnx")
    np.save(tmp_path / "X.npy", X)
    subprocess.run([sys.executable, "-c", IN_ANOTHER_PROCESS], cwd=tmp_path, check=True)
    with np.load(tmp_path / "outputs.npz", allow_pickle=True) as outputs:
        np.testing.assert_array_equal(outputs["arr_0"], model.predict(X))
        np.testing.assert_allclose(outputs["arr_1"], model.predict_proba(X), atol=1e-5)


def test_same_answers_for_missing_values_and_an_imputer():
    images = X.astype(np.float32)
    images[::3, 20] = np.nan
    expect_same_answers(make_pipeline(SimpleImputer(), classifier()).fit(images, y), images)
