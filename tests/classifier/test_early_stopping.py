import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skmnist import MLPDigitClassifier

X, y = load_digits(return_X_y=True)
X, y, X_val, y_val = X[:400], y[:400], X[400:700], y[400:700]


def small(**parameters):
    defaults = {"hidden_layer_sizes": (16,), "max_iter": 40, "random_state": 0}
    return MLPDigitClassifier(**{**defaults, **parameters})


def stopping(**parameters):
    # A constant step of some size, so that scores go up and down.
    settings = {"learning_rate": "constant", "learning_rate_init": 0.1, "n_iter_no_change": 5}
    return small(**{"early_stopping": True, **settings, **parameters})


@pytest.mark.parametrize("encoding", ["one-hot", "ordinal"])
@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_the_best_epoch_is_what_remains(encoding, solver):
    model = stopping(target_encoding=encoding, solver=solver).fit(X, y, X_val=X_val, y_val=y_val)
    scores = model.validation_scores_
    assert model.best_iter_ == 1 + np.argmax(scores) < model.n_iter_ == len(scores)
    assert model.score(X_val, y_val) == pytest.approx(max(scores), abs=1e-12)
    short = clone(model).set_params(max_iter=model.best_iter_, schedule_iter=40)
    short.fit(X, y, X_val=X_val, y_val=y_val)
    assert short.coefs_[0].tobytes() == model.coefs_[0].tobytes()
    assert short.intercepts_[1].tobytes() == model.intercepts_[1].tobytes()


def test_the_score_of_float32_is_the_one_that_score_gives():
    model = small(max_iter=3).fit(np.float32(X), y, X_val=np.float32(X_val), y_val=y_val)
    assert model.validation_scores_[-1] == model.score(np.float32(X_val), y_val)


def test_of_equally_good_epochs_the_first_is_kept():
    model = stopping(n_iter_no_change=40).fit(X, y, X_val=X_val[:8], y_val=y_val[:8])
    scores = model.validation_scores_
    assert scores.count(max(scores)) > 1
    assert model.best_iter_ == 1 + scores.index(max(scores))


@pytest.mark.parametrize("tol", [1e-4, 0.02])
def test_training_stops_when_the_score_has_not_risen_for_a_while(tol):
    model = stopping(tol=tol).fit(X, y, X_val=X_val, y_val=y_val)
    scores = model.validation_scores_
    before = [max(scores[:i], default=-np.inf) for i in range(len(scores))]
    rises = [i for i, (s, b) in enumerate(zip(scores, before, strict=True)) if s >= b + tol]
    assert model.n_iter_ == rises[-1] + 1 + 5 < 40
    assert max(np.diff(rises), default=0) <= 5


def test_a_tolerance_that_no_score_can_reach_stops_after_the_patience():
    model = stopping(tol=1, n_iter_no_change=3).fit(X, y)
    assert model.n_iter_ == 1 + 3


def test_rows_are_put_aside_for_the_score():
    model = stopping(validation_fraction=0.3, n_iter_no_change=40).fit(X, y)
    assert len(model.validation_scores_) == len(model.validation_loss_curve_) == 40
    # About 120 rows were scored: each score is a multiple of one over their number.
    sizes = [n for n in range(100, 140) if all(near_whole(s * n) for s in model.validation_scores_)]
    assert 120 in sizes or len(sizes) == 1
    assert model.loss_curve_ != stopping(validation_fraction=0.1).fit(X, y).loss_curve_


def near_whole(number):
    return abs(number - round(number)) < 1e-6


def test_rows_of_the_users_own_are_scored_instead_and_all_of_x_is_trained_on():
    stopped = stopping(n_iter_no_change=40).fit(X, y, X_val=X_val, y_val=y_val)
    plain = stopping(early_stopping=False).fit(X, y)
    assert stopped.loss_curve_ == plain.loss_curve_


@pytest.mark.parametrize("make", [np.asarray, pd.DataFrame])
def test_validation_data_without_early_stopping_are_only_looked_at(make):
    settings = {"dropout": 0.2, "max_iter": 5}
    seen = small(**settings).fit(make(X), y, X_val=make(X_val), y_val=y_val)
    plain = small(**settings).fit(make(X), y)
    assert seen.coefs_[0].tobytes() == plain.coefs_[0].tobytes()
    assert seen.loss_curve_ == plain.loss_curve_
    assert seen.best_iter_ == 1 + np.argmax(seen.validation_scores_)
    assert seen.validation_scores_[-1] == pytest.approx(seen.score(make(X_val), y_val))


def test_without_validation_there_is_nothing_to_tell_of_it():
    model = small(max_iter=3).fit(X, y, X_val=X_val, y_val=y_val).fit(X, y)
    assert model.validation_scores_ is None
    assert model.validation_loss_curve_ is None
    assert model.best_iter_ == model.n_iter_ == 3


LOSSES = {
    "mse": lambda residual: residual**2,
    "mae": abs,
    "huber": lambda residual: np.where(abs(residual) < 1, residual**2 / 2, abs(residual) - 0.5),
}


@pytest.mark.parametrize("loss", list(LOSSES))
def test_curves_are_the_losses_of_the_models_after_and_before_an_epoch(loss):
    # A full batch is trained on after its loss was taken, validation comes when it is over.
    few, labels = X[:100], y[:100]
    settings = {"loss": loss, "output_activation": "identity", "schedule_iter": 4}
    three, four = (
        small(max_iter=n, **settings).fit(few, labels, X_val=X_val, y_val=y_val) for n in (3, 4)
    )

    def loss_of(model, X, y):
        return LOSSES[loss](model.decision_function(X) - np.eye(10)[y]).sum(axis=1).mean()

    assert four.loss_curve_[3] == pytest.approx(loss_of(three, few, labels), rel=1e-9)
    assert three.validation_loss_curve_[2] == pytest.approx(loss_of(three, X_val, y_val), rel=1e-9)
    assert four.validation_loss_curve_[3] == pytest.approx(loss_of(four, X_val, y_val), rel=1e-9)


def test_the_squared_hinge_forgives_outputs_beyond_their_target():
    model = small(loss="squared_hinge", output_activation="identity", max_iter=30)
    model.fit(X, y, X_val=X_val, y_val=y_val)
    out = model.decision_function(X_val)
    wrong = np.where(np.eye(10)[y_val] == 1, np.minimum(out - 1, 0), np.maximum(out, 0))
    assert model.validation_loss_curve_[-1] == pytest.approx((wrong**2).sum(axis=1).mean())
    assert (out < -0.05).any()


def test_the_weights_of_rows_put_aside_count_in_the_score():
    # Half of the rows are of a class that weighs next to nothing, and so is never learnt.
    labels = np.where(np.arange(len(y)) % 2, y, 10)
    weights = np.where(labels == 10, 1e-6, 1)
    model = stopping().fit(X, labels, sample_weight=weights)
    assert max(model.validation_scores_) > 0.6


def test_copies_of_rows_and_weights_stop_at_the_same_epoch():
    few, labels = X[:60], y[:60]
    counts = 1 + np.arange(60) % 3
    weighted = stopping(max_iter=30).fit(few, labels, sample_weight=counts)
    repeated = stopping(max_iter=30, batch_size=200)
    repeated.fit(np.repeat(few, counts, axis=0), np.repeat(labels, counts))
    np.testing.assert_allclose(weighted.validation_scores_, repeated.validation_scores_)
    assert weighted.best_iter_ == repeated.best_iter_


def test_a_pipeline_hands_transformed_validation_data_to_the_network():
    with sklearn.config_context(enable_metadata_routing=True):
        network = stopping()
        steps = [("scale", StandardScaler()), ("network", network)]
        pipeline = Pipeline(steps, transform_input=["X_val"]).fit(X, y, X_val=X_val, y_val=y_val)
    scaler = StandardScaler().fit(X)
    by_hand = stopping().fit(scaler.transform(X), y, X_val=scaler.transform(X_val), y_val=y_val)
    assert pipeline["network"].validation_scores_ == by_hand.validation_scores_
    assert pipeline.score(X_val, y_val) == max(by_hand.validation_scores_)


def test_sample_weights_can_be_routed_through_a_pipeline():
    weights = np.linspace(0, 1, len(y))
    with sklearn.config_context(enable_metadata_routing=True):
        network = small(max_iter=3).set_fit_request(sample_weight=True)
        steps = [("scale", StandardScaler().set_fit_request(sample_weight=False))]
        pipeline = Pipeline([*steps, ("network", network)]).fit(X, y, sample_weight=weights)
    by_hand = small(max_iter=3).fit(StandardScaler().fit_transform(X), y, sample_weight=weights)
    assert pipeline["network"].loss_curve_ == by_hand.loss_curve_
