"""ConvFeatureTransformer: what its maps are, whatever they are asked of and written into."""

from fractions import Fraction

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.signal import correlate2d
from sklearn.base import clone

from skmnist import ConvFeatureTransformer
from skmnist.datasets import load_mnist, load_xo

X, y = load_mnist(subset="test", return_X_y=True)
# Every second pixel of every second row: 14×14.
X, y = X[:300].reshape(-1, 28, 28)[:, ::2, ::2].reshape(300, 196), y[:300]
BARE = {"activation": None, "pool": None}
# The 3×3 kernel that sees nothing but its centre: its maps are the image, divided by 9.
POINT = np.pad(np.ones((1, 1, 1)), ((0, 0), (1, 1), (1, 1)))

SETTINGS = {
    "default": {"kernels": "kmeans"},
    "one": {"kernels": "random", "n_kernels": 1, "kernel_size": 3, "pool": None},
    "contrast": {"kernels": "patches", "normalize": "contrast", "pool": "rms", "padding": "same"},
    "deep": {"kernels": ("pca", "random"), "n_kernels": (4, 3), "kernel_size": (5, 3)},
    "separate": {"n_kernels": (3, 2), "stacking": "separate", "pool": "mean", "stride": (2, 1)},
}


def small(kernels="random", **parameters):
    defaults = {"n_kernels": 4, "random_state": 0}
    return ConvFeatureTransformer(**{"kernels": kernels, **defaults, **parameters})


def same_bits(array, other):
    return array.dtype == other.dtype and array.tobytes() == other.tobytes()


def learnt_by(transformer):
    return {k: v for k, v in vars(transformer).items() if k not in transformer.get_params()}


def correlated(images, kernels, mode="valid"):
    """Average the products of kernels with images [b, h, w, c], the channels added up."""
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
    return small().fit(X, y)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kernels", ["given", "strokes", "strokes of 3"])
def test_the_lectures_maps_are_whole_numbers_of_ninths_to_the_last_bit(kernels, dtype):
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


def test_a_stroke_scores_one_exactly_where_it_is_drawn():
    image = np.full((9, 9), -1.0)
    image[[2, 3, 4], [4, 5, 6]] = 1
    model = ConvFeatureTransformer("strokes", **BARE).fit(image.reshape(1, -1))
    falling = model.feature_maps(image.reshape(1, -1))[0, :, :, 0]
    assert falling[2, 4] == 1
    assert np.argwhere(falling == 1).tolist() == [[2, 4]]


def test_two_plain_layers_have_the_shapes_of_the_lecture():
    model = ConvFeatureTransformer("random", n_kernels=(64, 128), kernel_size=3, **BARE)
    images = np.zeros((2, 784))
    model.fit(images)
    assert model.map_shapes_ == [(26, 26, 64), (24, 24, 128)]
    assert [kernels.shape for kernels in model.kernels_] == [(64, 3, 3, 1), (128, 3, 3, 64)]
    assert model.feature_maps(images, layer=0).shape == (2, 26, 26, 64)
    assert model.transform(images).shape == (2, 24 * 24 * 128)


def test_channels_of_colour_images_are_averaged_with_the_rest():
    rng = np.random.default_rng(0)
    images, kernels = rng.normal(size=(7, 6, 5, 3)), rng.normal(size=(2, 3, 2, 3))
    rows = images.reshape(7, -1)
    model = ConvFeatureTransformer(kernels, image_shape=(6, 5, 3), **BARE).fit(rows)
    assert (model.image_shape_, model.map_shapes_) == ((6, 5, 3), [(4, 4, 2)])
    np.testing.assert_allclose(model.feature_maps(rows), correlated(images, kernels))


def test_each_layer_does_what_its_place_in_the_tuples_says():
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
def test_the_type_that_comes_out_depends_on_what_comes_in_only(fitted_on, given, expected):
    rows = X[:20] > 99
    model = ConvFeatureTransformer(POINT, padding="same", **BARE).fit(rows.astype(fitted_on))
    columns = model.transform(rows.astype(given))
    assert same_bits(columns, rows.astype(expected) / np.dtype(expected).type(9))


def test_a_read_only_memory_map_is_as_good_as_an_array(tmp_path, fitted):
    X.tofile(tmp_path / "images")
    mapped = np.memmap(tmp_path / "images", dtype=np.uint8, mode="r", shape=X.shape)
    model = small().fit(mapped, y)
    assert same_bits(model.transform(mapped), fitted.transform(X))


def test_what_is_given_to_write_into_is_filled_and_returned(tmp_path, fitted):
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


UNFIT = {
    "columns": np.zeros((300, 7), "f4"),
    "rows": np.zeros((299, 128), "f4"),
    "type": np.zeros((300, 128), "f8"),
    "list": [[0.0] * 128] * 300,
    "read-only": np.broadcast_to(np.float32(0), (300, 128)),
}


@pytest.mark.parametrize("out", UNFIT.values(), ids=UNFIT)
def test_what_cannot_be_written_into_is_refused_and_not_touched(fitted, out):
    with pytest.raises((TypeError, ValueError), match=r"^out must be .*float32.*300, 128.*; got "):
        fitted.transform(X, out=out)
    assert not isinstance(out, np.ndarray) or not out.any()


@pytest.mark.parametrize("name", list(SETTINGS))
@pytest.mark.parametrize("dtype", ["uint8", "float64"])
def test_threads_neighbours_and_layout_change_no_bit(name, dtype):
    rows = X.astype(dtype)
    model = small(**SETTINGS[name]).fit(rows, y)
    expected = model.set_params(n_jobs=1).transform(rows)
    assert len(np.unique(expected)) > 100
    for n_jobs in (2, -1, None):
        assert same_bits(model.set_params(n_jobs=n_jobs).transform(rows), expected)
    for some in (slice(17, 201), slice(None, None, 3), np.array([5, 5, 290])):
        assert same_bits(model.transform(rows[some]), expected[some])
    alone = np.concatenate([model.transform(rows[i : i + 1]) for i in range(10)])
    assert same_bits(alone, expected[:10])
    assert same_bits(model.transform(np.asfortranarray(rows)), expected)


def lit_columns(model, row, column):
    """Name the columns that a single bright pixel makes bright, in a 8×6 image."""
    image = np.zeros((8, 6))
    image[row, column] = 1
    names = model.get_feature_names_out()
    assert len(set(names)) == len(names) == np.prod(model.map_shapes_[-1])
    return set(names[model.transform(image.reshape(1, -1))[0] > 0])


@pytest.mark.parametrize("place", [(0, 0), (5, 2), (7, 5)])
def test_a_column_is_named_after_its_kernel_and_its_place(place):
    dark = np.zeros((1, 48))
    plain = {"image_shape": (8, 6), "padding": "same"}
    row, column = place
    one = ConvFeatureTransformer(POINT, **plain, **BARE).fit(dark)
    assert lit_columns(one, *place) == {f"kernel0_{row}_{column}"}
    both = np.concatenate([POINT, -POINT])
    split = ConvFeatureTransformer(both, **plain, pool=None).fit(dark)
    assert lit_columns(split, *place) == {f"kernel0+_{row}_{column}", f"kernel1-_{row}_{column}"}
    pooled = ConvFeatureTransformer(POINT, pool_size=2, activation="relu", **plain).fit(dark)
    assert lit_columns(pooled, *place) == {f"kernel0_{row // 2}_{column // 2}"}


def test_a_column_of_separate_layers_names_the_kernel_of_each():
    first, second = np.array([[[1.0]], [[-1.0]]]), np.array([[[1.0]], [[0.0]], [[-1.0]]])
    model = ConvFeatureTransformer(
        (first, second),
        activation=(None, "split"),
        pool=None,
        stacking="separate",
        image_shape=(8, 6),
    ).fit(np.zeros((1, 48)))
    signs = ("kernel0.kernel0+", "kernel0.kernel2-", "kernel1.kernel0-", "kernel1.kernel2+")
    assert lit_columns(model, 3, 4) == {f"{name}_3_4" for name in signs}


@pytest.mark.parametrize(
    ("kernels", "word"),
    [("kmeans", "kmeans"), ("patches", "patch"), ("pca", "pca"), ("random", "random")],
)
def test_kernels_are_named_after_their_source(kernels, word):
    model = small(kernels, n_kernels=2, kernel_size=13, **BARE).fit(X)
    places = ["_0_0", "_0_1", "_1_0", "_1_1"]
    expected = [f"{word}{n}{place}" for place in places for n in range(2)]
    assert model.get_feature_names_out().tolist() == expected


def test_feature_maps_are_the_columns_as_images():
    model = small(n_kernels=(4, 3), kernel_size=3).fit(X)
    for layer in (-1, 1):
        maps = model.feature_maps(X[:9], layer=layer)
        assert maps.shape == (9, *model.map_shapes_[1])
        assert same_bits(maps.reshape(9, -1), model.transform(X[:9]))
    first = small(kernel_size=3, pool_size=2).fit(X)
    assert model.map_shapes_[0] == first.map_shapes_[0] == (6, 6, 8)
    for layer in (0, -2):
        np.testing.assert_array_equal(
            model.feature_maps(X[:9], layer=layer), first.feature_maps(X[:9])
        )


def test_kernels_are_cut_from_all_classes_alike_if_there_are_labels():
    rng = np.random.default_rng(0)
    ink = rng.random((300, 64))
    labels = np.where(np.arange(300) < 15, "dark", "bright")
    images = np.where(labels[:, None] == "dark", -ink, ink)

    def n_dark(y):
        return int(
            (small("patches", n_kernels=20).fit(images, y).kernels_[0] < 0).all((1, 2, 3)).sum()
        )

    assert n_dark(labels) == 10
    assert n_dark(None) < 8
    assert n_dark((labels == "dark") + 0.5 * rng.random(300)) < 8


def test_numbers_that_are_no_labels_are_as_good_as_none():
    kernels = [
        small("patches").fit(X, values).kernels_[0] for values in (None, X.mean(axis=1), X[:, :2])
    ]
    np.testing.assert_array_equal(kernels[1], kernels[0])
    np.testing.assert_array_equal(kernels[2], kernels[0])


@pytest.mark.parametrize("kernels", ["kmeans", "pca", "patches", "random"])
def test_the_random_state_decides_everything(kernels):
    states = [3, 3, np.random.RandomState(3), 4]
    fits = [small(kernels, random_state=state).fit(X[:60], y[:60]) for state in states]
    columns = [model.transform(X) for model in fits]
    assert same_bits(columns[1], columns[0])
    assert same_bits(columns[2], columns[0])
    assert kernels == "pca" or not np.allclose(columns[3], columns[0])


def test_a_clone_has_the_parameters_and_no_kernels():
    model = small(POINT, stride=(2, 1), stacking="separate").fit(X)
    twin = clone(model)
    assert not hasattr(twin, "kernels_")
    assert twin.get_params().keys() == model.get_params().keys()
    np.testing.assert_array_equal(twin.kernels, POINT)
    assert same_bits(twin.fit_transform(X), model.transform(X))


FAILURES = {
    "labels": (lambda model: model.fit(X, y[:5]), r"inconsistent numbers .* \[300, 5\]"),
    "dimensions": (
        lambda model: model.fit(X.reshape(300, 14, 14)),
        r"3 dimensions, .* X\.reshape\(len\(X\), -1\)",
    ),
    "shape": (
        lambda model: model.set_params(image_shape=(14, 13)).fit(X[:, :100]),
        r"^image_shape must multiply to the 100 .* \(14, 13\), which makes 182",
    ),
    "nothing left": (
        lambda model: model.set_params(kernel_size=15).fit(X[:, :144], y),
        "No feature maps are left",
    ),
    "second layer": (
        lambda model: model.set_params(kernels=("random", POINT)).fit(X[:, ::4]),
        r"^kernels must have as many channels, .* 8: .* got \(1, 3, 3, 1\)",
    ),
}


@pytest.mark.parametrize("is_fitted", [False, True])
@pytest.mark.parametrize("failure", list(FAILURES))
def test_a_fit_that_fails_leaves_no_trace(failure, is_fitted):
    model, (fail, message) = small(), FAILURES[failure]
    if is_fitted:
        model.fit(pd.DataFrame(X).add_prefix("pixel_"))
    learnt = joblib.hash(learnt_by(model))
    with pytest.raises(ValueError, match=message):
        fail(model)
    assert joblib.hash(learnt_by(model)) == learnt


def test_what_is_not_dense_flat_and_of_the_fitted_width_is_refused(fitted):
    for method in (fitted.fit, fitted.transform, fitted.feature_maps):
        with pytest.raises(TypeError, match="dense data is required"):
            method(sparse.csr_array(X))
        with pytest.raises(ValueError, match=r"X\.reshape\(len\(X\), -1\).* \(300, 196\)"):
            method(X.reshape(300, 14, 14))
    with pytest.raises(ValueError, match=r"X has 195 features, but .* is expecting 196"):
        fitted.transform(X[:, 1:])


def test_layers_that_do_not_exist_are_refused():
    model = small("random", n_kernels=(4, 3)).fit(X)
    for layer in (2, -3, "last", None, True, 0.0):
        with pytest.raises(
            (TypeError, ValueError), match=f"^layer must be .* from -2 to 1; got {layer!r}"
        ):
            model.feature_maps(X, layer=layer)
