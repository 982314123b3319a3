"""What DigitDistorter promises about the images that it returns."""

import math
import pickle
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from skmnist import DigitDistorter
from skmnist.base._checks import new_generator
from skmnist.datasets import load_mnist
from skmnist.distortion._distorting import distorted

STILL = {"rotation": 0, "scale": 0, "shear": 0, "shift": 0, "elastic": 0}
DTYPES = [
    "bool",
    "u1",
    "i1",
    "u2",
    "i2",
    "u4",
    "i4",
    "u8",
    "i8",
    "f2",
    "f4",
    "f8",
    "g",
    ">i2",
    ">f4",
]
X = load_mnist(subset="test").data[:300]


@st.composite
def pictures(draw):
    """Return a few images of any dtype with any pixels, and the shape of an image."""
    shape = draw(st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(1, 3)))
    dtype = np.dtype(draw(st.sampled_from(["bool", "u1", "i2", "u2", "i4", "f2", "f4", "f8"])))
    elements = None
    if dtype.kind == "f":
        largest = float(np.finfo(dtype).max) / 4  # larger floats are refused
        elements = st.floats(-largest, largest, width=8 * dtype.itemsize)
    size = (draw(st.integers(1, 4)), math.prod(shape))
    return draw(arrays(dtype, size, elements=elements)), shape


@given(pictures())
def test_without_distortions_images_stay_as_they_are(drawn):
    images, shape = drawn
    found = DigitDistorter(**STILL, image_shape=shape).distort(images)
    assert found.dtype == images.dtype
    assert not np.shares_memory(found, images)
    np.testing.assert_array_equal(found, images)


@given(pictures(), st.integers(0, 100))
def test_pixels_lie_between_those_of_the_images_and_the_fill_value(drawn, seed):
    images, shape = drawn
    found = DigitDistorter(shift=4, image_shape=shape, random_state=seed).distort(images)
    # Mixing two equal pixels can have a rounding error.
    slack = 0 if images.dtype.kind != "f" else 1e-6 * np.abs(images.astype("f8")).max()
    assert found.astype("f8").min() >= min(images.astype("f8").min(), 0) - slack
    assert found.astype("f8").max() <= max(images.astype("f8").max(), 0) + slack


@pytest.mark.parametrize("dtype", DTYPES)
def test_constant_images_stay_constant_with_this_fill_value(dtype):
    images = np.full((20, 81), 1, dtype)
    found = DigitDistorter(fill=1, shift=5, random_state=0).distort(images)
    assert found.dtype == images.dtype
    assert (found == 1).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_dtype_of_the_images_does_not_change_the_distortions(dtype):
    largest = 1 if dtype == "bool" else 100
    images = (X.astype("f8") > 127) * largest
    expected = DigitDistorter(random_state=0).distort(images.astype("f8"))
    found = DigitDistorter(random_state=0).distort(images.astype(dtype))
    assert found.dtype == np.dtype(dtype)
    rounding = 0.5 if found.dtype.kind in "bui" else 0.05 if dtype == "f2" else 0
    np.testing.assert_allclose(found.astype("f8"), expected, atol=rounding + 1e-4 * largest)


@pytest.mark.parametrize("dtype", ["i4", "u4", "i8", "u8"])
def test_integers_that_float32_does_not_contain_are_exact(dtype):
    most = min(2**53, np.iinfo(dtype).max)
    images = np.array([[most, most - 1, 2**24 + 1, 0]], dtype)
    np.testing.assert_array_equal(DigitDistorter(**STILL).distort(images), images)


@pytest.mark.parametrize("dtype", ["i8", "u8"])
def test_integers_that_float64_does_not_contain_do_not_overflow(dtype):
    limits = np.iinfo(dtype)
    images = np.array([[limits.max, limits.min, limits.max, limits.max]], dtype)
    found = DigitDistorter(**STILL).distort(images)
    np.testing.assert_allclose(found.astype(float), images.astype(float), rtol=1e-15)


def test_integers_are_rounded_to_the_nearest():
    bytes_, floats = (DigitDistorter(random_state=0).distort(X.astype(t)) for t in ("u1", "f4"))
    assert np.abs(bytes_ - floats).max() <= 0.5
    assert abs(np.mean(bytes_ - floats)) < 0.01


def test_pixels_outside_have_the_fill_value():
    black = np.zeros((50, 64), np.uint8)
    found = DigitDistorter(**{**STILL, "shift": 6}, fill=200, random_state=0).distort(black)
    borders = found.reshape(-1, 8, 8)[:, [0, -1], [0, -1]]
    assert borders.max() == 200
    far = DigitDistorter(**{**STILL, "shift": 10_000}, fill=200, random_state=0).distort(black)
    assert (far == 200).mean() > 0.9


def test_without_scaling_images_keep_their_brightness():
    images = np.zeros((len(X), 56, 56), np.float32)
    images[:, 14:42, 14:42] = X.reshape(-1, 28, 28)
    still = {"scale": 0, "elastic": 0, "random_state": 0}
    found = DigitDistorter(**still, rotation=30, shift=3).distort(images.reshape(len(X), -1))
    np.testing.assert_allclose(found.sum(axis=1), images.sum(axis=(1, 2)), rtol=0.01)
    bent = DigitDistorter(random_state=0).distort(images.reshape(len(X), -1))
    assert bent.sum() == pytest.approx(images.sum(), rel=0.02)


def test_distorted_digits_look_like_the_original():
    found = DigitDistorter(random_state=0).distort(X).astype(float)
    same = [np.corrcoef(one, other)[0, 1] for one, other in zip(found, X, strict=True)]
    others = [np.corrcoef(one, other)[0, 1] for one, other in zip(found, X[::-1], strict=True)]
    assert 0.6 < np.median(same) < 0.95
    assert np.median(others) < 0.5


def test_each_image_is_distorted_in_its_own_way():
    found = DigitDistorter(random_state=0).distort(np.repeat(X[:1], 3000, axis=0))
    assert len(np.unique(found, axis=0)) == 3000


def test_channels_of_an_image_are_distorted_in_the_same_way():
    colour = np.stack([X, X // 2, 255 - X], axis=2).reshape(len(X), -1)
    found = DigitDistorter(image_shape=(28, 28, 3), fill=0, random_state=0).distort(colour)
    red, green, _ = np.moveaxis(found.reshape(len(X), 784, 3), 2, 0)
    np.testing.assert_array_equal(red, DigitDistorter(random_state=0).distort(X))
    np.testing.assert_allclose(green, red / 2, atol=1.1)


def test_images_are_square_or_a_row_unless_their_shape_is_given():
    for shape, columns in (((28, 28), 784), ((1, 60), 60)):
        given, found = (
            DigitDistorter(image_shape=each, random_state=0).distort(X[:, :columns])
            for each in (shape, None)
        )
        np.testing.assert_array_equal(found, given)


def test_seed_decides_the_result():
    seeded = DigitDistorter(random_state=3)
    first = seeded.distort(X)
    np.testing.assert_array_equal(seeded.distort(X), first)
    np.testing.assert_array_equal(DigitDistorter().distort(X, random_state=3), first)
    np.testing.assert_array_equal(DigitDistorter(random_state=9).distort(X, 3), first)
    assert (seeded.distort(X, random_state=4) != first).any(axis=1).all()


def test_generators_and_no_seed_give_new_images_in_each_call():
    with_state = DigitDistorter(random_state=np.random.RandomState(3))
    first = with_state.distort(X)
    assert (with_state.distort(X) != first).any(axis=1).all()
    again = DigitDistorter().distort(X, random_state=np.random.RandomState(3))
    np.testing.assert_array_equal(again, first)
    unseeded = DigitDistorter()
    assert (unseeded.distort(X) != unseeded.distort(X)).any(axis=1).all()


def test_global_random_state_is_not_changed_with_a_seed():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    DigitDistorter(random_state=0).distort(X)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize("dtype", ["u1", "f4", "f8"])
@pytest.mark.parametrize("n_jobs", [2, 3, -1, None])
def test_number_of_threads_does_not_change_the_result(n_jobs, dtype):
    many = np.tile(X, (7, 1)).astype(dtype)
    expected = DigitDistorter(random_state=0, n_jobs=1).distort(many)
    found = DigitDistorter(random_state=0, n_jobs=n_jobs).distort(many)
    np.testing.assert_array_equal(found, expected)


def test_number_of_blas_threads_does_not_change_the_result():
    results = []
    for n in (1, 2):
        with threadpool_limits(n, user_api="blas"):
            results.append(DigitDistorter(random_state=0).distort(X.astype("f4")))
    np.testing.assert_array_equal(*results)


@pytest.mark.parametrize("pixels_at_once", [1, 784 * 7, 10**7])
@pytest.mark.parametrize(("dtype", "atol"), [("u1", 1), ("f4", 0.02), ("f8", 1e-9)])
def test_chunk_size_changes_nothing_but_rounding(pixels_at_once, dtype, atol):
    arguments = DigitDistorter(), X.astype(dtype), (28, 28, 1)
    expected = distorted(*arguments, new_generator(0))
    found = distorted(*arguments, new_generator(0), pixels_at_once)
    np.testing.assert_allclose(found.astype("f8"), expected.astype("f8"), atol=atol)
    assert (found.astype("f8") - expected > 0.5).mean() < 0.001


def test_many_images_with_rough_displacements_are_all_distorted_differently():
    # So many random numbers are not drawn at once.
    images = np.repeat(X[:1], 900, axis=0)
    found = DigitDistorter(smoothness=0.5, random_state=0).distort(images)
    assert len(np.unique(found, axis=0)) == 900


def test_memory_does_not_grow_with_the_number_of_images():
    above = []
    for n in (30_000, 60_000):
        images = np.zeros((n, 784), np.uint8)
        tracemalloc.start()
        out = DigitDistorter(n_jobs=1).distort(images)
        above.append(tracemalloc.get_traced_memory()[1] - out.nbytes)
        tracemalloc.stop()
    assert above[1] < 1.05 * above[0] < 25e6


def test_distorters_are_copied_pickled_and_shown_with_their_parameters():
    ours = DigitDistorter(rotation=5, image_shape=(28, 28), random_state=0)
    text = "DigitDistorter(image_shape=(28, 28), random_state=0, rotation=5)"
    for other in (ours, clone(ours), pickle.loads(pickle.dumps(ours))):
        assert repr(other) == text
        np.testing.assert_array_equal(other.distort(X[:9]), ours.distort(X[:9]))
    assert "rotation" in ours._repr_html_()
    assert "api/skmnist.DigitDistorter.html" in ours._repr_html_()
    changed = clone(ours).set_params(rotation=50)
    assert (changed.distort(X[:9]) != ours.distort(X[:9])).any()


def test_distorting_changes_neither_images_nor_parameters():
    images, ours = X.copy(), DigitDistorter(random_state=0)
    before = dict(vars(ours))
    ours.distort(images)
    ours.fit_resample(images, np.arange(len(X)))
    np.testing.assert_array_equal(images, X)
    assert vars(ours) == before
