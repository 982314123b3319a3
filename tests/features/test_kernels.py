"""The sources of kernels, kernels that are given, and their normalization."""

import re

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from scipy.stats import kstest

from skmnist import ConvFeatureTransformer
from skmnist.datasets import load_xo
from skmnist.features._kernels import SOURCES, kernel_source, make_kernels
from skmnist.features._layers import _Plan, fitted_layer
from skmnist.features._patches import _Patches
from skmnist.network._convolution import Layer, feature_maps


def of_one_class(rows):
    """Return a sample of patches that have the same class."""
    return _Patches(rows, np.zeros(len(rows), dtype=int))


def make(source, n_kernels, shape, patches=None, seed=0):
    """Return the kernels of a source."""
    return SOURCES[source].make(n_kernels, shape, patches, np.random.default_rng(seed))


def drawing(text):
    """Return lines of # and - as ink 1 and paper -1."""
    return np.array([[1.0 if each == "#" else -1.0 for each in line] for line in text.split()])


def correlations(some, others):
    """Return the correlation coefficient of each of some rows with each of others."""
    return np.corrcoef(some, others)[: len(some), len(some) :]


# --- strokes


def test_strokes_of_size_3_are_those_of_the_lecture():
    found = make("strokes", 32, (3, 3, 1))
    np.testing.assert_array_equal(found[..., 0], load_xo().kernels)


def test_strokes_of_size_5_are_longer_but_not_thicker():
    falling = drawing("#---- -#--- --#-- ---#- ----#")
    crossing = drawing("#---# -#-#- --#-- -#-#- #---#")
    rising = drawing("----# ---#- --#-- -#--- #----")
    expected = np.stack([falling, crossing, rising])
    np.testing.assert_array_equal(make("strokes", 1, (5, 5, 1))[..., 0], expected)


def test_strokes_of_size_7_are_symmetric_and_contain_those_of_size_5():
    falling, crossing, rising = larger = make("strokes", 1, (7, 7, 1))[..., 0]
    np.testing.assert_array_equal(larger[:, 1:-1, 1:-1], make("strokes", 1, (5, 5, 1))[..., 0])
    assert [(each == 1).sum() for each in larger] == [7, 13, 7]
    np.testing.assert_array_equal(np.flipud(falling), rising)
    np.testing.assert_array_equal(np.rot90(crossing), crossing)


def test_strokes_are_the_same_in_all_channels():
    found = make("strokes", 1, (3, 3, 4))
    np.testing.assert_array_equal(found, np.stack([load_xo().kernels] * 4, axis=3))


def test_strokes_of_height_1_are_the_middle_rows():
    np.testing.assert_array_equal(
        make("strokes", 1, (1, 5, 1))[:, 0, :, 0], [[-1, -1, 1, -1, -1]] * 3
    )


# --- patches


def patches_with_blanks(n=60, n_classes=3, n_entries=6):
    """Return different patches with their classes; every fourth patch is blank."""
    rng = np.random.default_rng(0)
    rows, classes = rng.normal(size=(n, n_entries)), np.arange(n) % n_classes
    rows[::4] = rng.normal(size=(len(rows[::4]), 1))
    return _Patches(rows, classes)


@pytest.mark.parametrize("seed", range(3))
def test_patch_kernels_are_distinct_have_ink_and_are_balanced(seed):
    patches = patches_with_blanks()
    found = make("patches", 9, (2, 3, 1), patches, seed).reshape(9, 6)
    (which, at) = np.nonzero((found[:, None] == patches.rows).all(axis=2))
    np.testing.assert_array_equal(which, np.arange(9))
    assert len(set(at)) == 9
    assert (np.ptp(found, axis=1) > 0).all()
    assert np.bincount(patches.classes[at]).tolist() == [3, 3, 3]


def test_patch_kernels_keep_rows_columns_and_channels():
    row = np.arange(12.0)
    found = make("patches", 1, (2, 3, 2), of_one_class(row[None]))
    assert found.shape == (1, 2, 3, 2)
    assert found[0, 1, 0, 1] == 7


def test_patch_kernels_are_fewer_if_fewer_patches_have_ink():
    patches = patches_with_blanks(n=8)
    assert len(make("patches", 32, (2, 3, 1), patches)) == 6


def test_probability_of_a_patch_is_proportional_to_its_ink():
    # The variances are 1 and 3, so the second patch is chosen in three of four draws.
    rows, rng = np.array([[1.0, -1], [3**0.5, -(3**0.5)]]), np.random.default_rng(0)
    patches = of_one_class(rows + 5)
    draws = [SOURCES["patches"].make(1, (1, 2, 1), patches, rng).max() > 6.5 for _ in range(2000)]
    assert np.mean(draws) == pytest.approx(0.75, abs=4 * (0.75 * 0.25 / 2000) ** 0.5)


# --- pca


def patches_with_distinct_variances(n_entries, n=400, seed=0):
    """Return patches with a different variance in each direction."""
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(n_entries, n_entries)))[0]
    return (rng.normal(size=(n, n_entries)) * 0.7 ** np.arange(n_entries)) @ turn + 3


@pytest.mark.parametrize(("n_kernels", "n_found"), [(1, 1), (5, 5), (32, 11)])
def test_pca_kernels_are_orthonormal_with_mean_0(n_kernels, n_found):
    found = make("pca", n_kernels, (2, 3, 2), of_one_class(patches_with_distinct_variances(12)))
    assert found.shape == (n_found, 2, 3, 2)
    flat = found.reshape(n_found, 12)
    np.testing.assert_allclose(flat @ flat.T, np.eye(n_found), atol=1e-10)
    np.testing.assert_allclose(flat.sum(axis=1), 0, atol=1e-10)


@pytest.mark.parametrize("n", [40, 400])
def test_pca_kernels_are_singular_vectors_of_patches_without_means(n):
    rows = patches_with_distinct_variances(9, n)
    found = make("pca", 5, (3, 3, 1), of_one_class(rows)).reshape(5, 9)
    rows = rows - rows.mean(axis=1, keepdims=True)
    expected = np.linalg.svd(rows - rows.mean(axis=0))[2][:5]
    signs = np.sign((found * expected).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(found * signs, expected, atol=1e-8)


# --- kmeans


def noisy_patterns(n=300, n_patterns=3, noise=0.02, seed=0):
    """Return patterns, and patches with one of them each, of varying contrast and brightness."""
    rng = np.random.default_rng(seed)
    patterns = rng.normal(size=(n_patterns, 16))
    patterns -= patterns.mean(axis=1, keepdims=True)
    patterns /= patterns.std(axis=1, keepdims=True)
    which = rng.integers(n_patterns, size=n)
    rows = patterns[which] * rng.uniform(1, 2, size=(n, 1)) + rng.normal(size=(n, 1))
    return patterns, rows + rng.normal(scale=noise, size=rows.shape)


@pytest.mark.parametrize(("n_patterns", "seed"), [(2, 0), (3, 1), (3, 2)])
def test_kmeans_kernels_are_the_patterns_in_noisy_patches(n_patterns, seed):
    patterns, rows = noisy_patterns(n_patterns=n_patterns, seed=seed)
    found = make("kmeans", n_patterns, (4, 4, 1), of_one_class(rows), seed).reshape(-1, 16)
    alike = correlations(found, patterns)
    assert sorted(alike.argmax(axis=1)) == list(range(n_patterns))
    assert alike.max(axis=1).min() > 0.999
    np.testing.assert_allclose(found[alike.argmax(axis=1).argsort()], patterns, atol=0.02)


def test_kmeans_ignores_patches_with_little_contrast():
    patterns, rows = noisy_patterns(n_patterns=2)
    blank = 0.05 * np.random.default_rng(1).normal(size=(300, 16))
    found = make("kmeans", 2, (4, 4, 1), of_one_class(np.concatenate([rows, blank])))
    assert correlations(found.reshape(2, 16), patterns).max(axis=1).min() > 0.999


def test_kmeans_kernels_have_mean_0_and_variance_1():
    rows = 5 + np.random.default_rng(0).normal(size=(500, 18))
    found = make("kmeans", 6, (3, 3, 2), of_one_class(rows)).reshape(6, 18)
    np.testing.assert_allclose((found**2).mean(axis=1), 1)
    np.testing.assert_allclose(found.mean(axis=1), 0, atol=1e-12)


def test_kmeans_kernels_are_at_most_the_distinct_patches():
    patterns = np.array([[1.0, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]])
    rows = np.concatenate([4 * patterns + 1, 2 * patterns, patterns + 3, patterns])
    found = make("kmeans", 8, (2, 2, 1), of_one_class(rows)).reshape(-1, 4)
    assert sorted(found.tolist()) == sorted(patterns.tolist())


# --- random


def test_random_kernels_are_standard_normal_and_depend_on_the_seed():
    found = make("random", 500, (5, 4, 3))
    assert found.shape == (500, 5, 4, 3)
    assert kstest(found.ravel(), "norm").pvalue > 1e-3
    flat = found.reshape(500, 60)
    assert abs(correlations(flat[:250].T, flat[:250].T) - np.eye(60)).max() < 0.35
    assert not np.isclose(make("random", 500, (5, 4, 3), seed=1), found).all(axis=(1, 2, 3)).any()


# --- given


def plan_of(kernels, normalize=None, separate=False):
    """Return the plan of a layer of 3×3 kernels, or of given ones."""
    height, width = (3, 3) if isinstance(kernels, str) else np.shape(kernels)[1:3]
    return _Plan(kernel_source(kernels), 4, height, width, normalize, Layer(separate=separate))


def test_given_kernels_become_floats_with_a_channel():
    integers = [[[1, 2, 3], [4, 5, 6]]]
    found = make_kernels(plan_of(integers), (9, 9, 1), None, None)
    assert (found.dtype, found.shape) == (np.float64, (1, 2, 3, 1))
    np.testing.assert_array_equal(found[..., 0], integers)


@pytest.mark.parametrize(
    ("kernels", "shape"),
    [(np.ones((2, 3, 3, 3)), "(2, 3, 3, 3)"), (np.ones((2, 3, 3)), "(2, 3, 3, 1)")],
)
def test_given_kernels_with_wrong_channels_raise_error(kernels, shape):
    message = (
        "kernels must have the shape (n, 3, 3, 2), with as many channels as the images that they "
        f"are applied to; got the shape {shape}."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make_kernels(plan_of(kernels), (9, 9, 2), None, None)


def test_kernels_of_separate_layers_have_one_channel():
    found = make_kernels(plan_of("strokes", separate=True), (9, 9, 5), None, None)
    assert found.shape == (3, 3, 3, 1)
    wrong = r"^kernels must have the shape \(n, 3, 3, 1\), .*; got the shape \(2, 3, 3, 5\)\.$"
    with pytest.raises(ValueError, match=wrong):
        make_kernels(plan_of(np.ones((2, 3, 3, 5)), separate=True), (9, 9, 5), None, None)


@pytest.mark.parametrize(
    ("kernels", "advice"),
    [
        ([np.ones((3, 3)), np.ones((5, 5))], "All kernels of a layer must have the same size."),
        (np.ones((3, 3)), "Pass a single kernel as np.array([kernel])."),
        (np.ones((4, 1, 5, 5)), "If the channels are first, pass np.moveaxis(kernels, 1, -1)."),
    ],
)
def test_kernels_of_a_wrong_shape_raise_error_with_the_shape_to_use(kernels, advice):
    with pytest.raises(ValueError, match=f"(?s)^kernels must .* {re.escape(advice)}$"):
        ConvFeatureTransformer(kernels).fit(np.ones((2, 784)))


# --- normalize


def test_maps_are_those_of_patches_without_means():
    rng = np.random.default_rng(0)
    images, kernels = rng.normal(size=(4, 7, 8, 2)) + 3, rng.normal(size=(5, 3, 4, 2)) + 1
    plan = plan_of(kernels, "mean")
    made, layer = make_kernels(plan, (7, 8, 2), None, None), fitted_layer(plan, None)
    patches = sliding_window_view(images, (3, 4, 2), axis=(1, 2, 3))[:, :, :, 0]
    patches = patches - patches.mean(axis=(3, 4, 5), keepdims=True)
    expected = np.tensordot(patches, kernels, axes=([3, 4, 5], [1, 2, 3])) / 24
    np.testing.assert_allclose(feature_maps(images, [made], [layer]), expected, atol=1e-12)


def test_contrast_is_a_tenth_of_the_mean_variance_of_patches():
    # The variances are 4 and 16, and their mean is 10.
    patches = of_one_class(np.array([[1.0, 5, 1, 5], [0, 8, 0, 8]]))
    plan = plan_of(np.array([[[1.0, 2], [3, 6]]]), "contrast")
    kernels = make_kernels(plan, (9, 9, 1), patches, None)
    np.testing.assert_array_equal(kernels.ravel(), [-2, -1, 0, 3])
    assert fitted_layer(plan, patches) == plan.layer._replace(contrast=pytest.approx(1))
    blank = of_one_class(np.ones((2, 4)))
    assert fitted_layer(plan, blank).contrast > 0


@pytest.mark.parametrize("normalize", [None, "mean"])
def test_layers_without_contrast_stay_as_planned(normalize):
    plan = plan_of("pca", normalize)
    assert fitted_layer(plan, of_one_class(np.eye(9))) == plan.layer


# --- images and patches without variety


@pytest.mark.parametrize("source", sorted(SOURCES))
@pytest.mark.parametrize("value", [0, 1, 0.1])
@pytest.mark.parametrize("kernel_size", [1, 3, 5])
def test_blank_images_give_finite_kernels_and_maps(source, value, kernel_size):
    X = np.full((6, 100), float(value))
    for normalize in (None, "contrast"):
        convolve = ConvFeatureTransformer(
            source, kernel_size=kernel_size, normalize=normalize, random_state=0
        )
        assert np.isfinite(convolve.fit_transform(X)).all()
        assert np.isfinite(convolve.kernels_[0]).all()


@pytest.mark.parametrize("source", ["patches", "kmeans"])
def test_single_patch_is_the_only_kernel(source):
    patch = np.random.default_rng(0).normal(size=(1, 9))
    found = make(source, 8, (3, 3, 1), of_one_class(patch))
    assert found.shape == (1, 3, 3, 1)
    assert correlations(found.reshape(1, 9), patch).item() == pytest.approx(1)


def test_pca_of_equal_patches_has_a_kernel():
    patch = np.random.default_rng(0).normal(size=(1, 9))
    for rows in (patch, np.repeat(patch, 20, axis=0)):
        found = make("pca", 8, (3, 3, 1), of_one_class(rows))
        assert found.shape[1:] == (3, 3, 1)
        assert np.isfinite(found).all()


def test_only_patches_of_later_layers_are_rescaled():
    X = np.random.default_rng(0).integers(0, 256, (20, 784)).astype(np.uint8)
    deep = ConvFeatureTransformer(
        ("patches",) * 6, n_kernels=4, kernel_size=3, padding="same", pool="rms", pool_size=1
    ).fit(X)
    assert np.isfinite(deep.transform(X)).all()
    for kernels in deep.kernels_[1:]:
        np.testing.assert_allclose((kernels**2).mean(axis=(1, 2, 3)), 1, rtol=1e-4)
    np.testing.assert_array_equal(deep.kernels_[0], np.round(deep.kernels_[0]))
    assert deep.kernels_[0].max() > 10


def test_given_kernels_are_a_copy():
    array = np.ones((1, 3, 3, 1))
    found = make_kernels(plan_of(array), (9, 9, 1), None, None)
    assert not np.shares_memory(found, array)
