import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits

import skmnist
from skmnist import MLPDigitClassifier

X, y = load_digits(return_X_y=True)
X, y, X_val, y_val = X[:300], y[:300], X[300:500], y[300:500]
TOTAL = 9


def small(**parameters):
    defaults = {"hidden_layer_sizes": (8,), "random_state": 3, "schedule_iter": TOTAL}
    return MLPDigitClassifier(**{**defaults, "warm_start": True, **parameters})


STOPPED = {
    "sgd": {},
    "no momentum": {"momentum": 0.0},
    "nesterov": {"nesterovs_momentum": True, "alpha": 1e-3},
    "adam": {"solver": "adam", "alpha": 1e-3},
    "dropout": {"dropout": 0.3, "input_dropout": 0.1},
    "early stopping": {"early_stopping": True, "n_iter_no_change": 4},
    "constant": {"learning_rate": "constant"},
    "cosine": {"learning_rate": "cosine", "warmup": 0.5},
    "ordinal": {"target_encoding": "ordinal", "output_activation": "identity"},
    "no order": {"shuffle": False, "batch_size": 7},
    "balanced": {"class_weight": "balanced", "loss": "huber"},
    "random state object": {"random_state": np.random.RandomState(5), "early_stopping": True},
}

GO_ON = """
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
    """Stop after 4 epochs, dump, and go on in another Python."""
    folder = tmp_path_factory.mktemp("resumed")
    stopped, resumed = folder / "stopped.joblib", folder / "resumed.joblib"
    models = {
        name: clone(small(**settings)).set_params(max_iter=4).fit(X, y)
        for name, settings in STOPPED.items()
    }
    joblib.dump(models, stopped)
    root = Path(skmnist.__file__).parents[1]
    subprocess.run([sys.executable, "-c", GO_ON, stopped, resumed], check=True, cwd=root)
    return joblib.load(resumed)


def assert_same_bits(one, other):
    for ours, theirs in zip(
        one.coefs_ + one.intercepts_, other.coefs_ + other.intercepts_, strict=True
    ):
        assert ours.tobytes() == theirs.tobytes()
    for curve in ("loss_curve_", "validation_loss_curve_", "validation_scores_"):
        assert getattr(one, curve) == getattr(other, curve)
    assert (one.n_iter_, one.best_iter_) == (other.n_iter_, other.best_iter_)


@pytest.mark.parametrize("name", list(STOPPED))
def test_stopped_and_gone_on_with_in_another_process_is_never_stopped(name, resumed):
    straight = clone(small(**STOPPED[name])).set_params(max_iter=TOTAL).fit(X, y)
    assert straight.n_iter_ > 4
    assert_same_bits(resumed[name], straight)


def test_stopping_after_every_epoch_changes_nothing():
    model = small(dropout=0.2, solver="adam")
    for k in range(1, TOTAL + 1):
        model.set_params(max_iter=k).fit(X, y, X_val=X_val, y_val=y_val)
        assert model.n_iter_ == len(model.loss_curve_) == len(model.validation_scores_) == k
    straight = small(dropout=0.2, solver="adam").fit(X, y, X_val=X_val, y_val=y_val)
    assert_same_bits(model, straight)


def test_early_stopping_goes_on_from_the_last_epoch_and_not_from_the_best():
    settings = {"early_stopping": True, "learning_rate": "constant", "n_iter_no_change": TOTAL}
    model = small(**settings, learning_rate_init=0.1)
    straight = clone(model).set_params(max_iter=TOTAL).fit(X, y, X_val=X_val, y_val=y_val)
    best_so_far = []
    for k in range(1, TOTAL + 1):
        model.set_params(max_iter=k).fit(X, y, X_val=X_val, y_val=y_val)
        best_so_far.append(model.score(X_val, y_val))
    np.testing.assert_allclose(best_so_far, np.maximum.accumulate(straight.validation_scores_))
    assert_same_bits(model, straight)


def test_a_fit_without_warm_start_can_be_gone_on_with_too():
    model = small(warm_start=False, max_iter=3).fit(X, y)
    before = model.coefs_[0].copy()
    model.set_params(warm_start=True, max_iter=4, schedule_iter=None, learning_rate_init=1e-12)
    model.fit(X, y)
    assert model.n_iter_ == len(model.loss_curve_) == 4
    np.testing.assert_allclose(model.coefs_[0], before, rtol=1e-6)


def test_without_warm_start_fit_starts_anew():
    model = small(warm_start=False, max_iter=3).fit(X, y)
    assert_same_bits(model.fit(X, y), small(max_iter=3).fit(X, y))
    letters = np.array(list("abcdefghij"))[y]
    assert model.set_params(hidden_layer_sizes=(5,)).fit(X[:, :40], letters).n_features_in_ == 40
    assert model.coefs_[0].shape == (40, 5)


def test_what_is_gone_on_with_may_be_other_data_of_the_same_kind():
    model = small(max_iter=2).fit(X, y)
    model.set_params(max_iter=4).fit(X_val[y_val < 5], y_val[y_val < 5])
    assert model.n_iter_ == 4
    np.testing.assert_array_equal(model.classes_, np.arange(10))


def test_nothing_left_to_train_is_said_where_fit_was_called():
    model = small(max_iter=3).fit(X, y)
    before = model.coefs_[0].tobytes(), list(model.loss_curve_)
    with pytest.warns(UserWarning, match=r"max_iter=3 epochs in total, and 3 are done") as record:
        model.fit(X, y)
    assert record[0].filename == __file__
    assert (model.coefs_[0].tobytes(), list(model.loss_curve_)) == before
    assert model.n_iter_ == 3


REFUSED = {
    "hidden layers": ({"hidden_layer_sizes": (9,)}, r"64-8-10.*hidden_layer_sizes.*64-9-10"),
    "depth": ({"hidden_layer_sizes": (8, 8)}, "64-8-10.*64-8-8-10"),
    "encoding": ({"target_encoding": "ordinal"}, "64-8-10.*64-8-1"),
    "solver": ({"solver": "adam"}, "solver='adam' cannot go on.*clone"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_another_network_or_solver_is_refused(name):
    changed, message = REFUSED[name]
    model = small(max_iter=2).fit(X, y).set_params(max_iter=3, **changed)
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
    assert model.coefs_[0].shape == (64, 8)


def test_other_classes_and_features_are_refused():
    model = small(max_iter=2).fit(X, y).set_params(max_iter=3)
    with pytest.raises(ValueError, match=r"y holds labels that were not seen before: 10\."):
        model.fit(X, y + 1)
    with pytest.raises(ValueError, match=r"40 features.*64"):
        model.fit(X[:, :40], y)
    assert model.fit(X, y).n_iter_ == 3


def test_a_raised_max_iter_without_a_horizon_stretches_the_schedule():
    model = small(schedule_iter=None, max_iter=4, learning_rate="linear").fit(X, y)
    before = model.coefs_[0].copy()
    model.set_params(max_iter=8).fit(X, y)
    # At the end of four epochs of eight the step is half of the largest, not zero.
    assert abs(model.coefs_[0] - before).max() > 0.001
    assert model.n_iter_ == 8
