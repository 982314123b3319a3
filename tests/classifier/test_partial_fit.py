import pickle
from functools import partial

import numpy as np
import pytest
from helpers import parameter_bytes, small_classifier
from scipy import sparse
from sklearn.datasets import load_digits

from skmnist.network._optimizers import SOLVERS

X, y = load_digits(return_X_y=True)
X, y, X_test, y_test = X[:1200], y[:1200], X[1200:], y[1200:]
DIGITS = np.arange(10)
NO_WEIGHT = "^sample_weight and class_weight must give at least one row .*; got only zeros"


small = partial(small_classifier, max_iter=None)


def stream(model, n_calls, size=40, start=0):
    for i in range(start, start + n_calls):
        rows = np.arange(i * size, (i + 1) * size) % len(X)
        model.partial_fit(X[rows], y[rows], classes=DIGITS)
    return model


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array])
def test_stream_is_learned(solver, make):
    model = small(solver=solver, learning_rate_init={"sgd": "auto", "adam": 0.01}[solver])
    for i in range(150):
        rows = np.arange(i * 40, (i + 1) * 40) % len(X)
        model.partial_fit(make(X[rows]), y[rows], classes=DIGITS if i == 0 else None)
    assert model.n_iter_ == 150
    assert model.score(X_test, y_test) > 0.85


def test_first_call_needs_all_classes():
    message = r"^classes must be passed on the first call to partial_fit, .*; got None\.$"
    with pytest.raises(ValueError, match=message):
        small().partial_fit(X, y)
    model = small().partial_fit(X[:3], [0, 1, 2], classes=[9, 8, 7, *range(7)])
    np.testing.assert_array_equal(model.classes_, DIGITS)
    assert model.decision_function(X).shape == (1200, 10)


def test_later_calls_can_repeat_classes_but_not_change_them():
    model = small().partial_fit(X, y, classes=DIGITS)
    model.partial_fit(X, y, classes=DIGITS[::-1]).partial_fit(X, y)
    message = "^classes must be the same as in the first call to partial_fit; got others "
    with pytest.raises(ValueError, match=message + r"\(new: 10; missing: none\)\.$"):
        model.partial_fit(X, y, classes=[*DIGITS, 10])
    with pytest.raises(ValueError, match=message + r"\(new: 'a', 'b'; missing: 0, .*, 9\)\.$"):
        model.partial_fit(X, y, classes=["a", "b"])
    message = r"^y must contain only the classes 0, 1, .*, 9; got 12\.$"
    with pytest.raises(ValueError, match=message):
        model.partial_fit(X[:2], [3, 12])
    assert model.n_iter_ == 3


@pytest.mark.parametrize("settings", [{}, {"solver": "adam"}, {"dropout": 0.3, "alpha": 0.01}])
def test_resumed_stream_after_pickle_is_bit_identical(settings):
    uninterrupted = stream(small(**settings), 20)
    stopped = pickle.loads(pickle.dumps(stream(small(**settings), 9)))
    assert parameter_bytes(stream(stopped, 11, start=9)) == parameter_bytes(uninterrupted)


def test_pickle_does_not_grow_with_the_stream():
    model = stream(small(hidden_layer_sizes=(4,)), 10)
    early = len(pickle.dumps(model))
    late = len(pickle.dumps(stream(model, 190, start=10)))
    assert abs(late - early) < 30


def test_one_call_is_one_epoch():
    # Without warm-up and with a constant step size, each call is an epoch of fit.
    settings = {"learning_rate": "constant", "warmup": 0.0, "learning_rate_init": 0.05}
    fitted = small(**settings, max_iter=3).fit(X, y)
    streamed = small(**settings)
    for _ in range(3):
        streamed.partial_fit(X, y, classes=DIGITS)
    assert parameter_bytes(streamed) == parameter_bytes(fitted)
    assert streamed.loss_curve_ == fitted.loss_curve_[-1:]


def test_step_size_grows_over_first_thirty_updates():
    settings = {"hidden_layer_sizes": (), "momentum": 0.0, "output_activation": "identity"}

    def steps(warmup):
        model, before, sizes = small(**settings, warmup=warmup), None, []
        for _ in range(110):
            model.set_params(learning_rate_init=1e-9)  # too small to change the gradient
            model.partial_fit(X[:50], y[:50], classes=DIGITS)
            if before is not None:
                sizes.append(np.linalg.norm(model.intercepts_[0] - before))
            before = model.intercepts_[0]
        return np.array(sizes) / sizes[-1]

    growing = np.minimum((np.arange(1, 110) + 0.5) / 30, 1)
    np.testing.assert_allclose(steps(0.1), growing, rtol=1e-4)
    np.testing.assert_allclose(steps(0.0), 1, rtol=1e-4)


def test_weights_of_a_call_equal_copies_of_rows():
    few, labels, counts = X[:30], y[:30], 1 + np.arange(30) % 3
    weighted, repeated = (small(learning_rate_init=0.02) for _ in range(2))
    for _ in range(5):
        weighted.partial_fit(few, labels, classes=DIGITS, sample_weight=counts)
        repeated.partial_fit(np.repeat(few, counts, axis=0), np.repeat(labels, counts), DIGITS)
    np.testing.assert_allclose(
        weighted.decision_function(X_test), repeated.decision_function(X_test), atol=1e-10
    )


def test_partial_fit_resumes_after_fit():
    model = small(max_iter=5).fit(X, y)
    scores = model.decision_function(X_test)
    model.set_params(learning_rate_init=1e-12).partial_fit(X[:50], y[:50])
    assert model.n_iter_ == model.best_iter_ == 6
    np.testing.assert_allclose(model.decision_function(X_test), scores, atol=1e-8)
    model.set_params(learning_rate_init=0.05)
    zeros_and_ones = y < 2
    for _ in range(20):
        model.partial_fit(X[zeros_and_ones], y[zeros_and_ones])
    assert model.score(X[zeros_and_ones], y[zeros_and_ones]) > 0.98


def test_best_iter_after_partial_fit_is_the_last_call():
    model = small(early_stopping=True, max_iter=5).fit(X, y)
    model.partial_fit(X[:50], y[:50])
    assert model.best_iter_ == model.n_iter_ == 6
    assert model.validation_scores_ is None


def test_fit_after_stream_starts_from_new_weights():
    model = stream(small(max_iter=3), 5).fit(X, y)
    assert parameter_bytes(model) == parameter_bytes(small(max_iter=3).fit(X, y))
    assert model.n_iter_ == 3


def test_stream_is_scaled_by_its_first_call():
    model = small().partial_fit(X, y, classes=DIGITS)
    other = small().partial_fit(X * 1024, y, classes=DIGITS)
    np.testing.assert_allclose(
        other.decision_function(X_test * 1024), model.decision_function(X_test), atol=1e-12
    )


def test_call_can_have_one_row_or_one_class():
    model = small().partial_fit(X[:1], y[:1], classes=DIGITS)
    for _ in range(50):
        model.partial_fit(X[y == 3], y[y == 3])
    assert model.n_iter_ == 51
    assert model.score(X_test[y_test == 3], y_test[y_test == 3]) > 0.9


def test_stream_with_zero_weights_raises_error_and_changes_nothing():
    model = small().partial_fit(X, y, classes=DIGITS)
    before = parameter_bytes(model)
    with pytest.raises(ValueError, match=NO_WEIGHT):
        model.partial_fit(X, y, sample_weight=np.zeros(len(y)))
    assert (parameter_bytes(model), model.n_iter_) == (before, 1)


def test_rows_of_class_with_weight_zero_raise_error():
    model = small(class_weight={3: 0}).partial_fit(X, y, classes=DIGITS)
    with pytest.raises(ValueError, match=NO_WEIGHT):
        model.partial_fit(X[y == 3], y[y == 3])
