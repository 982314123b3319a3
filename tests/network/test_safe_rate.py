"""A step size that does not make the outputs oscillate."""

import numpy as np
import pytest
from scipy.linalg import hadamard
from scipy.special import expit

from skmnist.network._mlp import initialise, safe_rate


def generator():
    return np.random.default_rng(7)


def exact_safe_rate(H, weights):
    """Return the limit of the last layer; these tests' inputs do not reach that of the first."""
    return 0.1 / np.linalg.eigvalsh(np.einsum("ni,nj,n->ij", H, H, weights / weights.sum()))[-1]


@pytest.mark.parametrize("activation", ["relu", "logistic"])
def test_safe_rate_is_0_1_over_the_largest_eigenvalue(activation):
    coefs, intercepts = initialise([20, 30, 10], activation, np.zeros(10), generator())
    X, weights = abs(generator().normal(size=(200, 20))), generator().uniform(0, 3, size=(200, 1))
    Z = X @ coefs[0] + intercepts[0]
    H = expit(Z) if activation == "logistic" else np.maximum(Z, 0)
    ours = safe_rate(X, weights, coefs, intercepts, activation, "relu")
    assert ours == pytest.approx(exact_safe_rate(H, weights[:, 0]), rel=1e-3)


def test_safe_rate_is_right_if_every_row_sums_to_0():
    half = generator().integers(-9, 10, size=(100, 8)) * [9, 7, 5, 4, 3, 2, 1, 1] @ hadamard(8)
    X, weights, W = np.hstack([half, -half]).astype(float), np.ones((100, 1)), np.zeros((16, 1))
    ours = safe_rate(X, weights, [W], [np.zeros(1)], "relu", "identity")
    assert ours == pytest.approx(exact_safe_rate(X, weights[:, 0]), rel=0.01)


def test_safe_rate_is_right_if_first_image_is_blank():
    X, weights, W = generator().normal(size=(50, 6)), np.ones((50, 1)), np.zeros((6, 1))
    X[0] = 0
    ours = safe_rate(X, weights, [W], [np.zeros(1)], "relu", "identity")
    assert ours == pytest.approx(exact_safe_rate(X, weights[:, 0]), rel=0.05)


def test_safe_rate_decreases_with_the_squared_length_of_images():
    coefs, intercepts = [np.full((8, 3), 1e-9), np.zeros((3, 2))], [np.zeros(3), np.zeros(2)]
    rates, lengths = [], []
    for size in (1, 5, 100):
        X, weights = size * generator().normal(size=(40, 8)), generator().uniform(0, 3, size=40)
        lengths.append(np.average(np.linalg.norm(X, axis=1) ** 2, weights=weights))
        rates.append(safe_rate(X, weights[:, None], coefs, intercepts, "relu", "identity"))
    np.testing.assert_allclose(rates, rates[0] * lengths[0] / np.array(lengths))


def test_safe_rate_of_blank_images_is_finite():
    rate = safe_rate(
        np.zeros((3, 2)), np.ones((3, 1)), [np.ones((2, 1))], [np.zeros(1)], "relu", "relu"
    )
    assert np.isfinite(rate)
