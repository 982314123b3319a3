"""Bilinear interpolation, compared with scipy.ndimage.map_coordinates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import map_coordinates

from skmnist.distortion._sampling import sample

SIDES = st.integers(1, 6)
NEAR = st.floats(-3, 9)
ANYWHERE = st.one_of(NEAR, st.integers(-3, 9).map(float), st.floats(-1e4, 1e4))


@st.composite
def problems(draw):
    """Return images, coordinates y and x, and a fill value."""
    n, n_points = draw(st.integers(1, 3)), draw(st.integers(1, 12))
    shape = (n, draw(SIDES), draw(SIDES), draw(st.integers(1, 3)))
    images = draw(arrays(np.float64, shape, elements=st.floats(-100, 100)))
    y, x = draw(arrays(np.float64, (2, n, n_points), elements=ANYWHERE))
    return images, y, x, draw(st.floats(-100, 100))


def sampled_by_scipy(images, y, x, fill):
    """Return the pixels at the coordinates [n, m, channels], one image and channel at a time."""

    def pixels(image, *coordinates):
        return map_coordinates(image, coordinates, order=1, mode="grid-constant", cval=fill)

    each = [
        [pixels(image[..., channel], rows, columns) for channel in range(image.shape[-1])]
        for image, rows, columns in zip(images, y, x, strict=True)
    ]
    return np.moveaxis(np.array(each), 1, 2)


@given(problems())
def test_sampled_pixels_equal_those_of_scipy(problem):
    np.testing.assert_allclose(sample(*problem), sampled_by_scipy(*problem), atol=1e-9)


@given(problems())
def test_sampling_in_float32_is_close_to_sampling_in_float64(problem):
    *several, fill = problem
    images, y, x = (each.astype(np.float32) for each in several)
    found = sample(images, y, x, fill)
    assert found.dtype == np.float32
    exact = sampled_by_scipy(*(each.astype(np.float64) for each in (images, y, x)), fill)
    np.testing.assert_allclose(found, exact, atol=1e-3)


@given(problems())
def test_sampling_changes_none_of_its_arguments(problem):
    before = [np.copy(each) for each in problem]
    sample(*problem)
    for each, expected in zip(problem, before, strict=True):
        np.testing.assert_array_equal(each, expected)


@given(problems())
def test_sampled_pixels_lie_between_those_of_the_image_and_the_fill_value(problem):
    images, _, _, fill = problem
    found = sample(*problem)
    # (1 - 1/3) * 1 + 1/3 * 1 need not be exactly 1, so a rounding error is allowed.
    assert found.min() >= min(images.min(), fill) - 1e-12
    assert found.max() <= max(images.max(), fill) + 1e-12


@given(problems(), st.floats(-100, 100))
def test_sampling_a_constant_gives_exactly_this_constant(problem, constant):
    images, y, x, _ = problem
    assert (sample(np.full_like(images, constant), y, x, constant) == constant).all()


@given(st.integers(-7, 7), st.integers(-7, 7), st.sampled_from(["f4", "f8"]))
def test_whole_pixels_are_shifted_exactly(down, right, dtype):
    images = np.random.default_rng(0).standard_normal((2, 4, 5, 3)).astype(dtype)
    y, x = np.indices((4, 5)).reshape(2, -1).astype(dtype)
    moved = sample(images, np.stack([y - down] * 2), np.stack([x - right] * 2), -1)
    padded = np.full((2, 24, 25, 3), -1, dtype)
    padded[:, 10 + down : 14 + down, 10 + right : 15 + right] = images
    np.testing.assert_array_equal(moved.reshape(images.shape), padded[:, 10:14, 10:15])


@pytest.mark.parametrize("far", [-1e9, -30.0, 30.0, 1e9])
@pytest.mark.parametrize("axis", [0, 1])
def test_all_pixels_far_outside_are_exactly_the_fill_value(far, axis):
    images = np.random.default_rng(0).standard_normal((1, 4, 5, 2))
    coordinates = np.ones((2, 1, 3))
    coordinates[axis] = far
    assert (sample(images, *coordinates, 0.3) == 0.3).all()
