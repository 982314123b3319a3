"""to_onnx: what onnxruntime makes of a graph is what the model says."""

import subprocess
import sys
from itertools import product

import numpy as np
import pytest
from onnx_answers import (
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
from skmnist.datasets import load_mnist
from skmnist.io import register_onnx_converters, to_onnx

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


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "tanh", "logistic", "identity"])
@pytest.mark.parametrize(
    ("output_activation", "encoding"),
    [(name, "one-hot") for name in ("relu", "identity", "logistic")]
    + [(name, "ordinal") for name in ("relu", "identity")],
)
def test_every_classifier_gives_the_same_answers(activation, output_activation, encoding):
    model = classifier(
        activation=activation, output_activation=output_activation, target_encoding=encoding
    )
    expect_same_answers(model.fit(X, y), X)
    expect_same_answers(model.fit(X.astype(np.float64), y), X.astype(np.float64), atol=1e-12)


@pytest.mark.parametrize("sizes", [(), (16,), (16, 12, 8)])
def test_any_number_of_layers_gives_the_same_answers(sizes):
    expect_same_answers(classifier(hidden_layer_sizes=sizes).fit(X, y), X)


@pytest.mark.parametrize("labels", [WORDS[y], WORDS.astype(object)[y], y - 3, y * 2.0, y > 4])
def test_labels_are_those_that_were_learnt(labels):
    expect_same_answers(classifier().fit(X, labels), X)


@pytest.mark.parametrize("encoding", ["one-hot", "ordinal"])
def test_two_classes_have_two_probabilities(encoding):
    expect_same_answers(classifier(target_encoding=encoding).fit(X, y % 2), X)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.bool_, np.float16, *FLOATS])
def test_a_graph_is_fed_what_the_model_is_fed(dtype):
    images = (X // 8).astype(dtype)
    for model in (classifier(), make_pipeline(features(), classifier())):
        expect_same_answers(model.fit(images, y), images)
    expect_same_columns(features().fit(images), images)


def test_float64_is_computed_in_float64():
    images = X / 16
    model = make_pipeline(features(normalize="contrast"), StandardScaler(), classifier())
    expect_same_answers(model.fit(images, y), images, atol=1e-12)


@pytest.mark.parametrize("offset", [0, 2.0**40])
def test_of_equal_scores_the_first_wins(offset):
    images, scores = X.astype(np.float64), np.array([0, 0.5, 0, 0.5, 0.25, 0, 0, 0, 0, 0])
    model = classifier(hidden_layer_sizes=(), output_activation="identity").fit(images, y)
    model.coefs_[0][:], model.intercepts_[0][:] = 0, offset + scores
    labels, probabilities = run(to_onnx(model, images), images)
    assert set(labels) == {1}
    expected = np.array([0, 5, 0, 5, 2, 0, 0, 0, 0, 0]) / 12  # what is above 1/12
    np.testing.assert_allclose(probabilities, np.tile(expected, (300, 1)), rtol=0, atol=1e-12)


@pytest.mark.parametrize("size", [1e-6, 1, 1e6])
def test_scores_of_any_size_become_the_same_probabilities(size):
    images = X.astype(np.float64)
    model = classifier(hidden_layer_sizes=(), output_activation="identity").fit(images, y)
    model.coefs_[0] *= size
    expect_same_answers(model, images, atol=1e-9)


@pytest.mark.parametrize("n_classes", [2, 10])
def test_raw_scores_are_the_decision_function(n_classes):
    model = classifier(output_activation="identity").fit(X, y % n_classes)
    options = {"zipmap": False, "raw_scores": True}
    _, scores = run(to_onnx(model, X, options=options), X)
    expected = model.decision_function(X)
    expected = np.stack([-expected, expected], axis=1) if n_classes == 2 else expected
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-5)


def test_no_rows_come_out_as_no_rows():
    model = make_pipeline(features(), classifier()).fit(X, y)
    labels, probabilities = run(to_onnx(model, X), X[:0])
    assert (labels.shape, probabilities.shape) == ((0,), (0, 10))


def test_without_X_a_graph_is_fed_float32():
    model = classifier().fit(X, y)
    labels, _ = run(to_onnx(model), X.astype(np.float32))
    np.testing.assert_array_equal(labels, model.predict(X))


@pytest.mark.parametrize("normalize", [None, "mean", "contrast"])
@pytest.mark.parametrize("pool", ["max", "mean", "rms", None])
@pytest.mark.parametrize("activation", ["split", "relu", "abs", None])
def test_every_layer_of_colour_images_makes_the_same_columns(activation, pool, normalize):
    images = np.random.default_rng(0).normal(size=(5, 12 * 10 * 3))
    for padding, stride, size in product(["valid", "same"], [1, 2], [2, 3]):
        model = features(
            "random", n_kernels=3, kernel_size=size, stride=stride, padding=padding,
            normalize=normalize, activation=activation, pool=pool, pool_size=size,
            image_shape=(12, 10, 3),
        )  # fmt: skip
        expect_same_columns(model.fit(images), images, tolerance=1e-12)


@pytest.mark.parametrize("stacking", ["mixed", "separate"])
@pytest.mark.parametrize("activation", ["split", None])
@pytest.mark.parametrize("padding", [("valid", "valid", "valid"), ("same", "valid", "same")])
def test_several_layers_make_the_same_columns(stacking, activation, padding):
    images = np.random.default_rng(0).normal(size=(5, 14 * 11 * 2))
    model = features(
        "random", n_kernels=(2, 3, 2), kernel_size=(3, 2, 2), padding=padding,
        activation=activation, pool=("max", None, "mean"), normalize=(None, "contrast", "mean"),
        stacking=stacking, image_shape=(14, 11, 2),
    )  # fmt: skip
    expect_same_columns(model.fit(images), images, tolerance=1e-12)


def test_kernels_of_ones_own_make_the_same_columns():
    kernels = np.random.default_rng(0).normal(size=(3, 2, 5))
    expect_same_columns(features(kernels, stride=2).fit(X), X)


@pytest.fixture(scope="module")
def mnist():
    images, labels = load_mnist(subset="train", return_X_y=True)
    return images[:1000], labels[:1000], load_mnist(subset="test", return_X_y=True)[0]


@pytest.mark.parametrize("kernels", ["kmeans", "pca", "patches", "strokes", "random"])
def test_ten_thousand_digits_have_the_same_columns(kernels, mnist):
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
def test_ten_thousand_digits_get_the_same_answers(make, mnist):
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
def test_what_scikit_learn_makes_of_them_gives_the_same_answers(make, dtype):
    images = X.astype(dtype)
    expect_same_answers(make().fit(images, y), images)


@pytest.mark.parametrize("labels", [y, y % 2])
def test_a_calibrated_classifier_gives_the_same_answers(labels):
    expect_same_answers(CalibratedClassifierCV(classifier(), cv=2).fit(X, labels), X)


def test_skl2onnx_itself_knows_them_once_they_are_registered():
    register_onnx_converters()
    images = X.astype(np.float32)
    model = make_pipeline(features(), classifier()).fit(images, y)
    graph = skl2onnx.to_onnx(model, images[:1], options={id(model): {"zipmap": False}})
    np.testing.assert_array_equal(run(graph, images)[0], model.predict(images))
    session = onnxruntime.InferenceSession(skl2onnx.to_onnx(model, images[:1]).SerializeToString())
    assert set(session.run(None, {"X": images})[1][0]) == set(range(10))  # a dict an image


@pytest.mark.parametrize("images", [X, X / 16])
def test_the_reference_implementation_of_onnx_gives_the_same_answers(images):
    first = features(padding="same", normalize="contrast")
    model = make_pipeline(first, classifier(activation="leaky_relu")).fit(images, WORDS[y])
    evaluator = reference.ReferenceEvaluator(to_onnx(model, images))
    labels, probabilities = evaluator.run(None, {"X": images})
    np.testing.assert_array_equal(labels, model.predict(images))
    np.testing.assert_allclose(probabilities, model.predict_proba(images), rtol=0, atol=1e-5)


def test_a_graph_runs_in_a_process_that_has_neither_skmnist_nor_scikit_learn(tmp_path):
    model = make_pipeline(features(), classifier()).fit(X, WORDS[y])
    onnx.save(to_onnx(model, X), tmp_path / "model.onnx")
    np.save(tmp_path / "X.npy", X)
    subprocess.run([sys.executable, "-c", IN_ANOTHER_PROCESS], cwd=tmp_path, check=True)
    with np.load(tmp_path / "outputs.npz", allow_pickle=True) as outputs:
        np.testing.assert_array_equal(outputs["arr_0"], model.predict(X))
        np.testing.assert_allclose(outputs["arr_1"], model.predict_proba(X), atol=1e-5)


def test_gaps_are_left_to_the_step_that_fills_them():
    gaps = X.astype(np.float32)
    gaps[::3, 20] = np.nan
    expect_same_answers(make_pipeline(SimpleImputer(), classifier()).fit(gaps, y), gaps)
