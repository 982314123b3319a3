import subprocess
import sys
from functools import partial
from pathlib import Path

import joblib
import numpy as np
import pytest
from helpers import CLASSIFIERS, parameter_bytes, small_classifier
from sklearn.base import clone
from sklearn.datasets import load_digits

import skmnist

X, y = load_digits(return_X_y=True)
X, y, X_val, y_val = X[:300], y[:300], X[300:500], y[300:500]
TOTAL = 9


small = partial(
    small_classifier,
    hidden_layer_sizes=(8,),
    max_iter=None,
    random_state=3,
    schedule_iter=TOTAL,
    warm_start=True,
)


STOPPED = {
    **CLASSIFIERS,
    "early stopping": {"early_stopping": True, "n_iter_no_change": 4},
    "long warm-up": {"learning_rate": "cosine", "warmup": 0.5},
    "no shuffle": {"shuffle": False, "batch_size": 7},
    "balanced, huber": {"class_weight": "balanced", "loss": "huber"},
    "random state object": {"random_state": np.random.RandomState(5), "early_stopping": True},
}

RESUME = """
import sys
import joblib
from sklearn.datasets import load_digits

X, y = load_digits(return_X_y=True)
models = joblib.load(sys.argv[1])
for model in models.values():
    model.set_params(max_iter=model.schedule_iter).fit(X[:300], y[:300])
joblib.dump(models, sys.argv[2])
"""


@pytest.fixture(scope="module")
def resumed(tmp_path_factory):
    """Return classifiers that were stopped after 4 epochs and resumed in another process."""
    folder = tmp_path_factory.mktemp("resumed")
    stopped, resumed = folder / "stopped.joblib", folder / "resumed.joblib"
    models = {
        name: clone(small(**settings)).set_params(max_iter=4).fit(X, y)
        for name, settings in STOPPED.items()
    }
    joblib.dump(models, stopped)
    root = Path(skmnist.__file__).parents[1]
    subprocess.run([sys.executable, "-c", RESUME, stopped, resumed], check=True, cwd=root)
    return joblib.load(resumed)


def assert_same_bits(one, other):
    assert parameter_bytes(one) == parameter_bytes(other)
    for curve in ("loss_curve_", "validation_loss_curve_", "validation_scores_"):
        assert getattr(one, curve) == getattr(other, curve)
    assert (one.n_iter_, one.best_iter_) == (other.n_iter_, other.best_iter_)


@pytest.mark.parametrize("name", list(STOPPED))
def test_resuming_in_another_process_is_bit_identical(name, resumed):
    uninterrupted = clone(small(**STOPPED[name])).set_params(max_iter=TOTAL).fit(X, y)
    assert uninterrupted.n_iter_ > 4
    assert_same_bits(resumed[name], uninterrupted)


def test_stopping_after_every_epoch_is_bit_identical():
    model = small(dropout=0.2, solver="adam")
    for k in range(1, TOTAL + 1):
        model.set_params(max_iter=k).fit(X, y, X_val=X_val, y_val=y_val)
        assert model.n_iter_ == len(model.loss_curve_) == len(model.validation_scores_) == k
    uninterrupted = small(dropout=0.2, solver="adam").fit(X, y, X_val=X_val, y_val=y_val)
    assert_same_bits(model, uninterrupted)


def test_early_stopping_resumes_from_last_epoch_not_from_best():
    settings = {"early_stopping": True, "learning_rate": "constant", "n_iter_no_change": TOTAL}
    model = small(**settings, learning_rate_init=0.1)
    uninterrupted = clone(model).set_params(max_iter=TOTAL).fit(X, y, X_val=X_val, y_val=y_val)
    best_so_far = []
    for k in range(1, TOTAL + 1):
        model.set_params(max_iter=k).fit(X, y, X_val=X_val, y_val=y_val)
        best_so_far.append(model.score(X_val, y_val))
    np.testing.assert_allclose(best_so_far, np.maximum.accumulate(uninterrupted.validation_scores_))
    assert_same_bits(model, uninterrupted)


def test_fit_without_warm_start_can_be_resumed():
    model = small(warm_start=False, max_iter=3).fit(X, y)
    before = model.coefs_[0].copy()
    model.set_params(warm_start=True, max_iter=4, schedule_iter=None, learning_rate_init=1e-12)
    model.fit(X, y)
    assert model.n_iter_ == len(model.loss_curve_) == 4
    np.testing.assert_allclose(model.coefs_[0], before, rtol=1e-6)


def test_fit_without_warm_start_starts_from_new_weights():
    model = small(warm_start=False, max_iter=3).fit(X, y)
    assert_same_bits(model.fit(X, y), small(max_iter=3).fit(X, y))
    letters = np.array(list("abcdefghij"))[y]
    assert model.set_params(hidden_layer_sizes=(5,)).fit(X[:, :40], letters).n_features_in_ == 40
    assert model.coefs_[0].shape == (40, 5)


def test_resuming_can_use_other_data():
    model = small(max_iter=2).fit(X, y)
    model.set_params(max_iter=4).fit(X_val[y_val < 5], y_val[y_val < 5])
    assert model.n_iter_ == 4
    np.testing.assert_array_equal(model.classes_, np.arange(10))


def test_warning_for_nothing_left_to_train_points_to_the_call_of_fit():
    model = small(max_iter=3).fit(X, y)
    before = model.coefs_[0].tobytes(), list(model.loss_curve_)
    with pytest.warns(
        UserWarning, match=r"max_iter=3 epochs in total, and 3 epochs are done"
    ) as record:
        model.fit(X, y)
    assert record[0].filename == __file__
    assert (model.coefs_[0].tobytes(), list(model.loss_curve_)) == before
    assert model.n_iter_ == 3


OTHERS = {
    "hidden layers": (
        {"hidden_layer_sizes": (9,)},
        "^hidden_layer_sizes .* match the fitted network, 64-8-10, when .*; got 64-9-10.*clone",
    ),
    "depth": ({"hidden_layer_sizes": (8, 8)}, "64-8-10, when .*; got 64-8-8-10"),
    "encoding": ({"target_encoding": "ordinal"}, "64-8-10, when .*; got 64-8-1"),
    "solver": (
        {"solver": "adam"},
        "^solver must be the same as before, 'sgd', when .*; got 'adam'.*clone",
    ),
}


@pytest.mark.parametrize("name", list(OTHERS))
def test_resuming_another_network_or_solver_raises_error(name):
    changed, message = OTHERS[name]
    model = small(max_iter=2).fit(X, y).set_params(max_iter=3, **changed)
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
    assert model.coefs_[0].shape == (64, 8)


def test_resuming_with_other_classes_or_features_raises_error():
    model = small(max_iter=2).fit(X, y).set_params(max_iter=3)
    message = r"^y must contain only the classes 0, 1, .*, 9; got 10\.$"
    with pytest.raises(ValueError, match=message):
        model.fit(X, y + 1)
    with pytest.raises(ValueError, match=r"40 features.*64"):
        model.fit(X[:, :40], y)
    assert model.fit(X, y).n_iter_ == 3


def test_larger_max_iter_without_schedule_iter_stretches_the_schedule():
    model = small(schedule_iter=None, max_iter=4, learning_rate="linear").fit(X, y)
    before = model.coefs_[0].copy()
    model.set_params(max_iter=8).fit(X, y)
    # After four of eight epochs, the step size is half of the largest and not 0.
    assert abs(model.coefs_[0] - before).max() > 0.001
    assert model.n_iter_ == 8
