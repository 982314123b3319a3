"""Callbacks, where scikit-learn has them (1.9 and later); below that, a fit without them."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits

from skmnist import MLPDigitClassifier

try:
    from sklearn import callback as callbacks
except ImportError:
    callbacks = None

X, y = load_digits(return_X_y=True)
X, y = X[:300], y[:300]
needs_callbacks = pytest.mark.skipif(callbacks is None, reason="scikit-learn has no callbacks yet")


def small(**parameters):
    defaults = {"hidden_layer_sizes": (8,), "max_iter": 5, "random_state": 0}
    return MLPDigitClassifier(**{**defaults, **parameters})


class Hook:
    """A callback that writes down what happens and does something at the end of an epoch."""

    def __init__(self, act=lambda n, model: None):
        self.act, self.seen, self.models = act, [], []

    def setup(self, estimator, context):
        self.seen.append("setup")

    def teardown(self, estimator, context):
        self.seen.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.seen.append(f"begin {context.task_name}")

    def on_fit_task_end(self, estimator, context, *, X, y, metadata, fitted_estimator):
        self.seen.append(f"end {context.task_name}")
        self.given = X, y, metadata
        if context.task_name != "epoch":
            return None
        self.models.append(fitted_estimator)
        return self.act(len(self.models), fitted_estimator)


def watched(hook, **parameters):
    return small(**parameters).set_callbacks(hook)


def test_callbacks_can_be_set_exactly_where_scikit_learn_has_them():
    assert hasattr(small(), "set_callbacks") == (callbacks is not None)
    assert small().fit(X, y).n_iter_ == 5


@needs_callbacks
def test_hooks_are_called_in_order_and_change_nothing():
    hook = Hook()
    model, plain = watched(hook).fit(X, y), small().fit(X, y)
    assert model.coefs_[0].tobytes() == plain.coefs_[0].tobytes()
    assert hook.seen[0] == "setup"
    assert hook.seen[1:-2] == ["begin fit", *["begin epoch", "end epoch"] * 5]
    assert hook.seen[-2:] == ["end fit", "teardown"]
    assert (hook.given[0] is X, hook.given[1] is y, hook.given[2]) == (True, True, None)


@needs_callbacks
def test_a_hook_that_returns_true_stops_the_training():
    model = watched(Hook(lambda n, model: n == 3)).fit(X, y)
    assert model.n_iter_ == len(model.loss_curve_) == 3
    stopped = small(max_iter=3, schedule_iter=5).fit(X, y)
    assert model.coefs_[0].tobytes() == stopped.coefs_[0].tobytes()


@needs_callbacks
@pytest.mark.parametrize("settings", [{}, {"solver": "adam"}, {"early_stopping": True}])
def test_the_model_in_a_hook_can_predict_and_stays_as_it_was(settings):
    during = []
    hook = Hook(lambda n, model: during.append(model.decision_function(X)))
    model = watched(hook, **settings).fit(X, y)
    assert len(during) == model.n_iter_ == 5
    for n, (then, earlier) in enumerate(zip(during, hook.models, strict=True), start=1):
        np.testing.assert_array_equal(earlier.decision_function(X), then)
        assert earlier.n_iter_ == len(earlier.loss_curve_) == n
        np.testing.assert_array_equal(earlier.classes_, np.arange(10))
    if not settings:
        stopped = small(max_iter=2, schedule_iter=5).fit(X, y)
        np.testing.assert_array_equal(during[1], stopped.decision_function(X))


@needs_callbacks
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_hook_that_raises_is_torn_down_and_leaves_no_trace(error):
    def fail(n, model):
        if n == 2:
            raise error("here")

    hook = Hook(fail)
    model = watched(hook)
    with pytest.raises(error, match="here"):
        model.fit(X, y)
    assert hook.seen[-1] == "teardown"
    assert not hasattr(model, "coefs_")
    assert not hasattr(model, "classes_")


@needs_callbacks
def test_a_hook_is_warned_as_everywhere_else():
    seen = []
    with np.errstate(over="raise", invalid="warn"):
        watched(Hook(lambda n, model: seen.append(np.geterr()))).fit(X, y)
        assert seen
        assert all(each == np.geterr() for each in seen)


@needs_callbacks
def test_hooks_see_the_weights_and_nothing_else():
    hook, weights = Hook(), np.linspace(0, 1, len(y))
    watched(hook).fit(X, y, sample_weight=weights, X_val=X, y_val=y)
    assert list(hook.given[2]) == ["sample_weight"]
    np.testing.assert_array_equal(hook.given[2]["sample_weight"], weights)


@needs_callbacks
def test_a_warm_start_counts_only_the_epochs_that_are_left():
    hook = Hook()
    model = watched(hook, warm_start=True, max_iter=3).fit(X, y)
    model.set_params(max_iter=5).fit(X, y)
    assert len(hook.models) == 5
    with pytest.warns(UserWarning, match="Nothing left"):
        model.fit(X, y)
    assert hook.seen[-4:] == ["setup", "begin fit", "end fit", "teardown"]


@needs_callbacks
@pytest.mark.parametrize("weights", [None, np.linspace(0, 1, 300)])
def test_scikit_learns_monitor_scores_every_epoch(weights):
    monitor = callbacks.ScoringMonitor(scoring="accuracy")
    small().set_callbacks(monitor).fit(X, y, sample_weight=weights)
    rows = monitor.get_logs().data
    scores = [row["accuracy"] for row in rows if row["task_name"] == "epoch"]
    expected = [
        small(max_iter=n, schedule_iter=5)
        .fit(X, y, sample_weight=weights)
        .score(X, y, sample_weight=weights)
        for n in range(1, 6)
    ]
    assert scores == pytest.approx(expected)


@needs_callbacks
def test_scikit_learns_progress_bar_runs_to_its_end(capsys):
    small().set_callbacks(callbacks.ProgressBar()).fit(X, y)
    shown = capsys.readouterr().out
    assert "MLPDigitClassifier" in shown
    assert "100%" in shown


@needs_callbacks
def test_a_clone_keeps_its_callbacks_and_an_empty_call_takes_them_off():
    hook = Hook()
    model = watched(hook)
    clone(model).fit(X, y)
    assert len(model.set_callbacks().fit(X, y).loss_curve_) == 5
    assert hook.seen.count("setup") <= 1
