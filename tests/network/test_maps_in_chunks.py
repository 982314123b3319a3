"""Maps are computed for chunks of images, and are the same as for all images at once."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skmnist.network._arrays import device
from skmnist.network._convolution import (
    CACHE,
    PADDINGS,
    Layer,
    _usual_scratch,
    each_chunk,
    feature_maps,
    images_at_once,
    last_shape,
    map_sizes,
    write_maps,
)

LAYERS = [
    Layer(activation="split", pool="max", pool_size=(2, 2)),
    Layer(padding="same", activation="abs", contrast=0.1),
    Layer(stride=2, pool="rms", pool_size=(1, 2), separate=True),
]
KERNELS = [
    np.random.default_rng(i).normal(size=shape)
    for i, shape in enumerate([(3, 4, 3, 2), (2, 2, 2, 6), (2, 3, 1, 1)])
]
IMAGES = np.random.default_rng(7).normal(size=(5, 15, 13, 2))
SHAPES = [each.shape for each in KERNELS]


@given(
    first=st.integers(0, 9),
    n_rows=st.integers(1, 30),
    size=st.integers(1, 40),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_chunks_cover_each_row_once_and_are_no_larger_than_size(first, n_rows, size, dtype):
    X, rows = np.arange(240, dtype=np.uint8).reshape(40, 6), slice(first, first + n_rows)
    chunks = list(each_chunk(X, rows, (2, 3, 1), dtype, size))
    assert [i for chunk, _ in chunks for i in range(40)[chunk]] == list(range(40)[rows])
    assert max(len(images) for _, images in chunks) == min(size, n_rows)
    together = np.concatenate([images for _, images in chunks])
    assert together.dtype == dtype
    np.testing.assert_array_equal(together, X[rows].reshape(-1, 2, 3, 1))


@pytest.mark.parametrize("n_layers", range(4))
def test_last_shape_is_the_shape_of_feature_maps(n_layers):
    maps = feature_maps(IMAGES, KERNELS[:n_layers], LAYERS[:n_layers])
    shape = last_shape(IMAGES.shape[1:], SHAPES[:n_layers], LAYERS[:n_layers])
    assert tuple(shape) == maps.shape[1:]


@pytest.mark.parametrize("n_layers", [1, 2, 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_maps_of_last_layer_are_written_one_row_per_image(n_layers, dtype):
    kernels, layers = [each.astype(dtype) for each in KERNELS[:n_layers]], LAYERS[:n_layers]
    maps = feature_maps(IMAGES.astype(dtype), kernels, layers)
    out = np.empty((len(IMAGES), maps[0].size), dtype)
    X = IMAGES.astype(dtype).reshape(len(IMAGES), -1)
    write_maps(out, X, slice(0, len(X)), IMAGES.shape[1:], kernels, layers, scratch=1)
    np.testing.assert_allclose(out, maps.reshape(len(IMAGES), -1), rtol=1e-5, atol=1e-6)


def test_maps_are_computed_in_the_dtype_of_out():
    images, kernels = IMAGES.astype(np.float32), KERNELS[0].astype(np.float32)
    maps = feature_maps(images, [kernels], LAYERS[:1]).reshape(len(images), -1)
    out, X = np.empty_like(maps), images.reshape(len(images), -1)
    double = kernels.astype(np.float64)
    write_maps(out, X, slice(0, len(X)), images.shape[1:], [double], LAYERS[:1])
    np.testing.assert_array_equal(out, maps)


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("place", [("numpy", "cpu"), ("array_api_strict", "device1")])
def test_maps_have_dtype_and_device_of_images(padding, place):
    xp = pytest.importorskip(place[0])
    there = xp.Device(place[1]) if hasattr(xp, "Device") else place[1]
    images, kernels = (xp.asarray(a, dtype=xp.float32, device=there) for a in (IMAGES, KERNELS[0]))
    maps = feature_maps(images, [kernels], [Layer(padding=padding, contrast=0.1)])
    assert maps.dtype == xp.float32
    assert device(maps) == there


@pytest.mark.parametrize("n_layers", [1, 2])
def test_overflowing_maps_raise_error_without_warning(n_layers):
    X, kernels = np.full((1, 390), 1e30, np.float32), [1e30 * each for each in KERNELS[:n_layers]]
    kernels = [each.astype(np.float32) for each in kernels]
    out = np.zeros((1, 180), np.float32)
    message = (
        r"^The feature maps of X must be finite in float32; got too large values\. Divide X, or "
        r"the kernels that were passed, by a constant\.$"
    )
    with pytest.raises(ValueError, match=message):
        write_maps(out, X, slice(0, 1), (15, 13, 2), kernels, LAYERS[:n_layers])


def test_scratch_of_separate_layer_is_counted_for_each_channel():
    n_pixels, n_positions, entries, n_maps = 10 * 9 * 3, 8 * 8 * 3, 3 * 2, 4
    needed = 8 * (n_pixels + n_positions * (entries + n_maps))
    count = partial(images_at_once, (10, 9, 3), [(n_maps, 3, 2, 1)], [Layer(separate=True)])
    assert (count(5 * needed), count(5 * needed - 1)) == (5, 4)


def test_images_at_once_depend_on_the_largest_layer():
    first, large, small = (1, 5, 5, 1), (600, 20, 20, 1), (1, 1, 1, 1)
    count = partial(images_at_once, (28, 28, 1), layers=[Layer(), Layer()])
    assert count([first, large], scratch=8 * (24 * 24 + 25 * 1000) * 4) == 4
    assert images_at_once((28, 28, 1), [small], [Layer(stride=28)], 8 * 786 * 4) == 4
    assert count([first, small], scratch=8 * (28 * 28 + 576 * 26) * 4) == 4


def test_scratch_fits_processor_cache_and_is_larger_on_other_devices():
    assert _usual_scratch(IMAGES) == CACHE
    xp = pytest.importorskip("array_api_strict")
    assert _usual_scratch(xp.asarray(IMAGES)) == CACHE
    assert _usual_scratch(xp.asarray(IMAGES, device=xp.Device("device1"))) > CACHE


@pytest.mark.parametrize(
    "make",
    [
        partial(feature_maps, IMAGES),
        partial(last_shape, IMAGES.shape[1:]),
        partial(images_at_once, IMAGES.shape[1:], scratch=1),
    ],
)
def test_layer_without_kernels_raises_error(make):
    kernels = KERNELS[:1] if make.func is feature_maps else SHAPES[:1]
    with pytest.raises(ValueError, match="longer"):
        make(kernels, layers=LAYERS[:2])


@pytest.mark.parametrize("stride", [1, 2])
def test_kernel_larger_than_the_images_has_no_position(stride):
    positions, kept = map_sizes((3, 9), (5, 9), Layer(stride=stride))
    assert (positions, kept) == ([0, 1], [0, 1])


@pytest.mark.parametrize("sizes", [(2,), (2, 2, 2)])
def test_kernels_and_pools_need_two_sides(sizes):
    for kernel_sizes, pool_size in ((sizes, (1, 1)), ((3, 3), sizes)):
        with pytest.raises(ValueError, match=r"longer|shorter"):
            map_sizes((9, 9), kernel_sizes, Layer(pool_size=pool_size))
