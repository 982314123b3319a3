"""The images and parameters that DigitDistorter accepts, and its error messages."""

from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.sparse import csr_array, csr_matrix

from skmnist import DigitDistorter
from skmnist.datasets import load_mnist

X = load_mnist(subset="test").data[:100]
EXPECTED = DigitDistorter(random_state=0).distort(X)


def on_disk(folder):
    np.save(folder / "X.npy", X)
    return np.load(folder / "X.npy", mmap_mode="r")


def read_only():
    images = X.copy()
    images.flags.writeable = False
    return images


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: np.asfortranarray(X),
        lambda folder: np.repeat(X, 2, axis=0)[::2],
        lambda folder: np.repeat(X, 2, axis=1)[:, ::2],
        lambda folder: X[::-1, ::-1][::-1, ::-1],
        lambda folder: read_only(),
        on_disk,
        lambda folder: pd.DataFrame(X),
        lambda folder: pd.DataFrame(X, dtype="UInt8"),
        lambda folder: pl.DataFrame(X, schema=[f"pixel{i}" for i in range(784)]),
        lambda folder: X.tolist(),
        lambda folder: [list(map(float, row)) for row in X],
        lambda folder: X.astype(object),
        lambda folder: [list(map(Fraction, row.tolist())) for row in X],
    ],
    ids=[
        *("fortran", "every second row", "every second column", "reversed", "read-only"),
        *("memory map", "pandas", "pandas with missing values", "polars", "lists"),
        *("lists of floats", "objects", "lists of fractions"),
    ],
)
def test_images_can_be_any_array_like(make, tmp_path):
    found = DigitDistorter(random_state=0).distort(make(tmp_path))
    assert type(found) is np.ndarray
    assert found.flags.writeable
    # Floats are not rounded, and wide integers are computed in float64.
    np.testing.assert_allclose(found.astype(float), EXPECTED, atol=1)


def test_images_on_disk_are_distorted_to_the_same_bits(tmp_path):
    np.testing.assert_array_equal(
        DigitDistorter(random_state=0).distort(on_disk(tmp_path)), EXPECTED
    )


@pytest.mark.parametrize("method", ["distort", "fit_resample"])
@pytest.mark.parametrize(
    ("images", "message"),
    [
        (X[0], r"one row per image; got the 1-dimensional shape \(784,\).*X\.reshape\(1, -1\)"),
        (X.reshape(-1, 28, 28), r"one row per image.*\(100, 28, 28\).*X\.reshape\(len\(X\), -1\)"),
        (X[:0], r"0 sample\(s\)"),
        (X[:, :0], r"0 feature\(s\)"),
        (np.full((3, 4), np.nan), r"X contains NaN"),
        (np.full((3, 4), np.inf), r"X contains infinity"),
        (np.full((3, 4), 1j), r"Complex data not supported"),
        (np.full((3, 4), "one"), r"not compatible with arrays of bytes/strings"),
        (np.full((3, 4), np.datetime64("2020")), r"X must contain numbers; got datetime64"),
        ([[10**400] * 4] * 3, r"X must contain numbers in the range of floats"),
        (np.tile(np.float32([3e38, -3e38]), (3, 2)), r"too large.*must be finite in float32"),
        (np.tile([1.7e308, -1.7e308], (3, 2)), r"too large.*must be finite in float64"),
    ],
    ids=lambda each: each if isinstance(each, str) else "X",
)
def test_images_that_cannot_be_distorted_raise_an_error(images, message, method):
    ours = DigitDistorter(shift=0.5, random_state=0)
    arguments = (images,) if method == "distort" else (images, np.arange(len(images)))
    with pytest.raises(ValueError, match=message):
        getattr(ours, method)(*arguments)


@pytest.mark.parametrize("make", [csr_array, csr_matrix])
@pytest.mark.parametrize("method", ["distort", "fit_resample"])
def test_sparse_images_raise_an_error(make, method):
    arguments = (make(X),) if method == "distort" else (make(X), np.arange(len(X)))
    with pytest.raises(
        TypeError, match=r"Sparse data was passed for X, but dense data is required"
    ):
        getattr(DigitDistorter(), method)(*arguments)


NUMBERS = {
    "rotation": ("a number of degrees from 0 to 180", [-1, 180.5, np.nan]),
    "scale": ("a number from 0 up to, but not including, 1", [-0.1, 1, np.nan]),
    "shear": ("a number from 0 to 10", [-0.1, 11]),
    "shift": ("a number of pixels from 0 to 10000", [-1, np.inf]),
    "elastic": ("a number of pixels from 0 to 10000", [-1, 10_001]),
    "smoothness": ("a number of pixels from 0.5 to 1000", [0, 0.4, 1001]),
    "fill": ("a finite number", [np.nan, -np.inf, 10**400]),
    "n_copies": ("an integer of at least 1", [0, -1]),
    "n_jobs": ("None or an integer other than 0", [0]),
    "random_state": (
        "an integer from 0 to 4294967295, a numpy.random.RandomState or None",
        [-1, 2**32],
    ),
    "image_shape": (
        "None, (height, width) or (height, width, channels), with integers of at least 1",
        [(), (28,), (28, 28, 1, 1), (28.0, 28), (0, 28), (-1, -784), (True, 784), [None, 3]],
    ),
}
WRONG_TYPES = {
    **{name: [None] for name, (allowed, _) in NUMBERS.items() if allowed.startswith("a ")},
    "n_copies": [1.0, None],
    "n_jobs": [1.0],
    "random_state": [0.0, np.random.default_rng(0)],
    "image_shape": [28],
}
WRONG = [
    *((name, each, ValueError) for name, (_, values) in NUMBERS.items() for each in values),
    *((name, each, TypeError) for name in NUMBERS for each in ("10", True)),
    *((name, each, TypeError) for name, values in WRONG_TYPES.items() for each in values),
]


@pytest.mark.parametrize(("name", "value", "error"), WRONG, ids=str)
def test_error_names_the_parameter_what_is_allowed_and_what_was_passed(name, value, error):
    allowed, _ = NUMBERS[name]
    shown = repr(value)[:200]
    for call in (lambda d: d.distort(X), lambda d: d.fit_resample(X, X[:, 0])):
        with pytest.raises(error) as caught:
            call(DigitDistorter(**{name: value}))
        assert str(caught.value).startswith(f"{name} must be {allowed}; got {shown}")


def test_error_of_a_wrong_seed_of_a_call_names_it():
    with pytest.raises(TypeError, match=r"^random_state must be an integer .*; got 'seed'\.$"):
        DigitDistorter().distort(X, random_state="seed")


def test_image_shape_must_have_the_number_of_columns():
    message = r"^image_shape must have the product 784, .*; got \(28, 27\) with the product 756\.$"
    with pytest.raises(ValueError, match=message):
        DigitDistorter(image_shape=(28, 27)).distort(X)


@pytest.mark.parametrize(
    ("dtype", "wrong", "span"),
    [
        ("u1", -1, "0 to 255"),
        ("u1", 255.5, "0 to 255"),
        ("i1", 128, "-128 to 127"),
        ("i8", 2.0**63, "-9223372036854775808 to 9223372036854775807"),
        ("bool", 2, "0 to 1"),
        ("f2", 1e5, r"-65504\.0 to 65504\.0"),
        ("f4", -1e39, r"-3\.4.*e\+38 to 3\.4.*e\+38"),
    ],
)
def test_fill_must_be_in_the_range_of_the_dtype(dtype, wrong, span):
    images = np.zeros((2, 9), dtype)
    with pytest.raises(ValueError, match=rf"^fill must be from {span}, the range of .*; got "):
        DigitDistorter(fill=wrong).distort(images)


def test_parameters_can_be_numbers_of_any_type():
    expected = DigitDistorter(rotation=8, scale=0.125, fill=1, random_state=0).distort(X)
    for rotation, scale, fill in (
        (Fraction(8), Fraction(1, 8), Fraction(1)),
        (np.int8(8), np.float16(0.125), np.uint8(1)),
        (np.float32(8), np.float64(0.125), np.float32(1)),
    ):
        given = {"rotation": rotation, "scale": scale, "fill": fill, "random_state": np.int64(0)}
        others = {"shear": np.float32(0.1), "shift": Fraction(1), "elastic": Fraction(4, 5)}
        found = DigitDistorter(**given, **others, smoothness=Fraction(5)).distort(X)
        np.testing.assert_allclose(found.astype(float), expected, atol=1)


def test_shape_can_be_a_list_or_have_numbers_of_numpy():
    for shape in ([28, 28], (np.int64(28), np.uint8(28)), [28, 28, 1]):
        found = DigitDistorter(image_shape=shape, random_state=0).distort(X)
        np.testing.assert_array_equal(found, EXPECTED)
