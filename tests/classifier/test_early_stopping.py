from functools import partial

import numpy as np
import pandas as pd
import pytest
import sklearn
from helpers import LOSS_FORMULAS, network_outputs, parameter_bytes, small_classifier
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skmnist.classifier._targets import ENCODINGS
from skmnist.network import LOSSES
from skmnist.network._optimizers import SOLVERS

X, y = load_digits(return_X_y=True)
X, y, X_val, y_val = X[:400], y[:400], X[400:700], y[400:700]


small = partial(small_classifier, max_iter=40)


def stopping(**parameters):
    # A large constant step size, so that scores go up and down.
    settings = {"learning_rate": "constant", "learning_rate_init": 0.1, "n_iter_no_change": 5}
    return small(**{"early_stopping": True, **settings, **parameters})


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("solver", SOLVERS)
def test_best_epoch_is_restored(encoding, solver):
    model = stopping(target_encoding=encoding, solver=solver).fit(X, y, X_val=X_val, y_val=y_val)
    scores = model.validation_scores_
    assert model.best_iter_ == 1 + np.argmax(scores) < model.n_iter_ == len(scores)
    assert model.score(X_val, y_val) == pytest.approx(max(scores), abs=1e-12)
    short = clone(model).set_params(max_iter=model.best_iter_, schedule_iter=40)
    short.fit(X, y, X_val=X_val, y_val=y_val)
    assert parameter_bytes(short) == parameter_bytes(model)


def test_validation_score_of_float32_equals_score():
    model = small(max_iter=3).fit(np.float32(X), y, X_val=np.float32(X_val), y_val=y_val)
    assert model.validation_scores_[-1] == model.score(np.float32(X_val), y_val)


def test_first_of_equally_good_epochs_is_best():
    model = stopping(n_iter_no_change=40).fit(X, y, X_val=X_val[:8], y_val=y_val[:8])
    scores = model.validation_scores_
    assert scores.count(max(scores)) > 1
    assert model.best_iter_ == 1 + scores.index(max(scores))


@pytest.mark.parametrize("tol", [1e-4, 0.02])
def test_training_stops_after_n_iter_no_change_epochs_without_a_better_score(tol):
    model = stopping(tol=tol).fit(X, y, X_val=X_val, y_val=y_val)
    scores = model.validation_scores_
    before = [max(scores[:i], default=-np.inf) for i in range(len(scores))]
    better = [i for i, (s, b) in enumerate(zip(scores, before, strict=True)) if s >= b + tol]
    assert model.n_iter_ == better[-1] + 1 + 5 < 40
    assert max(np.diff(better), default=0) <= 5


def test_tol_of_1_stops_after_n_iter_no_change_epochs():
    model = stopping(tol=1, n_iter_no_change=3).fit(X, y)
    assert model.n_iter_ == 1 + 3


def test_validation_fraction_of_rows_is_held_out():
    model = stopping(validation_fraction=0.3, n_iter_no_change=40).fit(X, y)
    assert len(model.validation_scores_) == len(model.validation_loss_curve_) == 40
    # About 120 rows are held out, and each score is a multiple of 1 / their number.
    scores = model.validation_scores_
    sizes = [n for n in range(100, 140) if all(is_near_integer(s * n) for s in scores)]
    assert 120 in sizes or len(sizes) == 1
    assert model.loss_curve_ != stopping(validation_fraction=0.1).fit(X, y).loss_curve_


def is_near_integer(number):
    return abs(number - round(number)) < 1e-6


def test_with_X_val_all_of_X_is_trained_on():
    stopped = stopping(n_iter_no_change=40).fit(X, y, X_val=X_val, y_val=y_val)
    plain = stopping(early_stopping=False, n_iter_no_change=10).fit(X, y)
    assert stopped.loss_curve_ == plain.loss_curve_


@pytest.mark.parametrize("make", [np.asarray, pd.DataFrame])
def test_validation_without_early_stopping_does_not_change_training(make):
    settings = {"dropout": 0.2, "max_iter": 5}
    validated = small(**settings).fit(make(X), y, X_val=make(X_val), y_val=y_val)
    plain = small(**settings).fit(make(X), y)
    assert parameter_bytes(validated) == parameter_bytes(plain)
    assert validated.loss_curve_ == plain.loss_curve_
    scores = validated.validation_scores_
    assert validated.best_iter_ == 1 + np.argmax(scores)
    assert scores[-1] == pytest.approx(validated.score(make(X_val), y_val))


def test_without_validation_its_curves_are_none():
    model = small(max_iter=3).fit(X, y, X_val=X_val, y_val=y_val).fit(X, y)
    assert model.validation_scores_ is None
    assert model.validation_loss_curve_ is None
    assert model.best_iter_ == model.n_iter_ == 3


@pytest.mark.parametrize("loss", LOSSES)
def test_loss_curves_match_losses_of_shorter_fits(loss):
    # The training loss of a full batch is computed before the step, the validation loss after it.
    few, labels = X[:100], y[:100]
    settings = {"loss": loss, "output_activation": "identity", "schedule_iter": 4}
    three, four = (
        small(max_iter=n, **settings).fit(few, labels, X_val=X_val, y_val=y_val) for n in (3, 4)
    )

    def loss_of(model, X, y):
        return LOSS_FORMULAS[loss](network_outputs(model, X), np.eye(10)[y]).sum(axis=1).mean()

    assert four.loss_curve_[3] == pytest.approx(loss_of(three, few, labels), rel=1e-9)
    assert three.validation_loss_curve_[2] == pytest.approx(loss_of(three, X_val, y_val), rel=1e-9)
    assert four.validation_loss_curve_[3] == pytest.approx(loss_of(four, X_val, y_val), rel=1e-9)


def test_squared_hinge_ignores_outputs_beyond_their_target():
    model = small(loss="squared_hinge", output_activation="identity", max_iter=30)
    model.fit(X, y, X_val=X_val, y_val=y_val)
    out = model.decision_function(X_val)
    wrong = np.where(np.eye(10)[y_val] == 1, np.minimum(out - 1, 0), np.maximum(out, 0))
    assert model.validation_loss_curve_[-1] == pytest.approx((wrong**2).sum(axis=1).mean())
    assert (out < -0.05).any()


def test_validation_score_is_weighted_on_held_out_rows():
    # Half of the rows belong to a class of almost no weight, which is never learned.
    labels = np.where(np.arange(len(y)) % 2, y, 10)
    weights = np.where(labels == 10, 1e-6, 1)
    model = stopping().fit(X, labels, sample_weight=weights)
    assert max(model.validation_scores_) > 0.6


def test_weights_stop_at_the_same_epoch_as_copies_of_rows():
    few, labels = X[:60], y[:60]
    counts = 1 + np.arange(60) % 3
    weighted = stopping(max_iter=30).fit(few, labels, sample_weight=counts)
    repeated = stopping(max_iter=30, batch_size=98)
    repeated.fit(np.repeat(few, counts, axis=0), np.repeat(labels, counts))
    np.testing.assert_allclose(weighted.validation_scores_, repeated.validation_scores_)
    assert weighted.best_iter_ == repeated.best_iter_


def test_pipeline_passes_transformed_validation_data():
    with sklearn.config_context(enable_metadata_routing=True):
        network = stopping()
        steps = [("scale", StandardScaler()), ("network", network)]
        pipeline = Pipeline(steps, transform_input=["X_val"]).fit(X, y, X_val=X_val, y_val=y_val)
    scaler = StandardScaler().fit(X)
    alone = stopping().fit(scaler.transform(X), y, X_val=scaler.transform(X_val), y_val=y_val)
    assert pipeline["network"].validation_scores_ == alone.validation_scores_
    assert pipeline.score(X_val, y_val) == max(alone.validation_scores_)


def test_pipeline_routes_sample_weights():
    weights = np.linspace(0, 1, len(y))
    with sklearn.config_context(enable_metadata_routing=True):
        network = small(max_iter=3).set_fit_request(sample_weight=True)
        steps = [("scale", StandardScaler().set_fit_request(sample_weight=False))]
        pipeline = Pipeline([*steps, ("network", network)]).fit(X, y, sample_weight=weights)
    alone = small(max_iter=3).fit(StandardScaler().fit_transform(X), y, sample_weight=weights)
    assert pipeline["network"].loss_curve_ == alone.loss_curve_
