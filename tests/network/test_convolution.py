from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate2d
from threadpoolctl import threadpool_limits

from skmnist.network._convolution import (
    MAP_ACTIVATIONS,
    PADDINGS,
    POOLS,
    Layer,
    _all_patches,
    _Pool,
    feature_maps,
    images_at_once,
    map_shape,
    map_sizes,
    write_maps,
)

close = partial(np.testing.assert_allclose, rtol=1e-11, atol=1e-12)
few = settings(max_examples=40)
paddings = st.sampled_from(PADDINGS)
strides = st.integers(1, 3)

# The formulas of MAP_ACTIVATIONS and POOLS, written independently in NumPy.
ACTIVATION_FORMULAS = {
    None: lambda maps: maps,
    "relu": lambda maps: np.where(maps > 0, maps, 0),
    "abs": np.abs,
    "split": lambda maps: np.concatenate([np.fmax(maps, 0), np.fmax(-maps, 0)], axis=-1),
}
POOL_FORMULAS = {
    "mean": lambda parts: parts.mean(axis=(2, 4)),
    "max": lambda parts: parts.max(axis=(2, 4)),
    "rms": lambda parts: np.sqrt((parts**2).mean(axis=(2, 4))),
}


@st.composite
def pictures(draw):
    """Draw images, and kernels that are no larger than the images."""
    height, width = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    b, maps, deep = draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(1, 3))
    sides = draw(st.integers(1, height)), draw(st.integers(1, width))
    return rng.normal(size=(b, height, width, deep)), rng.normal(size=(maps, *sides, deep))


def padded(images, height, width):
    """Pad images with zeros so that a kernel's centre, rounded down, is placed on each pixel."""
    sides = [((size - 1) // 2, size // 2) for size in (height, width)]
    return np.pad(images, ((0, 0), *sides, (0, 0)))


def correlated(images, kernels, stride=1, padding="valid"):
    """Return SciPy's correlation of images with kernels, divided by the entries of a kernel."""
    if padding == "same":
        images = padded(images, *kernels.shape[1:3])
    maps = [
        [
            [correlate2d(*channel, mode="valid") for channel in zip(image.T, kernel.T, strict=True)]
            for kernel in kernels
        ]
        for image in images
    ]
    # The axes are images, maps, channels, columns, rows: .T has transposed rows and columns.
    sums = np.array(maps).sum(axis=2).transpose(0, 3, 2, 1)
    return sums[:, ::stride, ::stride] / kernels[0].size


def pooled(maps, pool, size):
    """Split maps into rectangles, without the remainder, and combine each rectangle."""
    if pool is None:
        return maps
    (b, height, width, n_maps), (down, right) = maps.shape, size
    rows, columns = height // down, width // right
    covered = maps[:, : rows * down, : columns * right]
    return POOL_FORMULAS[pool](covered.reshape(b, rows, down, columns, right, n_maps))


def zero_mean(kernels):
    return kernels - kernels.mean(axis=(1, 2, 3), keepdims=True)


@few
@given(images_kernels=pictures(), stride=strides, padding=paddings)
def test_maps_match_correlations_of_scipy(images_kernels, stride, padding):
    images, kernels = images_kernels
    maps = feature_maps(images, [kernels], [Layer(stride=stride, padding=padding)])
    close(maps, correlated(images, kernels, stride, padding))


@settings(max_examples=80)
@given(data=st.data(), images_kernels=pictures(), stride=st.integers(1, 2))
def test_maps_are_activated_and_then_pooled_without_remainder(data, images_kernels, stride):
    images, kernels = images_kernels
    activation, pool = (data.draw(st.sampled_from(list(each))) for each in (MAP_ACTIVATIONS, POOLS))
    maps = correlated(images, kernels, stride)
    size = tuple(data.draw(st.integers(1, n)) for n in maps.shape[1:3]) if pool else (1, 1)
    layer = Layer(stride=stride, activation=activation, pool=pool, pool_size=size)
    expected = pooled(ACTIVATION_FORMULAS[activation](maps), pool, size)
    close(feature_maps(images, [kernels], [layer]), expected)


# Both must be positively homogeneous, because maps are divided by the entries of a kernel last.
def test_added_activation_and_pool_are_used(monkeypatch):
    monkeypatch.setitem(MAP_ACTIVATIONS, "leaky", (lambda Z: np.maximum(Z, Z / 2), np.negative))
    lowest = _Pool(np.positive, np.minimum, lambda smallest, n: smallest)
    monkeypatch.setitem(POOLS, "min", lowest)
    monkeypatch.setitem(POOL_FORMULAS, "min", lambda parts: parts.min(axis=(2, 4)))
    rng = np.random.default_rng(0)
    images, kernels = rng.normal(size=(3, 9, 8, 2)), rng.normal(size=(4, 3, 2, 2))
    layer = Layer(activation="leaky", pool="min", pool_size=(2, 3))
    maps = correlated(images, kernels)
    maps = np.concatenate([np.where(maps > 0, maps, maps / 2), -maps], axis=3)
    close(feature_maps(images, [kernels], [layer]), pooled(maps, "min", (2, 3)))


@few
@given(
    data=st.data(),
    images_kernels=pictures(),
    stride=strides,
    padding=paddings,
    activation=st.sampled_from(list(MAP_ACTIVATIONS)),
    separate=st.booleans(),
)
def test_map_shape_is_the_shape_of_feature_maps(
    data, images_kernels, stride, padding, activation, separate
):
    images, kernels = images_kernels
    if separate:
        kernels = kernels[..., :1]
    layer = Layer(stride, padding, activation, "max", separate=separate)
    positions, _ = map_sizes(images.shape[1:3], kernels.shape[1:3], layer)
    sizes = tuple(data.draw(st.integers(1, n)) for n in positions)
    layer = layer._replace(pool_size=sizes)
    maps = feature_maps(images, [kernels], [layer])
    assert map_shape(images.shape[1:], kernels.shape, layer) == maps.shape[1:]


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("pool", ["max", "mean"])
def test_maps_match_torch(stride, padding, pool):
    torch = pytest.importorskip("torch")
    functional, rng = torch.nn.functional, np.random.default_rng(0)
    images, kernels = rng.normal(size=(3, 13, 11, 2)), rng.normal(size=(4, 5, 3, 2))
    layer = Layer(stride, padding, "relu", pool, (2, 3))
    margins = (2, 1) if padding == "same" else 0
    channels_first = [torch.from_numpy(np.moveaxis(a, 3, 1).copy()) for a in (images, kernels)]
    maps = functional.relu(functional.conv2d(*channels_first, stride=stride, padding=margins) / 30)
    pools = {"max": functional.max_pool2d, "mean": functional.avg_pool2d}
    expected = np.moveaxis(pools[pool](maps, (2, 3)).numpy(), 1, 3)
    close(feature_maps(images, [kernels], [layer]), expected)


@given(images_kernels=pictures(), value=st.floats(-1e3, 1e3))
@few
def test_map_of_constant_image_is_constant_times_kernel_mean(images_kernels, value):
    images, kernels = images_kernels
    maps = feature_maps(np.full_like(images, value), [kernels], [Layer()])
    expected = np.broadcast_to(value * kernels.mean(axis=(1, 2, 3)), maps.shape)
    np.testing.assert_allclose(maps, expected, rtol=1e-11, atol=1e-9)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", PADDINGS)
def test_shift_by_stride_shifts_maps_by_one_position(stride, padding):
    rng = np.random.default_rng(0)
    images, kernels = np.zeros((2, 18, 18, 2)), rng.normal(size=(3, 4, 3, 2))
    images[:, 6:11, 6:11] = rng.normal(size=(2, 5, 5, 2))
    moved = np.roll(images, (stride, -stride), axis=(1, 2))
    make = partial(feature_maps, kernels=[kernels], layers=[Layer(stride, padding)])
    assert np.abs(make(images)).max() > 0.1
    close(make(moved), np.roll(make(images), (1, -1), axis=(1, 2)))


@given(images_kernels=pictures(), factors=st.tuples(st.floats(-9, 9), st.floats(-9, 9)))
@few
def test_map_of_sum_of_kernels_is_sum_of_maps(images_kernels, factors):
    (images, kernels), (a, b) = images_kernels, factors
    first, last = kernels[:1], kernels[-1:]
    three = a * first + b * last, first, last
    summed, one, other = (feature_maps(images, [k], [Layer(padding="same")]) for k in three)
    close(summed, a * one + b * other, atol=1e-11)


@few
@given(images_kernels=pictures(), padding=paddings)
def test_separate_maps_are_concatenated_maps_of_each_channel(images_kernels, padding):
    images, kernels = images_kernels
    kernels = kernels[..., :1]
    layer = Layer(padding=padding, activation="split", contrast=0.5)
    alone = [
        feature_maps(images[..., c : c + 1], [kernels], [layer]) for c in range(images.shape[3])
    ]
    together = feature_maps(images, [kernels], [layer._replace(separate=True)])
    close(together, np.concatenate(alone, axis=3))


def test_contrast_gives_correlation_coefficient_times_kernel_deviation():
    rng = np.random.default_rng(0)
    images, kernels = rng.normal(size=(1, 4, 5, 2)), zero_mean(rng.normal(size=(1, 3, 3, 2)))
    maps = feature_maps(images, [kernels], [Layer(contrast=0.0)])
    for row, column in np.ndindex(2, 3):
        patch = images[0, row : row + 3, column : column + 3]
        found = np.corrcoef(patch.ravel(), kernels.ravel())[0, 1]
        assert maps[0, row, column, 0] == pytest.approx(found * kernels.std())


@given(images_kernels=pictures(), factor=st.floats(0.01, 100))
@few
def test_small_contrast_offset_makes_maps_independent_of_scale(images_kernels, factor):
    images, kernels = images_kernels
    kernels = zero_mean(kernels)
    maps, scaled = (
        feature_maps(each, [kernels], [Layer(contrast=1e-24)]) for each in (images, factor * images)
    )
    np.testing.assert_allclose(scaled, maps, rtol=1e-8, atol=1e-8)


def test_large_contrast_offset_keeps_faint_images_faint():
    rng = np.random.default_rng(0)
    images, kernels = rng.normal(size=(2, 6, 6, 1)), zero_mean(rng.normal(size=(3, 3, 3, 1)))
    faint = 1e-6 * images
    maps = feature_maps(faint, [kernels], [Layer(contrast=4.0)])
    np.testing.assert_allclose(maps, correlated(faint, kernels) / 2, rtol=1e-9)
    assert (feature_maps(np.zeros_like(images), [kernels], [Layer(contrast=4.0)]) == 0).all()


@given(images_kernels=pictures(), constant=st.floats(-100, 100))
@pytest.mark.parametrize("contrast", [None, 1.0])
@few
def test_brightness_does_not_change_maps_of_zero_mean_kernels(images_kernels, constant, contrast):
    images, kernels = images_kernels
    make = partial(feature_maps, kernels=[zero_mean(kernels)], layers=[Layer(contrast=contrast)])
    close(make(images + constant), make(images), atol=1e-10)


def test_second_layer_is_applied_to_maps_of_first():
    rng = np.random.default_rng(0)
    images, kernels = rng.normal(size=(2, 12, 11, 2)), rng.normal(size=(3, 4, 3, 2))
    deeper = rng.normal(size=(2, 2, 2, 6))
    layers = [Layer(activation="split", pool="max", pool_size=(2, 2)), Layer(padding="same")]
    between = pooled(ACTIVATION_FORMULAS["split"](correlated(images, kernels)), "max", (2, 2))
    expected = correlated(between, deeper, padding="same")
    close(feature_maps(images, [kernels, deeper], layers), expected)


@given(
    images_kernels=pictures(),
    scratch=st.integers(1, 5000),
    padding=paddings,
    dtype=st.sampled_from([np.float32, np.float64]),
)
@few
def test_written_maps_are_bit_identical_for_any_chunk_size(images_kernels, scratch, padding, dtype):
    images, kernels = (each.astype(dtype) for each in images_kernels)
    layers, shape = [Layer(padding=padding, activation="split")], images.shape[1:]
    X = images.reshape(len(images), -1)
    columns = np.prod(map_shape(shape, kernels.shape, layers[0]))
    out = np.full((2, len(X), columns), 7, dtype=dtype)
    with threadpool_limits(limits=1):
        write_maps(out[0], X, slice(0, len(X)), shape, [kernels], layers)
        write_maps(out[1], X, slice(1, len(X)), shape, [kernels], layers, scratch)
    np.testing.assert_array_equal(out[0, 1:], out[1, 1:])
    assert (out[1, 0] == 7).all(), "a row that is not in the slice was written"
    expected = ACTIVATION_FORMULAS["split"](correlated(images, kernels, 1, padding))
    np.testing.assert_allclose(out[0], expected.reshape(len(X), -1), rtol=1e-4, atol=1e-5)


@given(images_kernels=pictures(), padding=paddings, scratch=st.integers(1, 100_000))
@few
def test_images_at_once_fit_the_scratch_memory(images_kernels, padding, scratch):
    images, kernels = images_kernels
    layer = Layer(padding=padding)
    maps = feature_maps(images[:1], [kernels], [layer])
    wide = padded(images[:1], *kernels.shape[1:3]) if padding == "same" else images[:1]
    seen = _all_patches(wide, *kernels.shape[1:3], 1, *maps.shape[1:3])
    needed = images[:1].nbytes + maps.nbytes + seen.nbytes
    n = images_at_once(images.shape[1:], [kernels.shape], [layer], scratch)
    assert n == max(1, scratch // needed)


@pytest.mark.parametrize("library", ["torch", "array_api_strict"])
@pytest.mark.parametrize("pool", list(POOLS))
def test_other_array_libraries_agree_with_numpy(library, pool):
    xp = pytest.importorskip(library)
    rng = np.random.default_rng(0)
    images = rng.normal(size=(3, 12, 11, 2))
    kernels = [rng.normal(size=(3, 4, 3, 2)), rng.normal(size=(2, 2, 3, 1))]
    layers = [
        Layer(activation="split", pool=pool, pool_size=(2, 3) if pool else (1, 1)),
        Layer(2, "same", "abs", separate=True, contrast=0.1),
    ]
    theirs = feature_maps(xp.asarray(images), [xp.asarray(each) for each in kernels], layers)
    assert type(theirs) is type(xp.asarray(images))
    close(np.from_dlpack(theirs), feature_maps(images, kernels, layers))
