"""Smooth random fields, compared with a formula and with white noise filtered by SciPy."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from skmnist import DigitDistorter
from skmnist.distortion._coordinates import coordinate_fields
from skmnist.distortion._fields import smooth_fields

SHAPES = [(28, 28), (8, 30), (30, 8), (1, 40)]
SMOOTHNESS = [1, 5, 20, 1000]


def correlations(fields, axis):
    """Return the mean correlation of pixels of fields [n, h, w] at distances 1, 2, … on an axis."""
    fields = np.moveaxis(fields, axis, 0)
    n = len(fields)
    products = [np.mean(fields[d:] * fields[: n - d]) for d in range(1, n)]
    return np.array(products) / np.mean(fields**2)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("smoothness", SMOOTHNESS)
def test_covariance_is_that_of_filtered_noise(shape, smoothness):
    # Filtering noise twice is a filter with twice the variance, so the covariance of two pixels is
    # a Gaussian function of their distance with twice the variance of the filter.
    fields = smooth_fields(*shape, smoothness)
    points = np.indices(shape).reshape(2, -1)
    distances = ((points[:, :, None] - points[:, None]) ** 2).sum(axis=0)
    expected = np.exp(-distances / (4 * smoothness**2))
    np.testing.assert_allclose(fields.T @ fields, expected, atol=0.06)
    assert np.abs(fields.T @ fields - expected).mean() < 0.01


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("smoothness", [0.1, *SMOOTHNESS])
def test_mean_square_over_the_pixels_is_one(shape, smoothness):
    fields = smooth_fields(*shape, smoothness)
    assert np.mean(np.sum(fields**2, axis=0)) == pytest.approx(1)


@pytest.mark.parametrize("axis", [1, 2])
def test_smoothness_is_that_of_noise_filtered_by_scipy(axis):
    rng = np.random.default_rng(0)
    fields = smooth_fields(28, 28, 3)
    ours = (rng.standard_normal((2000, len(fields))) @ fields).reshape(-1, 28, 28)
    noise = rng.standard_normal((500, 60, 60))
    filtered = gaussian_filter(noise, sigma=(0, 3, 3))[:, 16:44, 16:44]
    found, expected = correlations(ours, axis), correlations(filtered, axis)
    np.testing.assert_allclose(found[:12], expected[:12], atol=0.04)
    assert found[0] > 0.95
    assert abs(found[11]) < 0.1


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("smoothness", [1, 5, 20])
def test_displacements_at_the_border_are_as_large_as_in_the_middle(shape, smoothness):
    variances = np.sum(smooth_fields(*shape, smoothness) ** 2, axis=0).reshape(shape)
    height, width = shape
    border = np.concatenate([variances[0], variances[-1], variances[:, 0], variances[:, -1]])
    middle = variances[height // 3 : -(-height * 2 // 3), width // 3 : -(-width * 2 // 3)]
    assert border.mean() == pytest.approx(middle.mean(), rel=0.05)
    assert 0.93 < variances.min() < variances.max() < 1.05


def test_few_fields_are_needed_unless_they_are_rough():
    numbers = [len(smooth_fields(28, 28, smoothness)) for smoothness in (1000, 5, 2, 0.1)]
    assert numbers == sorted(numbers)
    assert numbers[0] == 1
    assert numbers[1] < 25
    assert numbers[3] > 0.98 * 28 * 28


def test_fields_in_the_cache_cannot_be_changed():
    fields = coordinate_fields(DigitDistorter(smoothness=3), 9, 9)
    with pytest.raises(ValueError, match="read-only"):
        fields += 1
    assert coordinate_fields(DigitDistorter(smoothness=3.0), 9, 9) is fields
