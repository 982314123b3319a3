import numpy as np

from skmnist.network._training import _output_slope


def test_an_output_that_sleeps_is_woken_by_those_who_call_for_it():
    out = np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 0.5]])
    targets = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    slopes = _output_slope(out, targets, "relu")
    np.testing.assert_array_equal(slopes, [[1, 1, 0], [0, 0, 1]])


def test_no_other_activation_is_meddled_with():
    out, targets = np.zeros((2, 2)), np.eye(2)
    np.testing.assert_array_equal(_output_slope(out, targets, "identity"), np.ones((2, 2)))
    np.testing.assert_array_equal(_output_slope(out, targets, "logistic"), np.zeros((2, 2)))
