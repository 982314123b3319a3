import numpy as np

from skmnist.network._training import _output_slope


def test_slope_of_dead_relu_output_is_1_where_target_is_positive():
    out = np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 0.5]])
    targets = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    slopes = _output_slope(out, targets, "relu")
    np.testing.assert_array_equal(slopes, [[1, 1, 0], [0, 0, 1]])


def test_slope_of_other_activations_is_not_changed():
    out, targets = np.zeros((2, 2)), np.eye(2)
    np.testing.assert_array_equal(_output_slope(out, targets, "identity"), np.ones((2, 2)))
    np.testing.assert_array_equal(_output_slope(out, targets, "logistic"), np.zeros((2, 2)))
