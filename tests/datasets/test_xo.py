"""The X/O data set: the letters and maps of the lecture, and the variants of the letters."""

import numpy as np
import pytest
from scipy import ndimage
from sklearn.linear_model import LogisticRegression

from skmnist.datasets import load_xo
from skmnist.datasets._xo import _VARIANTS

# The maps in row B6 of the lecture, times 9.
FALLING_MAP = [
    [7, -1, 1, 3, 5, -1, 3],
    [-1, 9, -1, 3, -1, 1, -1],
    [1, -1, 9, -3, 1, -1, 5],
    [3, 3, -3, 5, -3, 3, 3],
    [5, -1, 1, -3, 9, -1, 1],
    [-1, 1, -1, 3, -1, 9, -1],
    [3, -1, 5, 3, 1, -1, 7],
]
CROSSING_MAP = [
    [3, -5, 1, -1, 1, -5, 3],
    [-5, 5, -5, 3, -5, 5, -5],
    [1, -5, 5, -7, 5, -5, 1],
    [-1, 3, -7, 9, -7, 3, -1],
    [1, -5, 5, -7, 5, -5, 1],
    [-5, 5, -5, 3, -5, 5, -5],
    [3, -5, 1, -1, 1, -5, 3],
]


@pytest.fixture
def standard():
    return load_xo()


def ninths(image, kernel):
    """Return the averaged feature map of row B5 of the lecture, times 9."""
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return 9 * (windows * kernel).mean(axis=(2, 3))


def similarity(letter, images):
    """Return the highest correlation of each image with the letter moved by at most one pixel."""
    steps = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1)]
    moved = [np.roll(letter, step, axis=(0, 1)) for step in steps]
    return np.max([(images * one).mean(axis=(1, 2)) for one in moved], axis=0)


def drawn(variant, n_samples=200):
    return load_xo(variant=variant, n_samples=n_samples, random_state=0)


def test_standard_x_is_that_of_the_lecture(standard):
    image = np.full((9, 9), -1.0)
    for i in range(1, 8):
        image[i, i] = image[i, 8 - i] = 1
    np.testing.assert_array_equal(standard.images[0], image)
    assert standard.target.tolist() == ["X", "O"]


def test_standard_o_is_a_thin_ring_as_large_as_the_x(standard):
    x, o = standard.images > 0
    assert [np.flatnonzero(o.any(axis=axis)).tolist() for axis in (0, 1)] == [
        np.flatnonzero(x.any(axis=axis)).tolist() for axis in (0, 1)
    ]
    np.testing.assert_array_equal(o, o.T)
    np.testing.assert_array_equal(o, o[::-1])
    assert ndimage.label(~o)[1] == 2  # the paper inside and outside
    assert not ndimage.binary_erosion(o, np.ones((2, 2))).any()


def test_kernels_are_patches_of_the_x(standard):
    x = standard.images[0]
    patches = [x[1:4, 1:4], x[3:6, 3:6], x[1:4, 5:8]]
    np.testing.assert_array_equal(standard.kernels, patches)
    assert standard.kernel_names == ["falling", "crossing", "rising"]


def test_feature_maps_of_the_x_are_those_of_the_lecture(standard):
    falling, crossing, rising = (ninths(standard.images[0], k) for k in standard.kernels)
    np.testing.assert_allclose(falling, FALLING_MAP)
    np.testing.assert_allclose(crossing, CROSSING_MAP)
    np.testing.assert_allclose(rising, np.fliplr(FALLING_MAP))


def test_kernels_match_the_x_perfectly_but_not_the_o(standard):
    best = [
        [ninths(image, kernel).max() for kernel in standard.kernels] for image in standard.images
    ]
    np.testing.assert_allclose(best, [[9, 9, 9], [5, 1, 5]])


@pytest.mark.parametrize("variant", [*_VARIANTS, "all"])
def test_bunch_is_complete(variant):
    xo = drawn(variant, n_samples=7)
    assert xo.data.shape == (7, 81)
    assert xo.data.dtype == np.float64
    assert xo.data.flags.writeable
    assert np.shares_memory(xo.data, xo.images)
    assert xo.target.tolist() == list("XOXOXOX")
    assert xo.target_names.tolist() == ["O", "X"]
    assert xo.feature_names[:10] == [*(f"pixel_0_{column}" for column in range(9)), "pixel_1_0"]
    assert xo.feature_names[-1] == "pixel_8_8"
    assert "falling stroke" in " ".join(xo.DESCR.split())
    X, y = load_xo(variant=variant, n_samples=7, random_state=0, return_X_y=True)
    np.testing.assert_array_equal(X, xo.data)
    np.testing.assert_array_equal(y, xo.target)


@pytest.mark.parametrize(("variant", "n_samples"), [("standard", 2), ("noisy", 100), ("all", 100)])
def test_default_number_of_images(variant, n_samples):
    assert len(load_xo(variant=variant).images) == n_samples


def test_all_contains_both_letters_of_each_variant_in_turn():
    xo = load_xo(variant="all", n_samples=24)
    pairs = [(variant, letter) for variant in _VARIANTS for letter in "XO"]
    assert list(zip(xo.variants, xo.target, strict=True)) == [*pairs, *pairs, *pairs][:24]


@pytest.mark.parametrize("variant", _VARIANTS)
def test_every_image_is_more_similar_to_its_letter_than_to_the_other(variant, standard):
    xo = drawn(variant)
    assert np.abs(xo.images).max() <= 1
    similarities = np.transpose([similarity(letter, xo.images) for letter in standard.images])
    assert (similarities.argmax(axis=1) == (xo.target == "O")).all()


def test_shifted_letters_are_moved_by_one_pixel(standard):
    xo = drawn("shifted")
    steps = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1) if row or column]
    moved = [np.roll(standard.images, step, axis=(1, 2)) for step in steps]
    seen = {
        next(i for i, letters in enumerate(moved) if (letters[n % 2] == image).all())
        for n, image in enumerate(xo.images)
    }
    assert seen == set(range(8))


def test_rotated_letters_are_symmetric_with_the_same_centre():
    xo = drawn("rotated")
    np.testing.assert_allclose(xo.images, xo.images[:, ::-1, ::-1], atol=1e-12)
    np.testing.assert_allclose(xo.images[:, 4, 4], np.where(xo.target == "X", 1, -1))
    assert all(len(np.unique(image.round(6))) > 5 for image in xo.images)


def test_rotated_letters_are_rotated_by_5_to_20_degrees_in_both_directions():
    # The strokes of an X have angles of odd multiples of 45 degrees: four times that is 180.
    row, column = np.mgrid[-4:5, -4:5]
    ink = 1 + drawn("rotated").images[::2]
    fourfold = np.angle(-(ink * (column + 1j * row) ** 4).sum(axis=(1, 2)), deg=True)
    angles = np.abs(fourfold) / 4
    assert 4 < angles.min() < 8
    assert 17 < angles.max() < 21
    assert 20 < (fourfold > 0).sum() < 80


def test_thicker_letters_contain_the_standard_letters(standard):
    xo = drawn("thicker")
    thin = np.resize(standard.images, xo.images.shape)
    assert (xo.images >= thin).all()
    assert ((xo.images > 0).sum(axis=(1, 2)) > 1.3 * (thin > 0).sum(axis=(1, 2))).all()
    assert set(np.unique(xo.images)) == {-1, 1}
    assert len(np.unique(xo.data, axis=0)) == 8  # four pens, two letters


def test_noisy_letters_have_one_to_five_flipped_pixels(standard):
    xo = drawn("noisy")
    n_flipped = (xo.images == -np.resize(standard.images, xo.images.shape)).sum(axis=(1, 2))
    assert set(n_flipped) == {1, 2, 3, 4, 5}
    assert set(np.unique(xo.images)) == {-1, 1}


@pytest.mark.parametrize("variant", [*_VARIANTS, "all"])
def test_first_images_depend_on_the_seed_but_not_on_n_samples(variant):
    few, many = drawn(variant, n_samples=11), drawn(variant, n_samples=30)
    np.testing.assert_array_equal(few.images, many.images[:11])
    rng = np.random.RandomState(0)
    again = load_xo(variant=variant, n_samples=11, random_state=rng)
    np.testing.assert_array_equal(few.images, again.images)


def test_other_seeds_give_other_images():
    one, other = (load_xo(variant="noisy", random_state=seed).images for seed in (0, 1))
    assert (one != other).any()


def test_classifier_of_scikit_learn_can_be_fitted():
    X, y = load_xo(variant="all", random_state=0, return_X_y=True)
    classifier = LogisticRegression().fit(X, y)
    assert classifier.classes_.tolist() == load_xo().target_names.tolist()
    assert classifier.score(X, y) == 1


@pytest.mark.parametrize("variant", ["bold", None, ["noisy"]])
def test_error_for_an_unknown_variant(variant):
    with pytest.raises(ValueError, match=r"variant must be one of \['standard', .*'all'\]; got"):
        load_xo(variant=variant)


@pytest.mark.parametrize("n_samples", [2.0, "2", True])
def test_error_for_a_number_that_is_not_an_integer(n_samples):
    with pytest.raises(TypeError, match="n_samples must be an integer or None; got"):
        load_xo(n_samples=n_samples)


def test_error_for_less_than_one_sample():
    with pytest.raises(ValueError, match=r"n_samples must be at least 1; got 0\.$"):
        load_xo(n_samples=0)
