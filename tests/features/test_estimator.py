"""The maps of ConvFeatureTransformer: their values and dtypes, threads and errors."""

from fractions import Fraction

import joblib
import numpy as np
import pandas as pd
import pytest
from helpers import small_transformer
from scipy import sparse
from scipy.signal import correlate2d
from sklearn.base import clone

from skmnist import ConvFeatureTransformer
from skmnist.datasets import load_mnist, load_xo
from skmnist.features._kernels import SOURCES

X, y = load_mnist(subset="test", return_X_y=True)
# Every second pixel of every second row: 14×14.
X, y = X[:300].reshape(-1, 28, 28)[:, ::2, ::2].reshape(300, 196), y[:300]
BARE = {"activation": None, "pool": None}
# The 3×3 kernel that is 1 in its centre and 0 elsewhere: its maps are the image divided by 9.
POINT = np.pad(np.ones((1, 1, 1)), ((0, 0), (1, 1), (1, 1)))

SETTINGS = {
    "default": {"kernels": "kmeans"},
    "one": {"kernels": "random", "n_kernels": 1, "kernel_size": 3, "pool": None},
    "contrast": {"kernels": "patches", "normalize": "contrast", "pool": "rms", "padding": "same"},
    "deep": {"kernels": ("pca", "random"), "n_kernels": (4, 3), "kernel_size": (5, 3)},
    "separate": {"n_kernels": (3, 2), "stacking": "separate", "pool": "mean", "stride": (2, 1)},
}


def same_bits(array, other):
    return array.dtype == other.dtype and array.tobytes() == other.tobytes()


def fitted_attributes(transformer):
    """Return all attributes but the parameters."""
    return {k: v for k, v in vars(transformer).items() if k not in transformer.get_params()}


def correlated(images, kernels, mode="valid"):
    """Return the mean products of kernels and images [b, h, w, c], over all channels."""
    maps = [
        [
            sum(correlate2d(image[..., c], kernel[..., c], mode) for c in range(image.shape[-1]))
            for kernel in kernels
        ]
        for image in images.astype(float)
    ]
    return np.moveaxis(maps, 1, -1) / np.prod(kernels.shape[1:])


@pytest.fixture(scope="module")
def fitted():
    return small_transformer().fit(X, y)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kernels", ["given", "strokes", "strokes of 3"])
def test_maps_of_the_lecture_are_exact_ninths(kernels, dtype):
    xo = load_xo()
    size = 3 if kernels == "strokes of 3" else "auto"
    source = xo.kernels if kernels == "given" else "strokes"
    model = ConvFeatureTransformer(source, kernel_size=size, **BARE)
    maps = model.fit(xo.data).feature_maps(xo.data.astype(dtype))
    assert maps.shape == (2, 7, 7, 3)
    for image, of_image in zip(xo.images.astype(int).tolist(), maps, strict=True):
        for m, kernel in enumerate(xo.kernels.astype(int).tolist()):
            for i, j in np.ndindex(7, 7):
                ninths = sum(kernel[a][b] * image[i + a][j + b] for a in range(3) for b in range(3))
                exact = np.dtype(dtype).type(float(Fraction(ninths, 9)))
                assert of_image[i, j, m].tobytes() == exact.tobytes()
                assert of_image[i, j, m] * 9 == ninths


def test_map_is_1_only_where_the_stroke_is_drawn():
    image = np.full((9, 9), -1.0)
    image[[2, 3, 4], [4, 5, 6]] = 1
    model = ConvFeatureTransformer("strokes", **BARE).fit(image.reshape(1, -1))
    falling = model.feature_maps(image.reshape(1, -1))[0, :, :, 0]
    assert falling[2, 4] == 1
    assert np.argwhere(falling == 1).tolist() == [[2, 4]]


def test_two_layers_have_the_shapes_of_the_lecture():
    model = ConvFeatureTransformer("random", n_kernels=(64, 128), kernel_size=3, **BARE)
    images = np.zeros((2, 784))
    model.fit(images)
    assert model.map_shapes_ == [(26, 26, 64), (24, 24, 128)]
    assert [kernels.shape for kernels in model.kernels_] == [(64, 3, 3, 1), (128, 3, 3, 64)]
    assert model.feature_maps(images, layer=0).shape == (2, 26, 26, 64)
    assert model.transform(images).shape == (2, 24 * 24 * 128)


def test_maps_of_colour_images_average_over_all_channels():
    rng = np.random.default_rng(0)
    images, kernels = rng.normal(size=(7, 6, 5, 3)), rng.normal(size=(2, 3, 2, 3))
    rows = images.reshape(7, -1)
    model = ConvFeatureTransformer(kernels, image_shape=(6, 5, 3), **BARE).fit(rows)
    assert (model.image_shape_, model.map_shapes_) == ((6, 5, 3), [(4, 4, 2)])
    np.testing.assert_allclose(model.feature_maps(rows), correlated(images, kernels))


def test_each_layer_uses_its_own_values_of_the_tuples():
    model = ConvFeatureTransformer(
        ("pca", "random"),
        n_kernels=(5, 3),
        kernel_size=(4, 3),
        stride=(2, 1),
        padding=("valid", "same"),
        activation=("relu", "split"),
        pool=(None, "max"),
        pool_size=("auto", 2),
        random_state=0,
    ).fit(X[:50].astype(float))
    assert model.map_shapes_ == [(6, 6, 5), (3, 3, 6)]
    rows = X[50:55].astype(float)
    first = np.maximum(correlated(rows.reshape(-1, 14, 14, 1), model.kernels_[0])[:, ::2, ::2], 0)
    second = correlated(first, model.kernels_[1], "same")
    split = np.concatenate([np.maximum(second, 0), np.maximum(-second, 0)], axis=-1)
    largest = split.reshape(-1, 3, 2, 3, 2, 6).max(axis=(2, 4))
    np.testing.assert_allclose(model.feature_maps(rows, layer=0), first, atol=1e-9)
    np.testing.assert_allclose(model.feature_maps(rows), largest, atol=1e-9)


@pytest.mark.parametrize("fitted_on", ["uint8", "float32", "float64"])
@pytest.mark.parametrize(
    ("given", "expected"),
    [("uint8", "f4"), ("bool", "f4"), ("int64", "f4"), ("float32", "f4"), ("float64", "f8")],
)
def test_output_dtype_depends_only_on_the_transformed_images(fitted_on, given, expected):
    rows = X[:20] > 99
    model = ConvFeatureTransformer(POINT, padding="same", **BARE).fit(rows.astype(fitted_on))
    columns = model.transform(rows.astype(given))
    assert same_bits(columns, rows.astype(expected) / np.dtype(expected).type(9))


def test_read_only_memory_maps_give_the_same_maps(tmp_path, fitted):
    X.tofile(tmp_path / "images")
    mapped = np.memmap(tmp_path / "images", dtype=np.uint8, mode="r", shape=X.shape)
    model = small_transformer().fit(mapped, y)
    assert same_bits(model.transform(mapped), fitted.transform(X))


def test_out_is_filled_and_returned(tmp_path, fitted):
    expected = fitted.transform(X)
    out = np.full(expected.shape, np.nan, dtype=np.float32)
    assert fitted.transform(X, out=out) is out
    assert same_bits(out, expected)
    shape = expected.shape
    mapped = np.memmap(tmp_path / "columns", dtype=np.float32, mode="w+", shape=shape)
    assert fitted.transform(X, out=mapped) is mapped
    mapped.flush()
    assert (tmp_path / "columns").read_bytes() == expected.tobytes()
    wide = np.zeros((300, 2 * shape[1]), dtype=np.float32)
    fitted.transform(X, out=wide[:, ::2])
    np.testing.assert_array_equal(wide[:, ::2], expected)
    assert not wide[:, 1::2].any()


INVALID_OUT = {
    "columns": np.zeros((300, 7), "f4"),
    "rows": np.zeros((299, 128), "f4"),
    "type": np.zeros((300, 128), "f8"),
    "list": [[0.0] * 128] * 300,
    "read-only": np.broadcast_to(np.float32(0), (300, 128)),
}


@pytest.mark.parametrize("out", INVALID_OUT.values(), ids=INVALID_OUT)
def test_invalid_out_raises_error_and_stays_unchanged(fitted, out):
    with pytest.raises((TypeError, ValueError), match=r"^out must be .*float32.*300, 128.*; got "):
        fitted.transform(X, out=out)
    assert not isinstance(out, np.ndarray) or not out.any()


@pytest.mark.parametrize("name", list(SETTINGS))
@pytest.mark.parametrize("dtype", ["uint8", "float64"])
def test_threads_other_rows_and_memory_layout_change_no_bit(name, dtype):
    rows = X.astype(dtype)
    model = small_transformer(**SETTINGS[name]).fit(rows, y)
    expected = model.set_params(n_jobs=1).transform(rows)
    assert len(np.unique(expected)) > 100
    for n_jobs in (2, -1, None):
        assert same_bits(model.set_params(n_jobs=n_jobs).transform(rows), expected)
    for some in (slice(17, 201), slice(None, None, 3), np.array([5, 5, 290])):
        assert same_bits(model.transform(rows[some]), expected[some])
    alone = np.concatenate([model.transform(rows[i : i + 1]) for i in range(10)])
    assert same_bits(alone, expected[:10])
    assert same_bits(model.transform(np.asfortranarray(rows)), expected)


def test_feature_maps_are_the_columns_as_images():
    model = small_transformer(n_kernels=(4, 3), kernel_size=3).fit(X)
    for layer in (-1, 1):
        maps = model.feature_maps(X[:9], layer=layer)
        assert maps.shape == (9, *model.map_shapes_[1])
        assert same_bits(maps.reshape(9, -1), model.transform(X[:9]))
    first = small_transformer(kernel_size=3, pool_size=2).fit(X)
    assert model.map_shapes_[0] == first.map_shapes_[0] == (6, 6, 8)
    for layer in (0, -2):
        np.testing.assert_array_equal(
            model.feature_maps(X[:9], layer=layer), first.feature_maps(X[:9])
        )


def test_patches_are_balanced_over_the_classes_if_y_is_passed():
    rng = np.random.default_rng(0)
    ink = rng.random((300, 64))
    labels = np.where(np.arange(300) < 15, "dark", "bright")
    images = np.where(labels[:, None] == "dark", -ink, ink)

    def n_dark(y):
        return int(
            (small_transformer("patches", n_kernels=20).fit(images, y).kernels_[0] < 0)
            .all((1, 2, 3))
            .sum()
        )

    assert n_dark(labels) == 10
    assert n_dark(None) < 8
    assert n_dark((labels == "dark") + 0.5 * rng.random(300)) < 8


def test_targets_that_are_not_classes_are_ignored():
    kernels = [
        small_transformer("patches").fit(X, values).kernels_[0]
        for values in (None, X.mean(axis=1), X[:, :2])
    ]
    np.testing.assert_array_equal(kernels[1], kernels[0])
    np.testing.assert_array_equal(kernels[2], kernels[0])


@pytest.mark.parametrize("kernels", sorted(SOURCES.keys() - {"strokes"}))
def test_random_state_determines_the_maps(kernels):
    states = [3, 3, np.random.RandomState(3), 4]
    fits = [small_transformer(kernels, random_state=state).fit(X[:60], y[:60]) for state in states]
    columns = [model.transform(X) for model in fits]
    assert same_bits(columns[1], columns[0])
    assert same_bits(columns[2], columns[0])
    assert kernels == "pca" or not np.allclose(columns[3], columns[0])


def test_clone_has_the_parameters_but_no_kernels():
    model = small_transformer(POINT, stride=(2, 1), stacking="separate").fit(X)
    twin = clone(model)
    assert not hasattr(twin, "kernels_")
    assert twin.get_params().keys() == model.get_params().keys()
    np.testing.assert_array_equal(twin.kernels, POINT)
    assert same_bits(twin.fit_transform(X), model.transform(X))


FAILURES = {
    "labels": (lambda model: model.fit(X, y[:5]), r"inconsistent numbers .* \[300, 5\]"),
    "dimensions": (
        lambda model: model.fit(X.reshape(300, 14, 14)),
        r"^X must have one row per image; got the 3-dimensional .* X\.reshape\(len\(X\), -1\)\.$",
    ),
    "shape": (
        lambda model: model.set_params(image_shape=(14, 13)).fit(X[:, :100]),
        r"^image_shape must have the product 100, .*; got \(14, 13\) with the product 182\.$",
    ),
    "nothing left": (
        lambda model: model.set_params(kernel_size=15).fit(X[:, :144], y),
        "No feature maps are left",
    ),
    "second layer": (
        lambda model: model.set_params(kernels=("random", POINT)).fit(X[:, ::4]),
        r"^kernels must have the shape \(n, 3, 3, 8\), .*; got the shape \(1, 3, 3, 1\)\.$",
    ),
}


@pytest.mark.parametrize("is_fitted", [False, True])
@pytest.mark.parametrize("failure", list(FAILURES))
def test_fit_that_fails_changes_nothing(failure, is_fitted):
    model, (fail, message) = small_transformer(), FAILURES[failure]
    if is_fitted:
        model.fit(pd.DataFrame(X).add_prefix("pixel_"))
    before = joblib.hash(fitted_attributes(model))
    with pytest.raises(ValueError, match=message):
        fail(model)
    assert joblib.hash(fitted_attributes(model)) == before


def test_sparse_or_reshaped_images_raise_error(fitted):
    for method in (fitted.fit, fitted.transform, fitted.feature_maps):
        with pytest.raises(TypeError, match="dense data is required"):
            method(sparse.csr_array(X))
        with pytest.raises(
            ValueError, match=r"Reshape it to \(300, 196\) with X\.reshape\(len\(X\), -1\)"
        ):
            method(X.reshape(300, 14, 14))
    with pytest.raises(ValueError, match=r"X has 195 features, but .* is expecting 196"):
        fitted.transform(X[:, 1:])


def test_invalid_layer_raises_error():
    model = small_transformer("random", n_kernels=(4, 3)).fit(X)
    for layer in (2, -3, "last", None, True, 0.0):
        with pytest.raises(
            (TypeError, ValueError), match=f"^layer must be .* from -2 to 1; got {layer!r}"
        ):
            model.feature_maps(X, layer=layer)
