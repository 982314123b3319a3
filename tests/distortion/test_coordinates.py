"""The coordinates from which distorted pixels come, as DigitDistorter shows them to its users."""

import numpy as np
import pytest
from scipy.ndimage import affine_transform
from scipy.stats import kstest, uniform
from sklearn.base import clone

from skmnist import DigitDistorter

STILL = {"rotation": 0, "scale": 0, "shear": 0, "shift": 0, "elastic": 0}
RANGES = {"rotation": 30, "scale": 0.2, "shear": 0.3, "shift": 2.5}
N = 1000


def distorter(**parameters):
    """Return a distorter that does only what is asked."""
    return DigitDistorter(**{**STILL, "random_state": 0, **parameters})


def sources(distorter, height, width, n=N):
    """Return the coordinates [n, height * width, 2] of the sources of pixels, and which are known.

    Linear interpolation reproduces y and x exactly, except where it mixes them with the fill value.
    """
    pixels = np.stack([*np.indices((height, width)), np.ones((height, width))], axis=-1)
    X = np.repeat(pixels.reshape(1, -1), n, axis=0)
    ours = clone(distorter).set_params(image_shape=(height, width, 3), fill=0)
    seen = ours.distort(X).reshape(n, -1, 3)
    return seen[:, :, :2], seen[:, :, 2] > 1 - 1e-12


def affine_maps(distorter, height, width, n=N):
    """Return the matrices [n, 2, 2] and shifts [n, 2] of y and x that yield the sources."""
    targets = np.stack([*np.indices((height, width)).reshape(2, -1), np.ones(height * width)], 1)
    maps = []
    for source, known in zip(*sources(distorter, height, width, n), strict=True):
        maps.append(np.linalg.lstsq(targets[known], source[known], rcond=None)[0].T)
        np.testing.assert_allclose(targets[known] @ maps[-1].T, source[known], atol=1e-9)
    return np.array(maps)[:, :, :2], np.array(maps)[:, :, 2]


def decomposed(matrices):
    """Return angle (degrees), scale of height and width, shear: rotation @ shear @ scaling."""
    forward = np.linalg.inv(matrices)
    angles = np.arctan2(-forward[:, 0, 1], forward[:, 1, 1])  # from the image of (0, 1)
    cos, sin = np.cos(angles), np.sin(angles)
    back = np.stack([np.stack([cos, sin], -1), np.stack([-sin, cos], -1)], axis=1)
    upright = back @ forward
    np.testing.assert_allclose(upright[:, 0, 1], 0, atol=1e-9)
    height, width = upright[:, 0, 0], upright[:, 1, 1]
    return np.rad2deg(angles), height, width, upright[:, 1, 0] / height


@pytest.fixture(scope="module")
def drawn():
    """Return the numbers that were drawn for many images, as rows: each from -1 to 1."""
    matrices, offsets = affine_maps(distorter(**RANGES), 20, 24)
    centre = np.array([19, 23]) / 2
    shifts = offsets + matrices @ centre - centre
    angle, height, width, shear = decomposed(matrices)
    rows = [angle / 30, (height - 1) / 0.2, (width - 1) / 0.2, shear / 0.3, *(shifts.T / 2.5)]
    return dict(zip(("angle", "height", "width", "shear", "down", "right"), rows, strict=True))


@pytest.mark.parametrize("name", ["angle", "height", "width", "shear", "down", "right"])
def test_numbers_are_distributed_uniformly_over_their_range(name, drawn):
    values = drawn[name]
    assert -1 - 1e-9 <= values.min() < -0.98
    assert 0.98 < values.max() <= 1 + 1e-9
    assert kstest(values, uniform(-1, 2).cdf).pvalue > 0.001


def test_numbers_are_independent_of_one_another(drawn):
    correlations = np.corrcoef(list(drawn.values()))
    assert np.abs(correlations - np.eye(6)).max() < 0.12


@pytest.mark.parametrize("name", RANGES)
def test_range_of_zero_leaves_this_distortion_out(name):
    matrices, offsets = affine_maps(distorter(**{**RANGES, name: 0}), 20, 24, n=50)
    centre = np.array([19, 23]) / 2
    angle, height, width, shear = decomposed(matrices)
    shifts = offsets + matrices @ centre - centre
    found = {"rotation": angle, "scale": [height - 1, width - 1], "shear": shear, "shift": shifts}
    for other, values in found.items():
        assert (np.abs(values).max() < 1e-9) == (other == name)


@pytest.mark.parametrize("shape", [(28, 28), (12, 31), (20, 15, 3)], ids=str)
@pytest.mark.parametrize(
    ("dtype", "most", "atol"),
    [("u1", 255, 1), ("i2", 255, 1), ("f4", 8, 1e-4), ("f8", 8, 1e-9)],
)
def test_affine_distortions_equal_those_of_scipy(shape, dtype, most, atol):
    images = np.random.default_rng(1).uniform(0, most, (6, *shape)).astype(dtype)
    ours = distorter(**RANGES, fill=7)
    maps = affine_maps(ours, *shape[:2], n=6)
    ours.set_params(image_shape=shape)
    found = ours.distort(images.reshape(6, -1)).reshape(6, *shape[:2], -1)
    for image, result, matrix, offset in zip(images, found, *maps, strict=True):
        for channel in range(result.shape[-1]):
            expected = affine_transform(
                image.reshape(*shape[:2], -1)[..., channel].astype(float),
                *(matrix, offset),
                **{"order": 1, "mode": "grid-constant", "cval": 7},
            )
            np.testing.assert_allclose(result[..., channel], expected, atol=atol)


def test_large_rotations_and_shears_equal_those_of_scipy():
    image = np.random.default_rng(1).uniform(0, 1, (24, 24))
    ours = distorter(rotation=180, shear=1, scale=0.5, shift=4)
    found = ours.distort(np.repeat(image.reshape(1, -1), 20, axis=0))
    for result, matrix, offset in zip(found, *affine_maps(ours, 24, 24, n=20), strict=True):
        expected = affine_transform(image, matrix, offset, order=1, mode="grid-constant")
        np.testing.assert_allclose(result.reshape(24, 24), expected, atol=1e-9)


def test_elastic_is_the_root_mean_square_of_the_displacements_in_pixels():
    found, known = sources(distorter(elastic=1.5), 40, 40)
    displacements = (found - np.indices((40, 40)).reshape(2, -1).T).reshape(N, 40, 40, 2)
    middle = displacements[:, 8:32, 8:32]
    assert known.reshape(N, 40, 40)[:, 8:32, 8:32].all()
    rms = np.sqrt(np.mean(middle**2, axis=(0, 1, 2)))
    np.testing.assert_allclose(rms, 1.5, rtol=0.03)
    assert abs(np.mean(middle[..., 0] * middle[..., 1])) < 0.05
    assert np.abs(middle.mean(axis=(0, 1, 2))).max() < 0.1


def test_displacements_are_as_smooth_as_asked():
    mean_steps = []
    for smoothness in (3, 6):
        found, _ = sources(distorter(elastic=1, smoothness=smoothness), 40, 40, n=300)
        steps = np.diff(found[..., 1].reshape(-1, 40, 40)[:, 8:32, 8:32], axis=1)
        mean_steps.append(np.sqrt(np.mean(steps**2)))
    # Neighbours have the covariance exp(-1 / (4 smoothness²)).
    expected = [np.sqrt(2 - 2 * np.exp(-1 / (4 * smoothness**2))) for smoothness in (3, 6)]
    np.testing.assert_allclose(mean_steps, expected, rtol=0.1)


@pytest.mark.parametrize("shape", [(1, 30), (30, 1)], ids=str)
def test_single_row_or_column_is_distorted_along_itself_only(shape):
    # Otherwise, it would move out of view: linear interpolation would make it darker.
    X = np.ones((200, 30))
    found = DigitDistorter(image_shape=shape, random_state=0).distort(X)[:, 8:-8]
    np.testing.assert_allclose(found, 1, atol=1e-12)
    ramp = np.tile(np.arange(30.0), (200, 1))
    moved = DigitDistorter(image_shape=shape, random_state=0).distort(ramp)[:, 8:-8]
    assert np.std(moved - ramp[:, 8:-8]) > 0.5


def test_column_is_distorted_like_a_row_of_another_image():
    X = np.random.default_rng(0).uniform(size=(2000, 30))
    X[:, 10:20] += 1
    row, column = (
        DigitDistorter(image_shape=shape, shear=0, random_state=0).distort(X)
        for shape in ((1, 30), (30, 1))
    )
    np.testing.assert_allclose(row.mean(axis=0), column.mean(axis=0), atol=0.05)
    np.testing.assert_allclose(row.std(axis=0), column.std(axis=0), atol=0.05)


def test_single_pixel_stays():
    X = np.arange(5.0).reshape(-1, 1)
    np.testing.assert_array_equal(DigitDistorter().distort(X), X)
