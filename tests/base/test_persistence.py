import copy
import io
import pickle
import subprocess
import sys
from contextlib import redirect_stdout

import joblib
import numpy as np
import pytest
from helpers import parameter_bytes
from helpers import small_classifier as small
from sklearn.base import clone
from sklearn.datasets import load_digits

import skmnist
from skmnist.network._optimizers import SOLVERS

X, y = load_digits(return_X_y=True)


@pytest.mark.parametrize("settings", [{}, {"early_stopping": True}, {"solver": "adam"}])
def test_pickle_is_little_larger_than_the_weights(settings):
    model = small(hidden_layer_sizes=(512, 256), max_iter=1, **settings).fit(X[:200], y[:200])
    n_bytes = sum(array.nbytes for array in model.coefs_ + model.intercepts_)
    assert n_bytes < len(pickle.dumps(model)) < 1.05 * n_bytes


def test_loaded_model_equals_saved_model(tmp_path):
    model = small(class_weight={3: 2.0}).fit(X, y)
    joblib.dump(model, tmp_path / "model.joblib")
    loaded = joblib.load(tmp_path / "model.joblib")
    assert joblib.hash(vars(loaded)) == joblib.hash(vars(model))
    np.testing.assert_array_equal(loaded.decision_function(X), model.decision_function(X))


def test_copies_and_clones_are_independent():
    model = small(warm_start=True).fit(X, y)
    twin = copy.deepcopy(model)
    twin.set_params(max_iter=5).fit(X, y)
    assert model.n_iter_ == 3
    assert not hasattr(clone(model), "coefs_")
    assert clone(model).get_params() == model.get_params()


def test_changing_fitted_arrays_does_not_change_resumed_training():
    model, changed = (small(warm_start=True).fit(X, y) for _ in range(2))
    changed.coefs_[0][:] = 0
    changed.intercepts_[1][:] = 0
    changed.loss_curve_.clear()
    for each in (model, changed):
        each.set_params(max_iter=5, schedule_iter=5).fit(X, y)
    assert parameter_bytes(changed) == parameter_bytes(model)
    assert changed.loss_curve_ == model.loss_curve_


def test_loading_a_model_of_this_version_does_not_warn(tmp_path):
    joblib.dump(small().fit(X, y), tmp_path / "model.joblib")
    code = "import joblib, sys; print(joblib.load(sys.argv[1]).n_iter_)"
    command = [sys.executable, "-W", "error::UserWarning", "-c", code, tmp_path / "model.joblib"]
    root = skmnist.__path__[0] + "/.."
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=root)
    assert done.stdout.strip() == "3"


class Interrupted(io.StringIO):
    """An output stream that raises KeyboardInterrupt when a given epoch is printed."""

    def __init__(self, line):
        super().__init__()
        self.line = line

    def write(self, text):
        if f"epoch   {self.line}/" in text:
            raise KeyboardInterrupt
        return super().write(text)


class Unreadable:
    """Data that cannot be read."""

    shape = X.shape

    def __array__(self, dtype=None, copy=None):
        raise KeyboardInterrupt


def diverge(model):
    model.set_params(learning_rate_init=1e4, output_activation="identity", activation="identity")
    model.set_params(max_iter=6).fit(X, y)


def interrupt(model):
    with redirect_stdout(Interrupted(line=5)):
        model.set_params(verbose=True, max_iter=6).fit(X, y)


FAILURES = {
    "diverging": (diverge, ValueError),
    "interrupted in epoch 5": (interrupt, KeyboardInterrupt),
    "unreadable X": (lambda model: model.fit(Unreadable(), y), KeyboardInterrupt),
    "other features, bad y": (lambda model: model.fit(X[:, :9], y[:9]), ValueError),
    "bad sample weights": (lambda model: model.fit(X, y * 2, -np.ones(len(y))), ValueError),
    "bad validation labels": (lambda m: m.fit(X, y, X_val=X, y_val=y + 5), ValueError),
    "unknown label in a stream": (
        lambda model: model.partial_fit(X[:2], [0, 77], classes=np.arange(10)),
        ValueError,
    ),
    "weights in a stream": (
        lambda model: model.partial_fit(X[:2], y[:2], np.arange(10), [-1, 2]),
        ValueError,
    ),
}
MODELS = {
    "unfitted": lambda: small(),
    "fitted": lambda: small().fit(X, y),
    "warm": lambda: small(warm_start=True).fit(X, y),
    "streaming": lambda: small().partial_fit(X, y, np.arange(10)),
    "stopped early": lambda: small(warm_start=True, early_stopping=True).fit(X, y),
}


@pytest.mark.parametrize("kind", list(MODELS))
@pytest.mark.parametrize("failure", list(FAILURES))
def test_failed_fit_leaves_the_model_unchanged(failure, kind):
    model, (fail, error) = MODELS[kind](), FAILURES[failure]
    before = joblib.hash(fitted_attributes(model))
    with pytest.raises(error):
        fail(model)
    assert joblib.hash(fitted_attributes(model)) == before


def fitted_attributes(model):
    """Return all attributes except the parameters, which FAILURES sets."""
    return {name: value for name, value in vars(model).items() if name not in model.get_params()}


@pytest.mark.parametrize("solver", SOLVERS)
def test_resuming_after_a_failure_is_bit_identical(solver):
    model = small(warm_start=True, solver=solver, schedule_iter=6).fit(X, y)
    with pytest.raises(KeyboardInterrupt):
        interrupt(model)
    model.set_params(verbose=False).fit(X, y)
    uninterrupted = small(warm_start=True, solver=solver, max_iter=6).fit(X, y)
    assert parameter_bytes(model) == parameter_bytes(uninterrupted)
    assert model.loss_curve_ == uninterrupted.loss_curve_
