"""A step size that does not make the outputs oscillate."""

import numpy as np
import pytest
from scipy.linalg import hadamard
from scipy.special import expit

from skmnist.network._mlp import initialise, safe_rate


def generator():
    return np.random.default_rng(7)


def largest_eigenvalue(H, weights):
    """Return the largest eigenvalue of the second moments of the inputs of the last layer."""
    return np.linalg.eigvalsh(np.einsum("ni,nj,n->ij", H, H, weights / weights.sum()))[-1]


def squared_norm(X, weights):
    """Return the mean squared norm; each row counts once more in proportion to its own."""
    squares = np.linalg.norm(X, axis=1) ** 2
    return np.average(squares, weights=weights * squares)


def linear_safe_rate(X, weights):
    return 1 / (largest_eigenvalue(X, weights) / 0.3 + squared_norm(X, weights) / 8)


@pytest.mark.parametrize("activation", ["relu", "logistic"])
def test_safe_rate_depends_on_the_largest_eigenvalue_and_the_squared_length(activation):
    coefs, intercepts = initialise([20, 30, 10], activation, np.zeros(10), generator())
    X, weights = abs(generator().normal(size=(200, 20))), generator().uniform(0, 3, size=(200, 1))
    Z = X @ coefs[0] + intercepts[0]
    H = expit(Z) if activation == "logistic" else np.maximum(Z, 0)
    ours = safe_rate(X, weights, coefs, intercepts, activation, "relu")
    expected = 1 / (
        largest_eigenvalue(H, weights[:, 0]) / 0.3 + squared_norm(X, weights[:, 0]) / 40
    )
    assert ours == pytest.approx(expected, rel=5e-3)


def test_safe_rate_grows_with_the_number_of_hidden_layers():
    X, weights, rates = generator().normal(size=(40, 8)), np.ones((40, 1)), []
    for n_hidden in (1, 2, 3):
        coefs = [np.full((8, 8), 1e-9)] * n_hidden + [np.zeros((8, 2))]
        intercepts = [np.zeros(8)] * n_hidden + [np.zeros(2)]
        rates.append(safe_rate(X, weights, coefs, intercepts, "relu", "identity"))
    np.testing.assert_allclose(rates, np.array([1, 5, 25]) * rates[0], rtol=0.01)


def test_safe_rate_is_right_if_every_row_sums_to_0():
    half = generator().integers(-9, 10, size=(100, 8)) * [9, 7, 5, 4, 3, 2, 1, 1] @ hadamard(8)
    X, weights, W = np.hstack([half, -half]).astype(float), np.ones((100, 1)), np.zeros((16, 1))
    ours = safe_rate(X, weights, [W], [np.zeros(1)], "relu", "identity")
    assert ours == pytest.approx(linear_safe_rate(X, weights[:, 0]), rel=0.01)


def test_safe_rate_is_right_if_first_image_is_blank():
    X, weights, W = generator().normal(size=(50, 6)), np.ones((50, 1)), np.zeros((6, 1))
    X[0] = 0
    ours = safe_rate(X, weights, [W], [np.zeros(1)], "relu", "identity")
    assert ours == pytest.approx(linear_safe_rate(X, weights[:, 0]), rel=0.05)


@pytest.mark.parametrize("size", [1, 5, 100])
def test_safe_rate_decreases_with_the_squared_length_of_images(size):
    coefs, intercepts = [np.full((8, 3), 1e-9), np.zeros((3, 2))], [np.zeros(3), np.zeros(2)]
    X, weights = size * generator().normal(size=(40, 8)), generator().uniform(0, 3, size=40)
    X[:20], weights[:20] = X[:20] / 3, weights[:20] * 10
    network = weights[:, None], coefs, intercepts, "relu", "identity"
    expected = 40 / squared_norm(X, weights)
    assert safe_rate(X, *network) == pytest.approx(expected, rel=0.01)
    assert safe_rate(X, *network, 2 / expected * 40) == pytest.approx(expected / 2, rel=0.01)


def test_safe_rate_of_blank_images_is_finite():
    rate = safe_rate(
        np.zeros((3, 2)), np.ones((3, 1)), [np.ones((2, 1))], [np.zeros(1)], "relu", "relu"
    )
    assert np.isfinite(rate)
