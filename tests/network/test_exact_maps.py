"""Maps that are equal to what is expected, without a tolerance."""

import numpy as np
import pytest
from scipy.signal import correlate2d

from skmnist.datasets import load_xo
from skmnist.network._convolution import Layer, feature_maps


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_maps_of_integers_are_exact_ninths(dtype):
    xo = load_xo(variant="noisy", random_state=0)
    images, kernels = np.sign(xo.images), xo.kernels
    sums = [[correlate2d(image, kernel, mode="valid") for kernel in kernels] for image in images]
    expected = np.moveaxis(np.array(sums), 1, 3).round().astype(dtype) / dtype(9)
    images, kernels = (each[..., None].astype(dtype) for each in (images, kernels))
    maps = feature_maps(images, [kernels], [Layer()])
    assert maps.dtype == dtype
    np.testing.assert_array_equal(maps, expected)


def test_kernel_on_its_own_patch_gives_one():
    xo = load_xo()
    images = np.full((3, 5, 5, 1), -1.0)
    images[:, 1:4, 2:5, 0] = xo.kernels
    maps = feature_maps(images, [xo.kernels[..., None]], [Layer()])
    np.testing.assert_array_equal(maps[:, 1, 2, :].diagonal(), 1)
    assert (maps == 1).sum() == 3


def test_split_maps_add_up_to_map_and_absolute_value():
    rng = np.random.default_rng(0)
    images, kernels = rng.normal(size=(2, 6, 7, 2)), rng.normal(size=(3, 3, 2, 2))
    split, plain, absolute = (
        feature_maps(images, [kernels], [Layer(activation=name)]) for name in ("split", None, "abs")
    )
    np.testing.assert_array_equal(split[..., :3] - split[..., 3:], plain)
    np.testing.assert_array_equal(split[..., :3] + split[..., 3:], absolute)
    assert split.min() == 0
