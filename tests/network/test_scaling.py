"""Columns with a common unit are divided by one number, and others by one number each."""

from functools import partial

import numpy as np
import pytest
from helpers import byte_images, training_examples
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.decomposition import PCA

from skmnist.datasets import load_mnist
from skmnist.network._scaling import LARGEST_INPUT, Scaling, column_scaling
from skmnist.network._training import double_batches


def scaling_of(X, *, dtype=np.float64, are_images=False, **settings):
    examples = training_examples(X, dtype=dtype, **settings)
    read = partial(double_batches, examples)
    return column_scaling(read, examples.codes, are_images=are_images)[0]


def varied(n_rows=2100):
    """Return columns with means and ranges of very different size, none of them rare."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(n_rows, 5)) * [1, 1e5, 1e-3, 7, 1] + [0, 3, 1e3, 1e4, -2]


def pixels(n_rows=2100):
    """Return images without constant columns."""
    return np.random.default_rng(1).integers(0, 256, size=(n_rows, 8), dtype=np.uint8)


def has_one_scale(X):
    scaling = scaling_of(X)
    return bool((scaling.shift == 0).all() and (scaling.scale == scaling.scale[0]).all())


def test_images_are_divided_by_their_weighted_root_mean_square():
    X, weights = pixels(), np.arange(2100) % 5
    by_hand = np.sqrt(np.average((X.astype(float) ** 2).mean(axis=1), weights=weights))
    for data in (X, X.astype(np.float32), csr_array(X)):
        found = scaling_of(data, weights=weights)
        np.testing.assert_array_equal(found.shift, 0)
        np.testing.assert_allclose(found.scale, by_hand)
    seven = scaling_of(X, rows=np.arange(7)).scale
    np.testing.assert_allclose(seven, np.sqrt((X[:7].astype(float) ** 2).mean()))


def test_images_that_are_distorted_have_one_scale():
    scaling = scaling_of(varied(), are_images=True)
    np.testing.assert_array_equal(scaling.shift, 0)
    np.testing.assert_allclose(scaling.scale, np.sqrt((varied() ** 2).mean()))


@pytest.mark.parametrize("weights", [None, np.arange(2100) % 5])
def test_other_columns_have_mean_0_and_variance_1(weights):
    X, kept = varied(), slice(None) if weights is None else weights > 0
    scaled = X.copy()
    scaling_of(X, weights=weights, rows=np.arange(2100)[kept]).apply(scaled)
    np.testing.assert_allclose(np.average(scaled, axis=0, weights=weights), 0, atol=1e-8)
    np.testing.assert_allclose(np.average(scaled**2, axis=0, weights=weights), 1)


def test_norm_is_that_of_all_scaled_rows():
    X, weights = pixels().astype(float), np.arange(2100) % 5
    X[7] *= 100  # a single row counts
    examples = training_examples(X, weights=weights)
    scaling, norm = column_scaling(partial(double_batches, examples), examples.codes)
    scaling.apply(X)
    squares = np.linalg.norm(X, axis=1) ** 2
    assert norm == pytest.approx(np.average(squares, weights=weights * squares))
    examples = training_examples(varied())
    assert column_scaling(partial(double_batches, examples), examples.codes)[1] is None


def test_norm_of_blank_images_is_0():
    examples = training_examples(np.zeros((3, 8)))
    assert column_scaling(partial(double_batches, examples), examples.codes)[1] == 0


def test_data_sets_of_pixels_have_one_scale():
    X = load_digits().data
    assert all(map(has_one_scale, (X, 16 - X, X - 8, 1e9 * X, X[:300], X[:5], X[:1])))
    assert not any(map(has_one_scale, (load_wine().data, load_breast_cancer().data)))


@pytest.mark.parametrize(
    ("factors", "offset", "has_one"),
    [
        ([1, 1, 1, 1, 1], 0, True),
        ([1, 10, 3, 0.1, 1], 0, True),
        ([1, 1, 25, 1, 1], 0, True),
        ([1, 1, 35, 1, 1], 0, False),
        ([1, 1, 1 / 25, 1, 1], 0, True),
        ([1, 1, 1 / 35, 1, 1], 0, False),
        ([1 / 35, *[1] * 29], 0, True),  # only 3 % of the columns
        ([1, 1, 1e-12, 1, 1], 0, True),  # only rounding errors
        ([1, 1, 1, 1, 1], 5, True),
        ([1, 1, 1, 1, 1], 50, False),
    ],
)
def test_only_columns_of_similar_size_have_one_scale(factors, offset, has_one):
    X = np.random.default_rng(0).uniform(-1, 1, (500, len(factors))) * factors + offset
    assert has_one_scale(X) == has_one


def test_scaling_is_the_same_for_all_containers():
    for X in (pixels(), byte_images(), np.rint(varied(2100)).astype(np.int32)):
        expected = scaling_of(X)
        for data in (X.astype(np.float64), X.astype(np.int64), csr_array(X)):
            found = scaling_of(data)
            np.testing.assert_array_equal(found.shift, expected.shift)
            np.testing.assert_array_equal(found.scale, expected.scale)


@pytest.mark.parametrize("offset", [0, 1e6])
@pytest.mark.parametrize("library", ["numpy", "torch", "array_api_strict"])
def test_scaling_of_float32_is_computed_in_float64(library, offset):
    xp, X = pytest.importorskip(library), pixels().astype(np.float32) + np.float32(offset)
    examples = training_examples(X, dtype=np.float32)
    arrays = {n: xp.asarray(getattr(examples, n)) for n in ("X", "labels", "codes", "weights")}
    read = partial(double_batches, examples._replace(**arrays))
    found, _ = column_scaling(read, arrays["codes"])
    assert found.shift.dtype == found.scale.dtype == xp.float32
    double = X.astype(float)
    mean = double.mean(axis=0)
    shift = mean if offset else 0 * mean
    scale = double.std(axis=0) if offset else np.full(8, np.sqrt((double**2).mean()))
    np.testing.assert_allclose(np.asarray(found.shift), shift, rtol=1e-7)
    np.testing.assert_allclose(np.asarray(found.scale), scale, rtol=1e-6)


def test_constant_columns_are_divided_by_their_value_or_the_usual_number():
    X = varied()
    X[:, 0], X[:, 1] = 0.1, 1e9 * (1 + 1e-15 * (np.arange(2100) % 2))
    usual = np.median(X[:, 2:].std(axis=0))
    np.testing.assert_allclose(scaling_of(X).scale[:2], [usual, 1e9])


@pytest.mark.parametrize(("n_rounding_errors", "is_constant"), [(90, True), (110, False)])
def test_column_that_varies_by_less_than_100_rounding_errors_is_constant(
    n_rounding_errors, is_constant
):
    X = varied() / 1e9
    X[:, 0] = 1 - np.finfo(float).eps * n_rounding_errors * (np.arange(2100) % 2)
    assert (scaling_of(X).scale[0] == 1) == is_constant


@pytest.mark.parametrize(("value", "scale"), [(0.0, 1.0), (-5.0, 5.0)])
def test_images_without_contrast_are_divided_by_their_value(value, scale):
    found = scaling_of(np.full((3, 8), value))
    np.testing.assert_array_equal(found.shift, 0)
    np.testing.assert_allclose(found.scale, scale)


def test_column_with_few_small_values_is_not_scaled_up():
    X = pixels() + 1e6
    X[:, 0], X[:, 1] = 1e6, 1e6 + 255
    X[:2, 0], X[:2, 1] = 1e6 + 3, 1e6 + 250
    np.testing.assert_allclose(scaling_of(X).scale[:2], np.median(X.std(axis=0)))


def test_columns_of_few_rows_are_not_scaled_up():
    X = np.random.default_rng(0).uniform(0, [1, 2, 200], size=(10, 3))
    few, more = X[:5].std(axis=0), X.std(axis=0)
    np.testing.assert_allclose(scaling_of(X[:5]).scale, np.maximum(few, np.median(few)))
    np.testing.assert_allclose(scaling_of(X).scale, more)


@pytest.mark.parametrize(("share", "is_scaled_up"), [(0.01, False), (0.012, True)])
def test_column_that_is_0_in_almost_all_rows_is_not_scaled_up(share, is_scaled_up):
    X = varied(3000)
    X[:, 0] = 1e-4 * (np.arange(3000) < share * 3000)
    own, usual = X[:, 0].std(), np.median(X.std(axis=0))
    np.testing.assert_allclose(scaling_of(X).scale[0], own if is_scaled_up else usual)


@pytest.mark.parametrize("n_components", [10, 300])
def test_principal_components_of_images_have_one_scale(n_components):
    X = load_mnist(return_X_y=True)[0][:1000].astype(float)
    assert has_one_scale(PCA(n_components, random_state=0).fit_transform(X))


@pytest.mark.parametrize("n_rows", [1, 2, 5, 20, 60, 300])
def test_few_images_have_one_scale(n_rows):
    X = load_mnist(return_X_y=True)[0]
    assert all(has_one_scale(X[start : start + n_rows]) for start in (0, 500, 900))


def test_column_with_few_large_values_is_scaled_down():
    X = pixels().astype(float)
    X[0, 0] = 1e9
    scale = scaling_of(X).scale
    assert scale[0] == pytest.approx(1e9 / LARGEST_INPUT, rel=1e-3)
    assert (scale[1:] < 255).all()


@given(seed=st.integers(0, 1000), n_out=st.integers(1, 5))
def test_folded_parameters_apply_to_unscaled_X_and_can_be_unfolded(seed, n_out):
    rng = np.random.default_rng(seed)
    scaling = Scaling(rng.normal(size=3) * 100, rng.uniform(1e-3, 1e3, 3))
    X, W, b = rng.normal(size=(7, 3)), rng.normal(size=(3, n_out)), rng.normal(size=n_out)
    scaled = X.copy()
    scaling.apply(scaled)
    folded = scaling.fold(W, b)
    np.testing.assert_allclose(X @ folded[0] + folded[1], scaled @ W + b, rtol=1e-6)
    for found, expected in zip(scaling.unfold(*folded), (W, b), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("more", [1, 1e-9])
@pytest.mark.parametrize("largest", [1.7e308, 1e-290])
def test_extreme_values_do_not_overflow(largest, more):
    X = np.random.default_rng(0).uniform(-0.5, 0.5, (40, 3)) * largest * [1, more, 1]
    scaled = X.copy()
    scaling_of(X).apply(scaled)
    assert (abs(scaled).max(axis=0) > 1).all()
    assert (abs(scaled) <= LARGEST_INPUT).all()
