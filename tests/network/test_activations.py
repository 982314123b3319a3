import numpy as np
import pytest
from helpers import ACTIVATION_FORMULAS
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from skmnist.network._activations import ACTIVATIONS, OUTPUT_ACTIVATIONS

KINKED = ("relu", "leaky_relu")


def column(z, dtype=np.float64):
    return np.array([[z]], dtype=dtype)


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(z=st.floats(-1e6, 1e6))
def test_value_matches_formula(name, z):
    value = ACTIVATIONS[name].value(column(z))
    assert value.item() == pytest.approx(float(ACTIVATION_FORMULAS[name](z)), rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(z=st.floats(-5, 5))
def test_slope_matches_finite_differences(name, z):
    if name in KINKED and abs(z) < 1e-5:
        z += 1e-4
    activation, h = ACTIVATIONS[name], 1e-6
    rise = activation.value(column(z + h)) - activation.value(column(z - h))
    slope = activation.slope(activation.value(column(z)))
    assert slope.item() == pytest.approx(rise.item() / (2 * h), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", KINKED)
def test_slope_at_kink_equals_slope_below(name):
    value, slope = ACTIVATIONS[name]
    at_zero, below = slope(value(column(0.0))), slope(value(column(-1.0)))
    assert at_zero.item() == below.item()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slope_at_zero_matches_torch(name):
    torch = pytest.importorskip("torch")
    functions = {
        "relu": torch.relu,
        "leaky_relu": torch.nn.functional.leaky_relu,
        "tanh": torch.tanh,
        "logistic": torch.sigmoid,
        "identity": torch.nn.Identity(),
    }
    z = torch.zeros((1, 1), dtype=torch.float64, requires_grad=True)
    functions[name](z).sum().backward()
    value, slope = ACTIVATIONS[name]
    assert slope(value(column(0.0))).item() == pytest.approx(z.grad.item())


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_inputs_give_finite_values_and_slopes(name, dtype):
    value, slope = ACTIVATIONS[name]
    A = value(np.array([[-1e30, 1e30]], dtype=dtype))
    assert np.isfinite(A).all()
    assert np.isfinite(slope(A)).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_value_of_nan_is_nan(name):
    assert np.isnan(ACTIVATIONS[name].value(column(np.nan))).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_slope_does_not_modify_value(name, dtype):
    value, slope = ACTIVATIONS[name]
    A = value(np.linspace(-2, 2, 6, dtype=dtype).reshape(2, 3))
    before = A.copy()
    A.flags.writeable = False
    for part in (A, slope(A)):
        assert (part.dtype, part.shape) == (dtype, (2, 3))
    np.testing.assert_array_equal(A, before)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("library", ["torch", "array_api_strict"])
def test_other_array_libraries_agree_with_numpy(name, library):
    xp = pytest.importorskip(library)
    Z = np.linspace(-4, 4, 12).reshape(3, 4)
    value, slope = ACTIVATIONS[name]
    A, expected = value(xp.asarray(Z.copy())), value(Z.copy())
    assert type(A) is type(slope(A)) is type(xp.asarray(Z))
    np.testing.assert_allclose(np.from_dlpack(A), expected, rtol=1e-14)
    np.testing.assert_allclose(np.from_dlpack(slope(A)), slope(expected), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("name", OUTPUT_ACTIVATIONS)
def test_output_activation_can_reach_one_hot_targets(name):
    A = ACTIVATIONS[name].value(np.linspace(-50, 50, 1001)[:, None])
    assert abs(A - 0).min() < 1e-12
    assert abs(A - 1).min() < 1e-12


@pytest.mark.parametrize("name", OUTPUT_ACTIVATIONS)
def test_output_activation_of_its_inverse_is_the_share(name):
    shares = np.array([0.01, 0.1, 0.5, 0.99])
    before = shares.copy()
    biases = OUTPUT_ACTIVATIONS[name](shares)
    np.testing.assert_allclose(ACTIVATIONS[name].value(biases), shares)
    biases += 1
    np.testing.assert_array_equal(shares, before)


def test_inverse_of_logistic_limits_shares_to_0_01_and_0_99():
    biases = OUTPUT_ACTIVATIONS["logistic"](np.array([0.0, 0.001, 0.999, 1.0]))
    np.testing.assert_allclose(expit(biases), [0.01, 0.01, 0.99, 0.99])
