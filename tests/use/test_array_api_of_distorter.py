"""Distort images of other array libraries, in the CI job that has some."""

import numpy as np
import pytest
import sklearn
from array_libraries import assert_same_place, back, on
from sklearn.datasets import load_digits

from skmnist import DigitDistorter

pytestmark = pytest.mark.skipif(not on, reason="needs SCIPY_ARRAY_API=1, array_api_strict, torch")

X, y = load_digits(return_X_y=True)
X, y = X[:200].astype("f4"), y[:200]

DISTORTIONS = {
    "default": {},
    "affine": {"elastic": 0, "rotation": 40, "shift": 2, "fill": 3},
    "colour": {"image_shape": (8, 4, 2), "smoothness": 1},
    "row": {"image_shape": (1, 64)},
}


@pytest.mark.parametrize("name", list(DISTORTIONS))
@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "int16", "int64", "bool"])
def test_distorted_images_equal_those_of_numpy(name, dtype, put):
    data = X.astype(dtype)
    settings = {**DISTORTIONS[name], "random_state": 0}
    if dtype == "bool":
        settings["fill"] = 1
    found = DigitDistorter(**settings).distort(put(data))
    assert_same_place(found, put(data))
    assert str(found.dtype).endswith(dtype)
    expected = DigitDistorter(**settings).distort(data)
    difference = back(found).astype("f8") - expected
    if "float" in dtype:
        assert np.abs(difference).max() < (1e-4 if dtype == "float32" else 1e-9)
    else:  # a pixel halfway between two grey levels can be rounded in either direction
        assert np.abs(difference).max() <= 1
        assert (difference != 0).mean() < 0.001


def test_distorting_does_not_change_the_images(put):
    there = put(X)
    DigitDistorter().distort(there)
    np.testing.assert_array_equal(back(there), X)
    still = {"rotation": 0, "scale": 0, "shear": 0, "shift": 0, "elastic": 0}
    np.testing.assert_array_equal(back(DigitDistorter(**still).distort(there)), X)


def test_more_images_than_one_chunk_are_distorted(put):
    many = np.tile(X, (10, 1))
    rough = DigitDistorter(smoothness=0.5, random_state=0)
    found = back(rough.distort(put(many)))
    np.testing.assert_allclose(found, rough.distort(many), atol=1e-4)


def test_copies_are_in_the_place_of_the_images_and_labels(put):
    distorter = DigitDistorter(n_copies=2, random_state=0)
    images, labels = distorter.fit_resample(put(X), put(y))
    assert_same_place(images, put(X))
    assert_same_place(labels, put(y))
    expected = distorter.fit_resample(X, y)
    np.testing.assert_allclose(back(images), expected[0], atol=1e-4)
    np.testing.assert_array_equal(back(labels), expected[1])
    _, words = distorter.fit_resample(put(X), np.array(list("abcdefghij"))[y])
    assert words.tolist() == np.array(list("abcdefghij"))[expected[1]].tolist()


def test_images_that_need_a_gradient_are_distorted():
    import torch

    there = torch.asarray(X).requires_grad_()
    with sklearn.config_context(array_api_dispatch=True):
        found = DigitDistorter(random_state=0).distort(there)
    assert not found.requires_grad
    np.testing.assert_allclose(back(found), DigitDistorter(random_state=0).distort(X), atol=1e-4)


def test_errors_of_images_and_fill_value_are_those_of_numpy(put):
    with pytest.raises(ValueError, match=r"^fill must be from 0 to 255, the range of .*uint8"):
        DigitDistorter(fill=256).distort(put(X.astype("uint8")))
    with pytest.raises(ValueError, match=r"^fill must be from 0 to 1, the range of .*bool"):
        DigitDistorter(fill=2).distort(put(X.astype("bool")))
    with pytest.raises(ValueError, match=r"^fill must be from -3\.4.*, the range of .*float32"):
        DigitDistorter(fill=1e39).distort(put(X))
    with pytest.raises(ValueError, match=r"X contains NaN"):
        DigitDistorter().distort(put(np.full((2, 9), np.nan, np.float32)))
    with pytest.raises(ValueError, match=r"too large.*must be finite in .*float32"):
        DigitDistorter(random_state=0).distort(put(np.tile(np.float32([3e38, -3e38]), (3, 8))))


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32"])
def test_device_without_float64_distorts_images(dtype):
    import array_api_strict as xp

    data = X.astype(dtype)
    there = xp.asarray(data.tolist(), dtype=getattr(xp, dtype), device=xp.Device("no_float64"))
    with sklearn.config_context(array_api_dispatch=True):
        found = DigitDistorter(random_state=0).distort(there)
    assert_same_place(found, there)
    expected = DigitDistorter(random_state=0).distort(data)
    np.testing.assert_allclose(back(found), expected, atol=1e-4 if dtype == "float32" else 1)
