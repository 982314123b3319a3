"""The rules for the parameters of the transformer, and the sizes of its layers."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skmnist import ConvFeatureTransformer
from skmnist.base._image_shape import image_shape, square_or_row
from skmnist.features._kernels import SOURCES
from skmnist.features._layers import check_parameters, plan_layers
from skmnist.network._convolution import PADDINGS, Layer, map_sizes


def plans(shape, **params):
    """Return the plans of the layers for images of this shape."""
    return plan_layers(ConvFeatureTransformer(**params), shape)


def sizes(shape, **params):
    """Return the sizes of the kernels and of the pools of each layer."""
    return [((p.height, p.width), p.layer.pool_size) for p in plans(shape, **params)]


@given(n_columns=st.integers(1, 10_000))
def test_default_shape_is_a_square_or_else_a_row(n_columns):
    height, width, channels = square_or_row(n_columns)
    assert (height * width, channels) == (n_columns, 1)
    assert height == (width if math.sqrt(n_columns).is_integer() else 1)


def test_shape_without_channels_has_one_channel():
    assert image_shape((4, 16), 64) == (4, 16, 1)
    assert image_shape([2, 8, np.int64(4)], 64) == (2, 8, 4)


@pytest.mark.parametrize("asked", [(8, 9), (8, 8, 3), (1, 1)])
def test_shape_that_differs_from_the_columns_raises_error(asked):
    n_pixels = math.prod(asked)
    message = (
        f"image_shape must have the product 64, the number of columns of X; got {asked!r} with the "
        f"product {n_pixels}."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        image_shape(asked, 64)


@given(
    side=st.integers(1, 50),
    kernel=st.integers(1, 9),
    stride=st.integers(1, 4),
    padding=st.sampled_from(PADDINGS),
    pool=st.integers(1, 5),
)
def test_numbers_of_positions_and_pools_equal_a_count(side, kernel, stride, padding, pool):
    starts = range(0, side if padding == "same" else side - kernel + 1, stride)
    pools = [first for first in range(0, len(starts), pool) if first + pool <= len(starts)]
    layer = Layer(stride=stride, padding=padding, pool_size=(pool, 1))
    across = len(range(0, 7, stride))
    expected = [len(starts), across], [len(pools), across]
    assert map_sizes((side, 7), (kernel, 1), layer) == expected


@pytest.mark.parametrize(
    ("shape", "kernel", "pool", "left"),
    [
        ((28, 28, 1), (7, 7), (4, 4), [5, 5]),  # MNIST
        ((8, 8, 1), (3, 3), (2, 2), [3, 3]),  # scikit-learn's digits
        ((9, 9, 1), (3, 3), (2, 2), [3, 3]),  # the lecture's X and O
        ((32, 32, 3), (7, 7), (5, 5), [5, 5]),
        ((16, 100, 1), (5, 7), (3, 16), [4, 5]),
        ((3, 3, 1), (1, 1), (1, 1), [3, 3]),
    ],
)
def test_automatic_sizes_for_usual_images(shape, kernel, pool, left):
    (plan,) = plans(shape)
    assert ((plan.height, plan.width), plan.layer.pool_size) == (kernel, pool)
    assert map_sizes(shape[:2], kernel, plan.layer)[1] == left


@given(side=st.integers(1, 300))
def test_automatic_kernels_are_odd_and_a_quarter_of_the_image_or_7(side):
    (plan,) = plans((side, 28, 1), kernels="strokes")
    assert plan.height % 2 == 1
    assert plan.height <= side
    assert abs(plan.height - min(side / 4, 7)) <= 1


@given(positions=st.integers(1, 300))
def test_automatic_pools_are_at_most_5_along_each_side(positions):
    (plan,) = plans((positions, positions, 1), kernel_size=1)
    _, (down, right) = map_sizes((positions, positions), (1, 1), plan.layer)
    assert down == right
    assert min(positions, 3) <= down <= 5


def test_automatic_pools_before_the_last_layer_have_size_2_or_1():
    # 28 - 6 = 22 positions and 11 pools; a quarter is 3, so there are 9 positions and 4 pools.
    assert sizes((28, 28, 1), n_kernels=(8, 8)) == [((7, 7), (2, 2)), ((3, 3), (2, 2))]
    # 13 - 4 = 9 rows are too few for pools of 2; 28 - 4 = 24 columns are enough.
    (first, _) = sizes((13, 28, 1), kernel_size=(5, 1))
    assert first == ((5, 5), (1, 2))
    (first, second) = sizes((28, 28, 1), n_kernels=(8, 8), pool=(None, "rms"))
    assert first == ((7, 7), (1, 1))
    assert second == ((5, 5), (4, 4))


def test_pools_of_a_given_size_are_squares():
    assert sizes((20, 30, 1), kernel_size=3, pool_size=4) == [((3, 3), (4, 4))]
    assert sizes((20, 30, 1), kernel_size=3, pool_size=4, pool=None) == [((3, 3), (1, 1))]


def test_kernels_and_pools_of_a_row_of_pixels_are_rows():
    assert sizes((1, 90, 1), kernel_size=5, pool_size=3) == [((1, 5), (1, 3))]
    assert sizes((1, 30, 1)) == [((1, 7), (1, 5))]


def test_kernels_and_pools_shrink_if_a_small_shape_is_the_default():
    assert sizes((7, 7, 1), kernel_size=9, pool_size=4) == [((7, 7), (1, 1))]
    assert sizes((7, 7, 1), kernel_size=5, pool_size=4) == [((5, 5), (3, 3))]
    assert sizes((2, 2, 1), kernels="strokes", kernel_size=3) == [((2, 2), (1, 1))]
    deep = sizes((5, 5, 1), kernel_size=(4, 4), pool_size=1)
    assert deep == [((4, 4), (1, 1)), ((2, 2), (1, 1))]


@pytest.mark.parametrize(
    ("shape", "asked"), [((8, 8, 1), None), ((7, 7, 1), (7, 7)), ((1, 8, 1), (1, 8))]
)
def test_kernels_do_not_shrink_in_larger_images_or_a_given_shape(shape, asked):
    with pytest.raises(ValueError, match="No feature maps are left"):
        plans(shape, kernel_size=9, image_shape=asked)
    with pytest.raises(ValueError, match="No feature maps are left"):
        plans(shape, kernel_size=1, pool_size=9, image_shape=asked)


def test_error_for_empty_maps_shows_the_sizes_of_all_layers():
    with pytest.raises(ValueError, match=r"^No feature maps are left: ") as caught:
        plans((28, 28, 1), kernel_size=(7, 5, 4), pool_size=(2, 2, 1), padding="valid")
    shown = re.findall(r"(\d+)×\1", str(caught.value))
    # The pixels, and then the kernels, positions and pools (size and number) of each layer.
    assert shown[:9] == ["28", "7", "22", "2", "11", "5", "7", "2", "3"]
    assert shown[9:11] == ["4", "0"]
    for parameter in ("kernels", "stride", "pool_size", "padding to 'same'"):
        assert parameter in str(caught.value)


def test_error_for_empty_maps_shows_stride_and_padding():
    with pytest.raises(ValueError, match=r"12×20 pixels; .*3×3 at a stride of 5") as caught:
        plans((12, 20, 1), kernel_size=3, stride=5, padding="same", pool_size=4)
    assert re.search("with padding leave 3×4, pools of 4×4 leave 0×1", str(caught.value))


def test_different_numbers_of_layers_raise_error():
    message = (
        "Parameters with one value per layer must have the same number of values; got n_kernels "
        "with 2, kernel_size with 3."
    )
    with pytest.raises(ValueError, match=f"^{message}$"):
        plans((28, 28, 1), n_kernels=(4, 8), kernel_size=(5, 3, 3), pool="max")


def test_single_values_apply_to_all_layers():
    made = plans(
        (28, 28, 1),
        kernels=["pca", "random"],
        n_kernels=(4, 8),
        kernel_size=(5, 3),
        stride=(2, 1),
        padding=("same", "valid"),
        normalize=("contrast", None),
        activation=("relu", "abs"),
        pool=(None, "rms"),
        pool_size=2,
    )
    assert [(p.source, p.n_kernels, p.height, p.width, p.normalize) for p in made] == [
        (SOURCES["pca"], 4, 5, 5, "contrast"),
        (SOURCES["random"], 8, 3, 3, None),
    ]
    assert [tuple(p.layer[:5]) for p in made] == [
        (2, "same", "relu", None, (1, 1)),
        (1, "valid", "abs", "rms", (2, 2)),
    ]


@pytest.mark.parametrize(("stacking", "later"), [("mixed", False), ("separate", True)])
def test_only_later_layers_can_be_separate(stacking, later):
    made = plans((28, 28, 1), n_kernels=(2, 2, 2), stacking=stacking)
    assert [p.layer.separate for p in made] == [False, later, later]


def test_given_kernels_determine_the_size():
    array = np.ones((3, 2, 5))
    assert sizes((28, 28, 1), kernels=array, pool=None) == [((2, 5), (1, 1))]
    assert sizes((28, 28, 1), kernels=array.tolist(), kernel_size=9, pool=None) == [
        ((2, 5), (1, 1))
    ]
    both = sizes((28, 28, 1), kernels=(array, "pca"), kernel_size=3, pool=None)
    assert both == [((2, 5), (1, 1)), ((3, 3), (1, 1))]


INVALID_KERNELS = {
    "a row": np.ones(3),
    "one kernel": np.ones((3, 3)),
    "a list of rows": [[1.0, 2], [3, 4]],
    "five dimensions": np.ones((2, 3, 3, 2, 1)),
    "none": np.ones((0, 3, 3)),
    "without rows": np.ones((2, 0, 3, 2)),
    "NaN": np.full((1, 2, 2), np.nan),
    "infinity": np.full((1, 2, 2), -np.inf),
    "words": np.full((1, 2, 2), "ink"),
    "objects": np.full((1, 2, 2), None),
    "complex numbers": np.ones((1, 2, 2), dtype=complex),
    "ragged": [[[1.0, 2], [3]]],
    "arrays of two sizes": [np.ones((2, 3)), np.ones((3, 3))],
}


@pytest.mark.parametrize("name", INVALID_KERNELS)
def test_invalid_kernels_raise_error(name):
    with pytest.raises(ValueError, match=r"^kernels must be .* numbers .*\(n, height, width\)"):
        ConvFeatureTransformer(INVALID_KERNELS[name]).fit(np.eye(25))


def test_error_for_invalid_kernels_tells_their_shape_and_nan():
    with pytest.raises(ValueError, match=r"got an array .* \(1, 2, 2\), with NaN or infinity"):
        ConvFeatureTransformer(INVALID_KERNELS["NaN"]).fit(np.eye(25))
    with pytest.raises(ValueError, match=r"and shape \(3, 3\)\. Pass a single kernel as .*\.$"):
        ConvFeatureTransformer(INVALID_KERNELS["one kernel"]).fit(np.eye(25))


def test_strokes_of_even_size_raise_error():
    with pytest.raises(
        ValueError, match=r"^kernel_size must be odd for kernels='strokes'; got 4\.$"
    ):
        plans((28, 28, 1), kernels="strokes", kernel_size=4)
    with pytest.raises(
        ValueError, match=r"^kernel_size must be odd for kernels='strokes'; got 2\.$"
    ):
        plans((28, 28, 1), kernels=("pca", "strokes"), kernel_size=(4, 2))
    assert sizes((28, 28, 1), kernels="strokes", kernel_size=5, pool=None) == [((5, 5), (1, 1))]


def wrong(name, words, *values):
    """Return a case (name, words of the error, value) for each value."""
    return [(name, words, value) for value in values]


FOR_LAYERS = [
    *wrong("kernels", "'kmeans'", "means", "", 3, None, ("pca", "x"), (), [], ("pca", None)),
    *wrong("n_kernels", "at least 1", 0, -1, 2.0, "8", None, True, (8, 0), (), np.float64(8)),
    *wrong("kernel_size", "at least 1 or 'auto'", 0, 3.0, "Auto", None, False, ("auto", 0)),
    *wrong("stride", "at least 1", 0, -1, 1.5, "auto", None, True, np.True_, (1, None)),
    *wrong("padding", "'valid', 'same'", "full", None, 1, ("same", "full"), ()),
    *wrong("activation", "None, 'relu', 'abs', 'split'", "tanh", 0, np.abs, ("relu", "tanh")),
    *wrong("pool", "'mean', 'max', 'rms'", "sum", 2, True, ("max", 1), ()),
    *wrong("pool_size", "at least 1 or 'auto'", 0, -3, 2.5, "max", None, True, (2, 0)),
    *wrong("normalize", "None, 'mean', 'contrast'", "l2", True, 1, ("mean", "max")),
]
FOR_ALL_LAYERS = [
    *wrong("stacking", "'mixed', 'separate'", "both", None, True, ("mixed", "mixed")),
    *wrong("image_shape", "(height, width)", 28, "28", (28,), (1, 2, 3, 4), (0, 4), (2.0, 2)),
    *wrong("image_shape", "(height, width, channels)", (True, 4), (-1, -4), ("2", "2"), ()),
    *wrong("n_jobs", "None or an integer other than 0", 0, 1.0, "all", True),
    *wrong("random_state", "0 to 4294967295", -1, 2**32, 0.5, "seed", np.random.default_rng(0)),
]


@pytest.mark.parametrize(("name", "words", "value"), FOR_LAYERS + FOR_ALL_LAYERS)
def test_invalid_value_raises_error_with_the_allowed_values(name, words, value):
    with pytest.raises((TypeError, ValueError)) as caught:
        check_parameters(ConvFeatureTransformer(**{name: value}))
    message = str(caught.value)
    assert message.startswith(f"{name} must be ")
    assert message.endswith(f"; got {value!r}.")
    assert words in message
    takes_tuples = name in {each[0] for each in FOR_LAYERS}
    assert ("a tuple with one value per layer" in message) == takes_tuples


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("n_kernels", 0, ValueError),
        ("n_kernels", 8.0, TypeError),
        ("pool", "sum", ValueError),
        ("pool", 1, TypeError),
        ("stride", (1, "2"), TypeError),
        ("image_shape", (0, 4), ValueError),
        ("image_shape", 16, TypeError),
    ],
)
def test_wrong_type_is_type_error_and_wrong_value_is_value_error(name, value, error):
    with pytest.raises(error, match=f"^{name} must be"):
        check_parameters(ConvFeatureTransformer(**{name: value}))


@pytest.mark.parametrize(
    "params",
    [
        {"kernels": np.ones((2, 3, 3)), "stride": np.int8(1), "pool": None, "normalize": None},
        {"kernels": ("pca", np.ones((2, 3, 3))), "kernel_size": ("auto", 3), "pool_size": 1},
        {"kernels": ["pca", "strokes"], "activation": (None, "abs"), "pool": (None, "rms")},
        {"image_shape": (np.int64(2), 2), "n_jobs": -1, "random_state": 2**32 - 1},
        {"image_shape": [2, 2, 1], "n_jobs": np.int32(2), "random_state": np.random.RandomState()},
    ],
)
def test_valid_values_pass(params):
    check_parameters(ConvFeatureTransformer(**params))
