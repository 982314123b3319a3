import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from scipy.stats import kstest

from skmnist import ConvFeatureTransformer
from skmnist.datasets import load_xo
from skmnist.features._kernels import SOURCES, make_kernels
from skmnist.features._layers import _Plan
from skmnist.features._patches import _Patches
from skmnist.network._convolution import Layer, feature_maps


def of_one_class(rows):
    return _Patches(rows, np.zeros(len(rows), dtype=int))


def make(source, n_kernels, shape, patches=None, seed=0):
    return SOURCES[source](n_kernels, shape, patches, np.random.default_rng(seed))


def drawing(text):
    """Return lines of # and - as ink 1 and paper -1."""
    return np.array([[1.0 if each == "#" else -1.0 for each in line] for line in text.split()])


def correlations(some, others):
    """Return the correlation coefficient of each of some rows with each of others."""
    return np.corrcoef(some, others)[: len(some), len(some) :]


# --- strokes


def test_strokes_at_three_are_the_lectures():
    found = make("strokes", 32, (3, 3, 1))
    np.testing.assert_array_equal(found[..., 0], load_xo().kernels)


def test_strokes_at_five_are_longer_with_the_same_pen():
    falling = drawing("#---- -#--- --#-- ---#- ----#")
    crossing = drawing("#---# -#-#- --#-- -#-#- #---#")
    rising = drawing("----# ---#- --#-- -#--- #----")
    expected = np.stack([falling, crossing, rising])
    np.testing.assert_array_equal(make("strokes", 1, (5, 5, 1))[..., 0], expected)


def test_strokes_at_seven_hold_those_at_five_and_are_symmetric():
    falling, crossing, rising = larger = make("strokes", 1, (7, 7, 1))[..., 0]
    np.testing.assert_array_equal(larger[:, 1:-1, 1:-1], make("strokes", 1, (5, 5, 1))[..., 0])
    assert [(each == 1).sum() for each in larger] == [7, 13, 7]
    np.testing.assert_array_equal(np.flipud(falling), rising)
    np.testing.assert_array_equal(np.rot90(crossing), crossing)


def test_strokes_are_the_same_in_each_channel():
    found = make("strokes", 1, (3, 3, 4))
    np.testing.assert_array_equal(found, np.stack([load_xo().kernels] * 4, axis=3))


def test_strokes_in_a_row_of_pixels_are_the_middle_rows_of_the_drawings():
    np.testing.assert_array_equal(
        make("strokes", 1, (1, 5, 1))[:, 0, :, 0], [[-1, -1, 1, -1, -1]] * 3
    )


# --- patches


def some_patches(n=60, n_classes=3, n_entries=6):
    """Return different patches, every fourth of them blank, with their classes."""
    rng = np.random.default_rng(0)
    rows, classes = rng.normal(size=(n, n_entries)), np.arange(n) % n_classes
    rows[::4] = rng.normal(size=(len(rows[::4]), 1))
    return _Patches(rows, classes)


@pytest.mark.parametrize("seed", range(3))
def test_cut_out_kernels_are_different_patches_with_ink_and_of_all_classes_alike(seed):
    patches = some_patches()
    found = make("patches", 9, (2, 3, 1), patches, seed).reshape(9, 6)
    (which, at) = np.nonzero((found[:, None] == patches.rows).all(axis=2))
    np.testing.assert_array_equal(which, np.arange(9))
    assert len(set(at)) == 9
    assert (np.ptp(found, axis=1) > 0).all()
    assert np.bincount(patches.classes[at]).tolist() == [3, 3, 3]


def test_cut_out_kernels_keep_the_order_of_rows_columns_and_channels():
    row = np.arange(12.0)
    found = make("patches", 1, (2, 3, 2), of_one_class(row[None]))
    assert found.shape == (1, 2, 3, 2)
    assert found[0, 1, 0, 1] == 7


def test_cut_out_kernels_are_fewer_where_fewer_patches_have_ink():
    patches = some_patches(n=8)
    assert len(make("patches", 32, (2, 3, 1), patches)) == 6


def test_a_patch_is_the_likelier_cut_out_the_more_ink_it_has():
    # Variances 1 and 3: the second is taken in three of four draws.
    rows, rng = np.array([[1.0, -1], [3**0.5, -(3**0.5)]]), np.random.default_rng(0)
    patches = of_one_class(rows + 5)
    draws = [SOURCES["patches"](1, (1, 2, 1), patches, rng).max() > 6.5 for _ in range(2000)]
    assert np.mean(draws) == pytest.approx(0.75, abs=4 * (0.75 * 0.25 / 2000) ** 0.5)


# --- pca


def spread_out(n_entries, n=400, seed=0):
    """Return patches that differ by another size in each direction."""
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(n_entries, n_entries)))[0]
    return (rng.normal(size=(n, n_entries)) * 0.7 ** np.arange(n_entries)) @ turn + 3


@pytest.mark.parametrize(("n_kernels", "n_found"), [(1, 1), (5, 5), (32, 11)])
def test_principal_kernels_are_orthonormal_and_balanced_and_fewer_than_entries(n_kernels, n_found):
    found = make("pca", n_kernels, (2, 3, 2), of_one_class(spread_out(12)))
    assert found.shape == (n_found, 2, 3, 2)
    flat = found.reshape(n_found, 12)
    np.testing.assert_allclose(flat @ flat.T, np.eye(n_found), atol=1e-10)
    np.testing.assert_allclose(flat.sum(axis=1), 0, atol=1e-10)


@pytest.mark.parametrize("n", [40, 400])
def test_principal_kernels_are_the_singular_vectors_of_patches_without_means(n):
    rows = spread_out(9, n)
    found = make("pca", 5, (3, 3, 1), of_one_class(rows)).reshape(5, 9)
    rows = rows - rows.mean(axis=1, keepdims=True)
    expected = np.linalg.svd(rows - rows.mean(axis=0))[2][:5]
    signs = np.sign((found * expected).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(found * signs, expected, atol=1e-8)


# --- kmeans


def planted(n=300, n_patterns=3, noise=0.02, seed=0):
    """Return patterns, and patches: a pattern, stronger or weaker, brighter or darker."""
    rng = np.random.default_rng(seed)
    patterns = rng.normal(size=(n_patterns, 16))
    patterns -= patterns.mean(axis=1, keepdims=True)
    patterns /= patterns.std(axis=1, keepdims=True)
    which = rng.integers(n_patterns, size=n)
    rows = patterns[which] * rng.uniform(1, 2, size=(n, 1)) + rng.normal(size=(n, 1))
    return patterns, rows + rng.normal(scale=noise, size=rows.shape)


@pytest.mark.parametrize(("n_patterns", "seed"), [(2, 0), (3, 1), (3, 2)])
def test_centroids_are_the_patterns_that_were_planted(n_patterns, seed):
    patterns, rows = planted(n_patterns=n_patterns, seed=seed)
    found = make("kmeans", n_patterns, (4, 4, 1), of_one_class(rows), seed).reshape(-1, 16)
    alike = correlations(found, patterns)
    assert sorted(alike.argmax(axis=1)) == list(range(n_patterns))
    assert alike.max(axis=1).min() > 0.999
    np.testing.assert_allclose(found[alike.argmax(axis=1).argsort()], patterns, atol=0.02)


def test_patches_that_are_nearly_blank_have_no_centroid():
    patterns, rows = planted(n_patterns=2)
    blank = 0.05 * np.random.default_rng(1).normal(size=(300, 16))
    found = make("kmeans", 2, (4, 4, 1), of_one_class(np.concatenate([rows, blank])))
    assert correlations(found.reshape(2, 16), patterns).max(axis=1).min() > 0.999


def test_entries_of_centroids_have_mean_zero_and_a_root_mean_square_of_one():
    rows = 5 + np.random.default_rng(0).normal(size=(500, 18))
    found = make("kmeans", 6, (3, 3, 2), of_one_class(rows)).reshape(6, 18)
    np.testing.assert_allclose((found**2).mean(axis=1), 1)
    np.testing.assert_allclose(found.mean(axis=1), 0, atol=1e-12)


def test_centroids_are_no_more_than_there_are_different_patches():
    patterns = np.array([[1.0, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]])
    rows = np.concatenate([4 * patterns + 1, 2 * patterns, patterns + 3, patterns])
    found = make("kmeans", 8, (2, 2, 1), of_one_class(rows)).reshape(-1, 4)
    assert sorted(found.tolist()) == sorted(patterns.tolist())


# --- random


def test_random_kernels_are_standard_normal_and_others_with_another_generator():
    found = make("random", 500, (5, 4, 3))
    assert found.shape == (500, 5, 4, 3)
    assert kstest(found.ravel(), "norm").pvalue > 1e-3
    flat = found.reshape(500, 60)
    assert abs(correlations(flat[:250].T, flat[:250].T) - np.eye(60)).max() < 0.35
    assert not np.isclose(make("random", 500, (5, 4, 3), seed=1), found).all(axis=(1, 2, 3)).any()


# --- given


def plan_of(kernels, normalize=None, separate=False):
    height, width = (3, 3) if isinstance(kernels, str) else np.shape(kernels)[1:3]
    return _Plan(kernels, 4, height, width, normalize, Layer(separate=separate))


def test_given_kernels_are_taken_as_floats_with_a_channel():
    whole = [[[1, 2, 3], [4, 5, 6]]]
    found, layer = make_kernels(plan_of(whole), (9, 9, 1), None, None)
    assert (found.dtype, found.shape, layer) == (np.float64, (1, 2, 3, 1), Layer())
    np.testing.assert_array_equal(found[..., 0], whole)


@pytest.mark.parametrize(
    ("kernels", "words"),
    [
        (
            np.ones((2, 3, 3, 3)),
            r"as many channels.* 2: the shape \(n, 3, 3, 2\); got \(2, 3, 3, 3\)",
        ),
        (np.ones((2, 3, 3)), r"as many channels.* 2: .*; got \(2, 3, 3, 1\)"),
    ],
)
def test_given_kernels_that_cannot_be_laid_on_the_images_are_refused(kernels, words):
    with pytest.raises(ValueError, match=f"^kernels must .*{words}"):
        make_kernels(plan_of(kernels), (9, 9, 2), None, None)


def test_kernels_laid_on_each_map_alone_have_one_channel():
    found, _ = make_kernels(plan_of("strokes", separate=True), (9, 9, 5), None, None)
    assert found.shape == (3, 3, 3, 1)
    with pytest.raises(ValueError, match=r"as many channels.* 1: .*; got \(2, 3, 3, 5\)"):
        make_kernels(plan_of(np.ones((2, 3, 3, 5)), separate=True), (9, 9, 5), None, None)


# --- normalize


def test_to_subtract_a_kernels_mean_is_to_subtract_each_patchs():
    rng = np.random.default_rng(0)
    images, kernels = rng.normal(size=(4, 7, 8, 2)) + 3, rng.normal(size=(5, 3, 4, 2)) + 1
    made, layer = make_kernels(plan_of(kernels, "mean"), (7, 8, 2), None, None)
    seen = sliding_window_view(images, (3, 4, 2), axis=(1, 2, 3))[:, :, :, 0]
    seen = seen - seen.mean(axis=(3, 4, 5), keepdims=True)
    expected = np.tensordot(seen, kernels, axes=([3, 4, 5], [1, 2, 3])) / 24
    np.testing.assert_allclose(feature_maps(images, [made], [layer]), expected, atol=1e-12)


def test_contrast_is_compared_with_a_tenth_of_what_patches_have_on_average():
    # Variances 4 and 16, whose mean is 10; a blank image has none to compare with.
    rows = np.array([[1.0, 5, 1, 5], [0, 8, 0, 8]])
    plan = plan_of(np.array([[[1.0, 2], [3, 6]]]), "contrast")
    kernels, layer = make_kernels(plan, (9, 9, 1), of_one_class(rows), None)
    np.testing.assert_array_equal(kernels.ravel(), [-2, -1, 0, 3])
    assert layer.contrast == pytest.approx(1)
    _, layer = make_kernels(plan, (9, 9, 1), of_one_class(np.ones((2, 4))), None)
    assert layer.contrast > 0


# --- data in which there is nothing to find


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
def test_one_patch_is_a_kernel(source):
    patch = np.random.default_rng(0).normal(size=(1, 9))
    found = make(source, 8, (3, 3, 1), of_one_class(patch))
    assert found.shape == (1, 3, 3, 1)
    assert correlations(found.reshape(1, 9), patch).item() == pytest.approx(1)


def test_patches_that_are_all_alike_have_a_principal_kernel_all_the_same():
    patch = np.random.default_rng(0).normal(size=(1, 9))
    for rows in (patch, np.repeat(patch, 20, axis=0)):
        found = make("pca", 8, (3, 3, 1), of_one_class(rows))
        assert found.shape[1:] == (3, 3, 1)
        assert np.isfinite(found).all()


def test_patches_of_maps_of_patches_stay_finite_and_the_first_are_just_cut_out():
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
    found, _ = make_kernels(plan_of(array), (9, 9, 1), None, None)
    assert not np.shares_memory(found, array)
