import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy.optimize import minimize

from skmnist.network._simplex import project_to_simplex

SHAPES = npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=8)


def outputs_within(bound, dtype=np.float64):
    width = 32 if dtype == np.float32 else 64
    return npst.arrays(dtype, SHAPES, elements=st.floats(-bound, bound, width=width))


def sorted_projection(row):
    """Project by sorting (Held, Wolfe and Crowder 1974)."""
    falling = np.sort(row)[::-1]
    cuts = (np.cumsum(falling) - 1) / np.arange(1, len(row) + 1)
    return np.maximum(row - cuts[np.flatnonzero(falling > cuts)[-1]], 0)


@given(outputs=outputs_within(1e3))
def test_projection_matches_sorting_method(outputs):
    expected = np.apply_along_axis(sorted_projection, 1, outputs)
    np.testing.assert_allclose(project_to_simplex(outputs), expected, atol=1e-11)


@pytest.mark.parametrize("seed", range(5))
def test_projection_matches_nearest_point_of_scipy_minimize(seed):
    row = np.random.default_rng(seed).normal(scale=0.7, size=6)
    found = minimize(
        lambda p: ((p - row) ** 2).sum(),
        np.full(6, 1 / 6),
        jac=lambda p: 2 * (p - row),
        method="SLSQP",
        bounds=[(0, 1)] * 6,
        constraints={"type": "eq", "fun": lambda p: p.sum() - 1},
        options={"ftol": 1e-14},
    )
    np.testing.assert_allclose(project_to_simplex(row[None])[0], found.x, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(data=st.data())
def test_rows_are_probabilities_for_outputs_of_any_size(dtype, data):
    outputs = data.draw(outputs_within(float(np.float32(1e30)), dtype))
    probabilities = project_to_simplex(outputs)
    assert probabilities.dtype == dtype
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=8 * np.finfo(dtype).eps)


def test_probabilities_of_many_classes_sum_to_1_within_two_epsilon():
    outputs = np.random.default_rng(0).normal(scale=0.01, size=(20, 10_000)).astype(np.float32)
    sums = project_to_simplex(outputs).sum(axis=1, dtype=np.float64)
    np.testing.assert_allclose(sums, 1, rtol=2 * np.finfo(np.float32).eps)


@given(outputs=outputs_within(100))
def test_projection_is_no_farther_from_any_target(outputs):
    probabilities = project_to_simplex(outputs)
    for target in np.eye(outputs.shape[1]):
        before, after = (np.linalg.norm(a - target, axis=1) for a in (outputs, probabilities))
        assert (after <= before + 1e-12 * (1 + before)).all()


@given(outputs=outputs_within(10))
def test_projection_of_probabilities_changes_nothing(outputs):
    once = project_to_simplex(outputs)
    np.testing.assert_allclose(project_to_simplex(once), once, atol=1e-15)


@given(outputs=outputs_within(1e30))
def test_projection_keeps_order(outputs):
    probabilities = project_to_simplex(outputs)
    ascending = np.take_along_axis(probabilities, np.argsort(outputs, axis=1), axis=1)
    assert (np.diff(ascending, axis=1) >= 0).all()
    assert (
        probabilities.max(axis=1) == probabilities[np.arange(len(outputs)), outputs.argmax(1)]
    ).all()


@given(outputs=outputs_within(10), shift=st.floats(-10, 10))
def test_adding_a_constant_changes_nothing(outputs, shift):
    moved = project_to_simplex(outputs + shift)
    np.testing.assert_allclose(moved, project_to_simplex(outputs), atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equal_outputs_share_and_much_larger_output_gets_all(dtype):
    outputs = np.array([[0, 0, 0, 0], [1e30, 0, 0, -1e30], [7, 7, -1e30, 0]], dtype=dtype)
    expected = [[0.25] * 4, [1, 0, 0, 0], [0.5, 0.5, 0, 0]]
    np.testing.assert_array_equal(project_to_simplex(outputs), expected)


def test_outputs_are_not_modified():
    outputs = np.array([[0.2, 0.9, -0.3]])
    outputs.flags.writeable = False
    np.testing.assert_allclose(project_to_simplex(outputs), [[0.15, 0.85, 0]])


@pytest.mark.parametrize("library", ["torch", "array_api_strict"])
def test_other_array_libraries_agree_with_numpy(library):
    xp = pytest.importorskip(library)
    outputs = np.random.default_rng(0).normal(size=(20, 10))
    probabilities = project_to_simplex(xp.asarray(outputs))
    assert type(probabilities) is type(xp.asarray(outputs))
    np.testing.assert_allclose(
        np.from_dlpack(probabilities), project_to_simplex(outputs), atol=1e-15
    )
