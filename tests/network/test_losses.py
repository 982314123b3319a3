import numpy as np
import pytest
from helpers import LOSS_FORMULAS
from hypothesis import assume, given
from hypothesis import strategies as st

from skmnist.network._losses import LOSSES

KINKS = {"mse": [], "mae": [0], "huber": [-1, 1], "squared_hinge": [0]}
OUTPUTS = st.floats(-1e3, 1e3)
TARGETS = st.sampled_from([0.0, 1.0]) | st.floats(0, 1)


def entry(number, dtype=np.float64):
    return np.array([[number]], dtype=dtype)


@pytest.mark.parametrize("name", LOSSES)
@given(out=OUTPUTS, y=TARGETS)
def test_value_matches_formula(name, out, y):
    value = LOSSES[name].value(entry(out), entry(y))
    assert value.item() == pytest.approx(float(LOSS_FORMULAS[name](out, y)), rel=1e-12)


@pytest.mark.parametrize("name", LOSSES)
@given(out=st.floats(-5, 5), y=TARGETS)
def test_slope_matches_finite_differences(name, out, y):
    h = 1e-6
    assume(all(abs(out - y - kink) > 2 * h for kink in KINKS[name]))
    value, slope = LOSSES[name]
    rise = value(entry(out + h), entry(y)) - value(entry(out - h), entry(y))
    assert slope(entry(out), entry(y)).item() == pytest.approx(rise.item() / (2 * h), abs=1e-7)


@pytest.mark.parametrize("name", LOSSES)
@given(out=OUTPUTS, y=TARGETS)
def test_loss_is_smallest_at_the_target(name, out, y):
    value, slope = LOSSES[name]
    assert value(entry(y), entry(y)).item() == 0
    assert slope(entry(y), entry(y)).item() == 0
    assert value(entry(out), entry(y)).item() >= 0
    assert slope(entry(out), entry(y)).item() * (out - y) >= 0


@pytest.mark.parametrize("name", ["mse", "mae", "huber"])
def test_values_and_slopes_match_torch(name):
    torch = pytest.importorskip("torch")
    functions = torch.nn.functional
    theirs = {"mse": functions.mse_loss, "mae": functions.l1_loss, "huber": functions.huber_loss}
    rng = np.random.default_rng(0)
    outputs, targets = rng.normal(size=(20, 3)) * 2, np.eye(3)[rng.integers(3, size=20)]
    out = torch.tensor(outputs, requires_grad=True)
    values = theirs[name](out, torch.tensor(targets), reduction="none")
    values.sum().backward()
    value, slope = LOSSES[name]
    np.testing.assert_allclose(value(outputs, targets), values.detach().numpy(), rtol=1e-13)
    np.testing.assert_allclose(slope(outputs, targets), out.grad.numpy(), rtol=1e-13)


def test_mse_summed_over_outputs_is_squared_euclidean_distance():
    rng = np.random.default_rng(1)
    outputs, targets = rng.normal(size=(6, 10)), np.eye(10)[:6]
    lengths = np.linalg.norm(outputs - targets, axis=1)
    np.testing.assert_allclose(LOSSES["mse"].value(outputs, targets).sum(axis=1), lengths**2)


def test_squared_hinge_is_0_beyond_the_target_only():
    outputs, targets = np.array([[1.5, -0.5, 0.5, 0.5]]), np.array([[1.0, 0.0, 1.0, 0.0]])
    value, slope = LOSSES["squared_hinge"]
    np.testing.assert_allclose(value(outputs, targets), [[0, 0, 0.25, 0.25]])
    np.testing.assert_allclose(slope(outputs, targets), [[0, 0, -1, 1]])


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_arguments_are_not_modified(name, dtype):
    outputs, targets = np.linspace(-2, 2, 6, dtype=dtype).reshape(2, 3), np.eye(2, 3, dtype=dtype)
    before = outputs.copy(), targets.copy()
    outputs.flags.writeable = targets.flags.writeable = False
    for part in LOSSES[name]:
        result = part(outputs, targets)
        assert (result.dtype, result.shape) == (dtype, (2, 3))
    np.testing.assert_array_equal((outputs, targets), before)


@pytest.mark.parametrize("name", LOSSES)
def test_value_and_slope_of_nan_are_nan(name):
    for part in LOSSES[name]:
        assert np.isnan(part(entry(np.nan), entry(1.0))).all()


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("library", ["torch", "array_api_strict"])
def test_other_array_libraries_agree_with_numpy(name, library):
    xp = pytest.importorskip(library)
    outputs, targets = np.linspace(-3, 3, 12).reshape(4, 3), np.eye(4, 3)
    for part in LOSSES[name]:
        result = part(xp.asarray(outputs), xp.asarray(targets))
        assert type(result) is type(xp.asarray(outputs))
        np.testing.assert_allclose(np.from_dlpack(result), part(outputs, targets), rtol=1e-14)
