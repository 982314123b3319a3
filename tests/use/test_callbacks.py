"""Set callbacks with scikit-learn 1.9 and newer, and fit without them with older versions."""

from functools import partial

import numpy as np
import pytest
from helpers import small_classifier
from sklearn.base import clone
from sklearn.datasets import load_digits

try:
    from sklearn import callback as callbacks
except ImportError:
    callbacks = None

X, y = load_digits(return_X_y=True)
X, y = X[:300], y[:300]
needs_callbacks = pytest.mark.skipif(callbacks is None, reason="needs scikit-learn 1.9")
small = partial(small_classifier, hidden_layer_sizes=(8,), max_iter=5)


class Recorder:
    """A callback that records its calls and calls a function at the end of each epoch."""

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


def watched(recorder, **parameters):
    return small(**parameters).set_callbacks(recorder)


def test_callbacks_exist_if_scikit_learn_has_them():
    assert hasattr(small(), "set_callbacks") == (callbacks is not None)
    assert small().fit(X, y).n_iter_ == 5


@needs_callbacks
def test_callbacks_are_called_in_order_and_do_not_change_the_weights():
    recorder = Recorder()
    model, plain = watched(recorder).fit(X, y), small().fit(X, y)
    assert model.coefs_[0].tobytes() == plain.coefs_[0].tobytes()
    assert recorder.seen[0] == "setup"
    assert recorder.seen[1:-2] == ["begin fit", *["begin epoch", "end epoch"] * 5]
    assert recorder.seen[-2:] == ["end fit", "teardown"]
    assert (recorder.given[0] is X, recorder.given[1] is y, recorder.given[2]) == (True, True, None)


@needs_callbacks
def test_returning_true_stops_the_training():
    model = watched(Recorder(lambda n, model: n == 3)).fit(X, y)
    assert model.n_iter_ == len(model.loss_curve_) == 3
    stopped = small(max_iter=3, schedule_iter=5).fit(X, y)
    assert model.coefs_[0].tobytes() == stopped.coefs_[0].tobytes()


@needs_callbacks
@pytest.mark.parametrize("settings", [{}, {"solver": "adam"}, {"early_stopping": True}])
def test_models_of_epochs_predict_and_do_not_change(settings):
    during = []
    recorder = Recorder(lambda n, model: during.append(model.decision_function(X)))
    model = watched(recorder, **settings).fit(X, y)
    assert len(during) == model.n_iter_ == 5
    for n, (then, earlier) in enumerate(zip(during, recorder.models, strict=True), start=1):
        np.testing.assert_array_equal(earlier.decision_function(X), then)
        assert earlier.n_iter_ == len(earlier.loss_curve_) == n
        np.testing.assert_array_equal(earlier.classes_, np.arange(10))
    if not settings:
        stopped = small(max_iter=2, schedule_iter=5).fit(X, y)
        np.testing.assert_array_equal(during[1], stopped.decision_function(X))


@needs_callbacks
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_exceptions_in_callbacks_call_teardown_and_undo_the_fit(error):
    def fail(n, model):
        if n == 2:
            raise error("here")

    recorder = Recorder(fail)
    model = watched(recorder)
    with pytest.raises(error, match="here"):
        model.fit(X, y)
    assert recorder.seen[-1] == "teardown"
    assert not hasattr(model, "coefs_")
    assert not hasattr(model, "classes_")


@needs_callbacks
def test_callbacks_run_with_the_error_handling_of_the_caller():
    seen = []
    with np.errstate(over="raise", invalid="warn"):
        watched(Recorder(lambda n, model: seen.append(np.geterr()))).fit(X, y)
        assert seen
        assert all(each == np.geterr() for each in seen)


@needs_callbacks
def test_callbacks_get_sample_weight_as_their_only_metadata():
    recorder, weights = Recorder(), np.linspace(0, 1, len(y))
    watched(recorder).fit(X, y, sample_weight=weights, X_val=X, y_val=y)
    assert list(recorder.given[2]) == ["sample_weight"]
    np.testing.assert_array_equal(recorder.given[2]["sample_weight"], weights)


@needs_callbacks
def test_warm_starts_call_callbacks_for_new_epochs_only():
    recorder = Recorder()
    model = watched(recorder, warm_start=True, max_iter=3).fit(X, y)
    model.set_params(max_iter=5).fit(X, y)
    assert len(recorder.models) == 5
    with pytest.warns(UserWarning, match="There is nothing left to train"):
        model.fit(X, y)
    assert recorder.seen[-4:] == ["setup", "begin fit", "end fit", "teardown"]


@needs_callbacks
@pytest.mark.parametrize("weights", [None, np.linspace(0, 1, 300)])
def test_scoring_monitor_scores_every_epoch(weights):
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
def test_progress_bar_reaches_100_percent(capsys):
    small().set_callbacks(callbacks.ProgressBar()).fit(X, y)
    shown = capsys.readouterr().out
    assert "MLPDigitClassifier" in shown
    assert "100%" in shown


@needs_callbacks
def test_clones_keep_callbacks_and_set_callbacks_without_arguments_removes_them():
    recorder = Recorder()
    model = watched(recorder)
    clone(model).fit(X, y)
    assert len(model.set_callbacks().fit(X, y).loss_curve_) == 5
    assert recorder.seen.count("setup") <= 1
