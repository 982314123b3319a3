"""The sample of images and patches that kernels are learned from."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.image import extract_patches_2d

from skmnist.features._kernels import SOURCES
from skmnist.features._layers import _Plan
from skmnist.features._patches import (
    MOST_IMAGES,
    MOST_NUMBERS,
    choose_images,
    class_numbers,
    interleave_classes,
    sample_patches,
)
from skmnist.network._convolution import Layer, feature_maps


def sampled(X, shape, side, layer=None, classes=None, before=((), ()), seed=0):
    """Return a sample of the patches of images, or of the maps of earlier layers."""
    plan = _Plan(SOURCES["patches"], 4, side, side, None, layer or Layer())
    classes = np.zeros(len(X), dtype=int) if classes is None else classes
    rng = np.random.default_rng(seed)
    return sample_patches(X, classes, shape, plan, *before, rng)


def all_patches(images, side):
    """Return the patches of all images, extracted by scikit-learn."""
    found = [extract_patches_2d(image, (side, side)) for image in images]
    return np.concatenate(found).reshape(len(images) * len(found[0]), -1)


def in_order(rows):
    """Return the rows in lexicographic order."""
    return rows[np.lexsort(rows.T)]


# --- classes


@given(classes=st.lists(st.integers(0, 4), min_size=1, max_size=30), seed=st.integers(0, 2**32 - 1))
def test_classes_take_turns_and_keep_their_order(classes, seed):
    classes = np.array(classes)
    order = np.random.default_rng(seed).permutation(len(classes))
    turns = interleave_classes(order, classes)
    assert sorted(turns) == list(range(len(classes)))
    for each in set(classes):
        np.testing.assert_array_equal(turns[classes[turns] == each], order[classes[order] == each])
    sizes = Counter(classes.tolist())
    for n in range(1, len(turns)):
        had = Counter(classes[turns[:n]].tolist())
        most = max(had.values())
        assert all(had[each] >= min(most - 1, sizes[each]) for each in sizes)


def test_classes_of_some_rows_take_turns():
    classes = np.array([0, 0, 0, 1, 1, 2])
    assert interleave_classes(np.array([2, 1, 4, 0]), classes).tolist() == [2, 4, 1, 0]


@pytest.mark.parametrize(
    "y",
    [
        ["b", "a", "b", "c"],
        np.array(["b", "a", "b", "c"], dtype=object),
        [7, -2, 7, 2**40],
        np.array([7, 2, 7, 9], dtype=np.uint8),
        [1.0, 0.0, 1.0, 5.0],
        np.array([2.0, 1.0, 2.0, 3.0], dtype=np.float32),
    ],
)
def test_each_label_has_its_own_number(y):
    numbers = class_numbers(y, 4)
    assert numbers[0] == numbers[2]
    assert sorted(set(numbers.tolist())) == [0, 1, 2]


def test_booleans_are_two_classes():
    numbers = class_numbers(np.array([True, False, True]), 3)
    assert numbers[0] == numbers[2] != numbers[1]


@pytest.mark.parametrize(
    "y",
    [
        None,
        [0.5, 1.0, 2.0],
        [1.0, np.nan, 2.0],
        [[1, 0], [0, 1], [1, 0]],
    ],
)
def test_targets_without_classes_are_one_class(y):
    assert class_numbers(y, 3).tolist() == [0, 0, 0]


def test_labels_can_be_unsortable_or_in_a_column():
    assert class_numbers(np.array([1, "a", None, 1], dtype=object), 4).tolist() == [0, 1, 2, 0]
    assert class_numbers([[4], [2], [4]], 3).tolist() == [1, 0, 1]


def test_labels_can_be_a_torch_tensor():
    torch = pytest.importorskip("torch")
    assert class_numbers(torch.tensor([4, 2, 4]), 3).tolist() == [1, 0, 1]


# --- images


def test_all_images_of_a_rare_class_are_chosen():
    classes = np.repeat([0, 1, 2], [20, 4000, 6000])
    chosen = choose_images(classes, 64, np.random.default_rng(0))
    assert len(set(chosen.tolist())) == len(chosen) == MOST_IMAGES
    assert (np.diff(chosen) > 0).all()
    assert np.bincount(classes[chosen]).tolist() == [20, 1490, 1490]


@given(n_columns=st.integers(1, 2 * MOST_NUMBERS), n_rows=st.integers(1, 5000))
def test_chosen_images_have_a_limited_size(n_columns, n_rows):
    chosen = choose_images(np.zeros(n_rows, dtype=int), n_columns, np.random.default_rng(0))
    assert 1 <= len(chosen) <= min(n_rows, MOST_IMAGES)
    assert len(chosen) == 1 or len(chosen) * n_columns <= MOST_NUMBERS
    if n_rows <= MOST_IMAGES and n_rows * n_columns <= MOST_NUMBERS:
        assert chosen.tolist() == list(range(n_rows))


# --- patches


@pytest.mark.parametrize("channels", [1, 3])
def test_sample_has_all_patches_if_they_are_few(channels):
    images = np.random.default_rng(0).normal(size=(5, 7, 9, channels))
    classes = np.array([2, 0, 1, 1, 0])
    patches = sampled(images.reshape(5, -1), images.shape[1:], 3, classes=classes)
    assert patches.rows.shape == (5 * 5 * 7, 9 * channels)
    for each in range(3):
        expected = all_patches(images[classes == each], 3)
        found = patches.rows[patches.classes == each]
        np.testing.assert_array_equal(in_order(found), in_order(expected))


def test_patches_of_padded_images_have_zeros_at_the_margin():
    images = np.random.default_rng(0).normal(size=(2, 5, 6))
    patches = sampled(images.reshape(2, -1), (5, 6, 1), 4, Layer(padding="same"))
    expected = all_patches(np.pad(images, ((0, 0), (1, 2), (1, 2))), 4)
    np.testing.assert_array_equal(in_order(patches.rows), in_order(expected))


@pytest.mark.parametrize("separate", [False, True])
def test_patches_of_a_later_layer_are_from_the_maps_before(separate):
    rng = np.random.default_rng(0)
    images, kernels = rng.normal(size=(4, 9, 8, 1)), rng.normal(size=(2, 3, 3, 1))
    before = [kernels], [Layer(activation="split", pool="max", pool_size=(2, 1))]
    maps, classes = feature_maps(images, *before), np.array([0, 1, 0, 1])
    layer = Layer(separate=separate)
    patches = sampled(images.reshape(4, -1), (9, 8, 1), 2, layer, classes, before)
    for each in range(2):
        seen = maps[classes == each]
        if separate:
            seen = np.concatenate([seen[..., channel] for channel in range(4)])
        found = patches.rows[patches.classes == each]
        np.testing.assert_allclose(in_order(found), in_order(all_patches(seen, 2)), rtol=1e-12)


@pytest.mark.parametrize("seed", [0, 1])
def test_patches_are_distinct_and_have_the_class_of_their_image(seed):
    # Each pixel has a unique value, which tells the image and the position of a patch.
    n, side, size = 250, 28, 7
    X = np.arange(n * side * side, dtype=np.float64).reshape(n, -1)
    patches = sampled(X, (side, side, 1), size, classes=np.arange(n) % 3, seed=seed)
    assert MOST_NUMBERS // 2 < patches.rows.size <= MOST_NUMBERS
    corners = patches.rows[:, 0].astype(int)
    rows, columns = np.divmod(corners % side**2, side)
    assert len(set(corners.tolist())) == len(corners)
    assert max(rows.max(), columns.max()) == side - size
    offsets = (side * np.arange(size)[:, None] + np.arange(size)).ravel()
    np.testing.assert_array_equal(patches.rows, corners[:, None] + offsets)
    assert len(set(np.bincount(corners // side**2, minlength=n))) == 1
    np.testing.assert_array_equal(patches.classes, corners // side**2 % 3)


def test_all_positions_are_equally_likely():
    n, side, size = 400, 20, 9
    X = np.arange(n * side * side, dtype=np.float64).reshape(n, -1)
    corners = sampled(X, (side, side, 1), size).rows[:, 0].astype(int) % side**2
    counts = np.bincount(corners, minlength=side**2).reshape(side, side)[:12, :12]
    share = len(corners) / 144 / n
    assert counts.sum() == len(corners)
    assert abs(counts / n - share).max() < 5 * (share * (1 - share) / n) ** 0.5


def test_sample_has_a_limited_size():
    # 3,000 patches of 5×5 entries on 64 maps would already be 4.8 million numbers.
    rng = np.random.default_rng(0)
    X = rng.normal(size=(MOST_IMAGES, 36))
    before = [rng.normal(size=(64, 2, 2, 1))], [Layer()]
    assert sampled(X, (6, 6, 1), 5, before=before).rows.size <= MOST_NUMBERS


def test_patches_are_float64_for_float32_images():
    X = np.random.default_rng(0).normal(size=(3, 16)).astype(np.float32)
    patches = sampled(X, (4, 4, 1), 4)
    assert patches.rows.dtype == np.float64
    np.testing.assert_array_equal(patches.rows, X)
