"""The page computes the same as the model in Python."""

from functools import cache

import numpy as np
import pytest
from page_in_browser import open_page, predict_on_page, run_core
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from skmnist import ConvFeatureTransformer, DistortedClassifier, MLPDigitClassifier
from skmnist.datasets import load_mnist, load_xo
from skmnist.io import to_page

X, Y = load_mnist(return_X_y=True)
X_TEST, Y_TEST = load_mnist(subset="test", return_X_y=True)
N_TRAIN, N_FEW = 600, 40


def default_network():
    """Return a default classifier."""
    return MLPDigitClassifier(max_iter=4, random_state=0).fit(X[:5000], Y[:5000])


def default_features():
    """Return a pipeline with default features."""
    classifier = MLPDigitClassifier(hidden_layer_sizes=(64,), max_iter=4, random_state=0)
    pipeline = make_pipeline(ConvFeatureTransformer(random_state=0), classifier)
    return pipeline.fit(X[:3000], Y[:3000])


def separate_layers_with_pca():
    """Return a pipeline with two separate layers, scaling and principal components."""
    features = ConvFeatureTransformer(
        ("pca", "kmeans"), n_kernels=(4, 3), stacking="separate", random_state=0
    )
    classifier = MLPDigitClassifier(hidden_layer_sizes=(64,), max_iter=4, random_state=0)
    steps = features, StandardScaler(), PCA(40, whiten=True, random_state=0), classifier
    return make_pipeline(*steps).fit(X[:3000], Y[:3000])


@pytest.mark.parametrize("make", [default_network, default_features, separate_layers_with_pca])
def test_all_test_images_get_the_same_labels(browser, tmp_path, make):
    model = make()
    page = to_page(model)
    open_page(browser, page, tmp_path)
    labels, probabilities = predict_on_page(browser, X_TEST)
    assert page.label_changes == 0
    assert labels.tolist() == model.predict(X_TEST).astype(str).tolist()
    assert abs(probabilities - model.predict_proba(X_TEST)).max() < 1e-2


def small(**parameters):
    """Return a small classifier."""
    defaults = {"hidden_layer_sizes": (12, 8), "max_iter": 3, "random_state": 0}
    return MLPDigitClassifier(**{**defaults, **parameters})


def kernels(*steps, **parameters):
    """Return a pipeline that begins with kernels and ends with a small classifier."""
    defaults = {"n_kernels": 3, "random_state": 0}
    return make_pipeline(ConvFeatureTransformer(**{**defaults, **parameters}), *steps, small())


OWN_KERNELS = np.random.default_rng(0).normal(size=(3, 2, 5))
MODELS = {
    **{
        f"{name} neurons": small(activation=name)
        for name in ("relu", "leaky_relu", "tanh", "logistic", "identity")
    },
    "logistic outputs": small(output_activation="logistic"),
    "identity outputs": small(output_activation="identity"),
    "ordinal": small(target_encoding="ordinal", hidden_layer_sizes=(12,)),
    "no hidden layer": small(hidden_layer_sizes=()),
    **{
        f"kernels from {name}": kernels(kernels=name)
        for name in ("strokes", "patches", "pca", "kmeans", "random")
    },
    "own kernels": kernels(kernels=OWN_KERNELS, stride=2, padding="same"),
    **{f"{name} maps": kernels(activation=name) for name in (None, "relu", "abs", "split")},
    **{f"{name} pools": kernels(pool=name) for name in (None, "mean", "max", "rms")},
    "pools that leave a rest": kernels(pool="mean", pool_size=5),
    "mean of patches": kernels(normalize="mean"),
    "contrast": kernels(normalize="contrast"),
    "padding": kernels(padding="same", kernel_size=4, kernels="random"),
    "two layers": kernels(n_kernels=(3, 4), normalize=("contrast", None), padding="same"),
    "separate": kernels(n_kernels=(3, 4), stacking="separate", activation="split"),
    "standard scaler": make_pipeline(StandardScaler(), small()),
    "standard scaler without mean": make_pipeline(StandardScaler(with_mean=False), small()),
    "standard scaler without deviation": make_pipeline(StandardScaler(with_std=False), small()),
    "min-max scaler": make_pipeline(MinMaxScaler((-1, 2)), small()),
    "clipped": make_pipeline(MinMaxScaler(clip=True), small()),
    "components": make_pipeline(PCA(20, random_state=0), small()),
    "everything": kernels(StandardScaler(), PCA(9, whiten=True), MinMaxScaler(), stride=2),
    "passthrough": make_pipeline("passthrough", make_pipeline(StandardScaler(), small())),
    "distorted": DistortedClassifier(kernels(), n_copies=2, random_state=0),
    "search": GridSearchCV(small(), {"alpha": [0.0, 0.1]}, cv=2),
}


@cache
def fitted(name):
    return MODELS[name].fit(X[:N_TRAIN], Y[:N_TRAIN])


@pytest.mark.parametrize("name", MODELS)
def test_every_kind_of_model_has_the_same_probabilities(browser, tmp_path, name):
    model = fitted(name)
    few = X_TEST[:N_FEW]
    open_page(browser, to_page(model, X=few, precision="32 bits"), tmp_path)
    labels, probabilities = predict_on_page(browser, few)
    assert abs(probabilities - model.predict_proba(few)).max() < 1e-4
    assert labels.tolist() == model.predict(few).astype(str).tolist()


@pytest.mark.parametrize("labels", [["a", "b"], [False, True], [1.0, 2.0]])
def test_labels_of_every_kind_are_shown_as_text(browser, tmp_path, labels):
    y = np.array(labels)[Y[:N_TRAIN] % 2]
    model = small().fit(X[:N_TRAIN], y)
    open_page(browser, to_page(model), tmp_path)
    shown, _ = predict_on_page(browser, X_TEST[:N_FEW])
    assert shown.tolist() == model.predict(X_TEST[:N_FEW]).astype(str).tolist()


@pytest.mark.parametrize(("paper", "ink"), [(0, 1), (0, 255), (255, 0), (1, 0)])
def test_values_of_paper_and_ink_are_found_without_images(browser, tmp_path, paper, ink):
    def units(pixels):
        return paper + pixels / 255 * (ink - paper)

    model = make_pipeline(StandardScaler(), small(max_iter=6)).fit(units(X[:2000]), Y[:2000])
    open_page(browser, to_page(model), tmp_path)
    _, probabilities = predict_on_page(browser, X_TEST[:N_FEW])
    assert abs(probabilities - model.predict_proba(units(X_TEST[:N_FEW]))).max() < 1e-2


def test_images_of_8_by_8_pixels(browser, tmp_path):
    images, y = load_digits(return_X_y=True)
    model = small().fit(images[:1000], y[:1000])
    open_page(browser, to_page(model, X=images[1000:], y=y[1000:]), tmp_path)
    _, probabilities = predict_on_page(browser, np.rint(images[1000:1100] * 255 / 16))
    assert abs(probabilities - model.predict_proba(images[1000:1100])).max() < 0.02


def test_images_from_minus_one_to_one(browser, tmp_path):
    images, y = load_xo(variant="all", n_samples=200, random_state=0, return_X_y=True)
    model = small().fit(images, y)
    for page in (to_page(model), to_page(model, X=images, y=y)):
        open_page(browser, page, tmp_path)
        labels, probabilities = predict_on_page(browser, (images + 1) * (255 / 2))
        assert abs(probabilities - model.predict_proba(images)).max() < 0.01
        assert labels.tolist() == model.predict(images).tolist()


DIFFERENTIATED = (
    *("relu neurons", "leaky_relu neurons", "tanh neurons", "logistic neurons"),
    *("identity neurons", "logistic outputs", "ordinal"),
    *("split maps", "abs maps", "None pools", "mean pools", "max pools", "rms pools"),
    *("own kernels", "contrast", "padding", "two layers", "separate", "clipped", "everything"),
)


@pytest.mark.parametrize("name", DIFFERENTIATED)
def test_contributions_are_pixels_times_derivatives(browser, tmp_path, name):
    page = to_page(fitted(name), X=X_TEST[:N_FEW], precision="32 bits")
    open_page(browser, page, tmp_path)
    # Moved, so that there is ink where no training image has any: a clipped scaler limits it. No
    # pixel is the largest one of the training images, which is the limit itself.
    image = np.roll(X_TEST[3].reshape(28, 28), (4, 6), axis=(0, 1)) * 0.97
    given, exact = run_core(
        browser,
        """
        const pixels = Float64Array.from(arguments[0]);
        const model = readModel(document.getElementById("model"));
        const found = predict(model, pixels);
        const output = (changed) => predict(model, changed).outputs[found.index];
        const exact = Array.from(pixels, (value, i) => {
          const [more, less] = [1e-3, -1e-3].map((step) => {
            const changed = pixels.slice();
            changed[i] += step;
            return output(changed);
          });
          return value * (more - less) / 2e-3;
        });
        return [Array.from(contributions(model, found, found.index)), exact];
        """,
        image.ravel().tolist(),
    )
    has_ink = image.ravel() > 0
    given, exact = np.array(given)[has_ink], np.array(exact)[has_ink]
    # At a kink, such as that of a ReLU, the quotient is not the derivative.
    is_close = np.isclose(given, exact, rtol=1e-4, atol=1e-4 * np.abs(exact).max() + 1e-9)
    assert np.mean(is_close) > 0.98
    assert np.abs(exact).max() > 0


def test_contributions_to_a_network_of_relus_add_up_to_its_output(browser, tmp_path):
    model = fitted("relu neurons")
    page = to_page(model, X=X_TEST[:N_FEW], precision="32 bits")
    open_page(browser, page, tmp_path)
    total, output, index = run_core(
        browser,
        """
        const model = readModel(document.getElementById("model"));
        const found = predict(model, arguments[0]);
        const { index, outputs } = found;
        const shares = contributions(model, found, index);
        return [shares.reduce((sum, share) => sum + share, 0), outputs[index], index];
        """,
        X_TEST[0].tolist(),
    )
    # The share of the biases: the same network with the same neurons switched on, without pixels.
    h, gates = X_TEST[0].astype(float), []
    for W, b in zip(model.coefs_, model.intercepts_, strict=True):
        h = h @ W + b
        gates.append(h > 0)
        h = h * gates[-1]
    biases = np.zeros(784)
    for W, b, gate in zip(model.coefs_, model.intercepts_, gates, strict=True):
        biases = (biases @ W + b) * gate
    assert total + biases[index] == pytest.approx(output, abs=1e-4)


@pytest.mark.parametrize("settings", [{}, {"stride": 2}, {"padding": "same"}], ids=str)
@pytest.mark.parametrize(("row", "column"), [(0, 0), (3, 2), (2, 3)])
def test_one_kernel_on_one_place_gives_the_products_of_the_lecture(
    browser, tmp_path, row, column, settings
):
    xo = load_xo()
    features = ConvFeatureTransformer(xo.kernels, activation=None, pool=None, **settings)
    model = make_pipeline(features, small()).fit(xo.data, xo.target)
    open_page(browser, to_page(model, X=xo.data, y=xo.target), tmp_path)
    products, mean = run_core(
        browser,
        """
        const model = readModel(document.getElementById("model"));
        const { trace } = predict(model, arguments[0]);
        const entry = trace.find(({ kind }) => kind === "convolution");
        const found = patchProducts(entry, 1, arguments[1], arguments[2]);
        return [Array.from(found.products), found.mean];
        """,
        ((xo.data[0] + 1) * (255 / 2)).tolist(), row, column,
    )  # fmt: skip
    images, stride = xo.images[0], settings.get("stride", 1)
    if settings.get("padding") == "same":
        images = np.pad(images, 1)
    row_of_patch, column_of_patch = row * stride, column * stride
    patch = images[row_of_patch:, column_of_patch:][:3, :3]
    expected = patch * xo.kernels[1]
    assert products == pytest.approx(expected.ravel().tolist())
    assert mean == pytest.approx(expected.mean())
    assert mean == pytest.approx(features.feature_maps(xo.data[:1])[0, row, column, 1])
