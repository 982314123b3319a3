"""Rows that are added to the tables of kernel sources, pools and map activations."""

import re

import numpy as np
import pytest
from helpers import small_transformer
from sklearn.datasets import load_digits

from skmnist.features._kernels import SOURCES, Source
from skmnist.features._layers import check_parameters
from skmnist.network._convolution import MAP_ACTIVATIONS, POOLS

X, y = load_digits(return_X_y=True)
X, y = X[:40], y[:40]
IMAGES = X.reshape(-1, 8, 8)
BARE = {"activation": None, "pool": None}
# A column name of each map.
FIRST_COLUMNS = re.compile("(.+)_0_0")


def blurs(n_kernels, shape, patches, rng):
    """Return kernels of equal entries: 1, 2, …"""
    return np.ones((n_kernels, *shape)) * np.arange(1.0, n_kernels + 1)[:, None, None, None]


def first_patches(n_kernels, shape, patches, rng):
    """Return the first patches of the sample."""
    return patches.rows[:n_kernels].reshape(-1, *shape)


def map_names(model):
    """Return the names of the maps of a fitted transformer."""
    names = map(FIRST_COLUMNS.fullmatch, model.get_feature_names_out())
    return [found[1] for found in names if found]


@pytest.fixture
def add_row(monkeypatch):
    """Return a function that adds a row to a table until the test ends."""
    return monkeypatch.setitem


def test_new_source_makes_and_names_kernels(add_row):
    add_row(SOURCES, "blur", Source(blurs, "blur"))
    model = small_transformer("blur", n_kernels=2, kernel_size=2, **BARE).fit(X)
    maps = model.feature_maps(X)
    means = (IMAGES[:, 1:, 1:] + IMAGES[:, 1:, :-1] + IMAGES[:, :-1, 1:] + IMAGES[:, :-1, :-1]) / 4
    np.testing.assert_array_equal(maps, np.stack([means, 2 * means], axis=-1))
    assert map_names(model) == ["blur0", "blur1"]


def test_new_source_can_have_names_and_need_an_odd_size(add_row):
    add_row(SOURCES, "two", Source(blurs, ("light", "dark"), needs_odd_size=True))
    model = small_transformer("two", n_kernels=2, kernel_size=3, pool=None).fit(X)
    assert map_names(model) == ["light+", "dark+", "light-", "dark-"]
    with pytest.raises(ValueError, match=r"^kernel_size must be odd for kernels='two'; got 4\.$"):
        model.set_params(kernel_size=4).fit(X)


@pytest.mark.parametrize("has_image_scale", [False, True])
def test_new_source_can_learn_and_be_rescaled_in_later_layers(add_row, has_image_scale):
    source = Source(first_patches, "first", is_learned=True, has_image_scale=has_image_scale)
    add_row(SOURCES, "first", source)
    first, second = small_transformer(("first", "first"), kernel_size=3, pool=None).fit(X).kernels_
    patches = np.lib.stride_tricks.sliding_window_view(IMAGES[0], (3, 3))
    np.testing.assert_array_equal(first[..., 0], patches[0, :4])
    sizes = (second**2).mean(axis=(1, 2, 3))
    assert np.allclose(sizes[sizes > 0], 1) == has_image_scale


def test_new_activation_can_return_any_number_of_maps(add_row):
    add_row(MAP_ACTIVATIONS, "half", (lambda Z: Z / 2,))
    add_row(MAP_ACTIVATIONS, "three", (lambda Z: Z, np.negative, np.square))
    plain = small_transformer(**BARE).fit(X).feature_maps(X)
    half = small_transformer(activation="half", pool=None).fit(X)
    np.testing.assert_array_equal(half.feature_maps(X), plain / 2)
    three = small_transformer(n_kernels=(2, 1), activation=("three", "half"), pool=None).fit(X)
    assert map_names(half) == ["random0", "random1", "random2", "random3"]
    assert [shape[2] for shape in three.map_shapes_] == [6, 1]
    separate = three.set_params(stacking="separate").fit(X)
    names = [f"random{n}:{part}.random0" for part in range(3) for n in range(2)]
    assert map_names(separate) == names


def test_new_pool_pools_the_maps(add_row):
    add_row(POOLS, "min", POOLS["max"]._replace(combine=np.minimum))
    model = small_transformer(kernel_size=3, activation=None, pool="min", pool_size=2).fit(X)
    plain = small_transformer(kernel_size=3, **BARE).fit(X).feature_maps(X)
    expected = plain.reshape(-1, 3, 2, 3, 2, 4).min(axis=(2, 4))
    np.testing.assert_array_equal(model.feature_maps(X), expected)


@pytest.mark.parametrize(
    ("parameter", "table"), [("kernels", SOURCES), ("activation", MAP_ACTIVATIONS), ("pool", POOLS)]
)
def test_errors_list_new_rows(add_row, parameter, table):
    add_row(table, "new", next(iter(table.values())))
    check_parameters(small_transformer(**{parameter: "new"}))
    with pytest.raises(ValueError, match=rf"^{parameter} must be one of .*, 'new'.*; got 'other'"):
        check_parameters(small_transformer(**{parameter: "other"}))
