"""A user adds a row to a table of the package and fits a classifier with it.

The entries of X are ±1, so that X is not scaled. A call of partial_fit is one step of gradient
descent. It is compared with finite differences of the loss, which know no slopes.
"""

import pickle
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
import pytest
from helpers import ACTIVATION_FORMULAS, LOSS_FORMULAS, network_outputs, parameter_bytes
from helpers import small_classifier as small
from scipy.special import erf

from skmnist.classifier._targets import ENCODINGS
from skmnist.network import ACTIVATIONS, LOSSES, Activation, Loss
from skmnist.network._activations import OUTPUT_ACTIVATIONS
from skmnist.network._optimizers import SCHEDULES, SOLVERS

RNG = np.random.default_rng(0)
X, y = RNG.choice([-1.0, 1.0], size=(40, 5)), np.arange(40) % 3
ONE_HOT = np.eye(3)[y]
RATE, STEP = 0.1, 1e-6
ONE_STEP = partial(
    small,
    hidden_layer_sizes=(4,),
    activation="tanh",
    output_activation="identity",
    batch_size=len(X),
    learning_rate_init=RATE,
    momentum=0.0,
    warmup=0.0,
)


def loss_of(model, targets):
    loss = LOSS_FORMULAS[model.loss](network_outputs(model, X), targets)
    return loss.sum(axis=1).mean()


def slopes_of_loss(model, targets):
    """Return the derivative of the loss with respect to every parameter, by finite differences."""
    slopes = []
    for array in (*model.coefs_, *model.intercepts_):
        slopes.append(np.empty_like(array))
        for place in np.ndindex(array.shape):
            value, losses = array[place], []
            for change in (STEP, -STEP):
                array[place] = value + change
                losses.append(loss_of(model, targets))
            array[place] = value
            slopes[-1][place] = (losses[0] - losses[1]) / (2 * STEP)
    return slopes


def assert_steps_descend(model, targets=ONE_HOT, direction=np.positive):
    """Check three steps of a classifier: each is -rate times the direction of the gradient."""
    model.partial_fit(X, y, classes=range(3))
    for _ in range(3):
        before = [array.copy() for array in (*model.coefs_, *model.intercepts_)]
        slopes = slopes_of_loss(model, targets)
        model.partial_fit(X, y)
        after = (*model.coefs_, *model.intercepts_)
        for new, old, slope in zip(after, before, slopes, strict=True):
            np.testing.assert_allclose(new - old, -RATE * direction(slope), atol=1e-9)


def test_added_activation_is_used_in_hidden_layers(monkeypatch):
    sine = Activation(lambda Z: np.sin(0.1 * Z), lambda A: 0.1 * np.sqrt(1 - A * A))
    monkeypatch.setitem(ACTIVATIONS, "sine", sine)
    monkeypatch.setitem(ACTIVATION_FORMULAS, "sine", lambda Z: np.sin(0.1 * Z))
    assert_steps_descend(ONE_STEP(activation="sine"))


@pytest.fixture
def softplus(monkeypatch):
    """Add an output activation: its value, its slope, and the biases for mean targets."""
    row = Activation(lambda Z: np.logaddexp(0, Z), lambda A: 1 - np.exp(-A))
    monkeypatch.setitem(ACTIVATIONS, "softplus", row)
    monkeypatch.setitem(OUTPUT_ACTIVATIONS, "softplus", lambda shares: np.log(np.expm1(shares)))
    monkeypatch.setitem(ACTIVATION_FORMULAS, "softplus", lambda Z: np.log1p(np.exp(Z)))


@pytest.mark.usefixtures("softplus")
def test_added_output_activation_is_used_in_the_last_layer():
    assert_steps_descend(ONE_STEP(output_activation="softplus"))


@pytest.mark.usefixtures("softplus")
def test_added_output_activation_starts_near_the_class_shares():
    labels = np.repeat([0, 1, 2], [20, 12, 8])
    model = small(output_activation="softplus", learning_rate_init=1e-12).fit(X, labels)
    np.testing.assert_allclose(np.log1p(np.exp(model.intercepts_[-1])), [0.5, 0.3, 0.2])
    np.testing.assert_allclose(model.decision_function(X).mean(axis=0), [0.5, 0.3, 0.2], atol=0.1)


def test_output_activation_without_an_inverse_is_rejected(monkeypatch):
    monkeypatch.setitem(ACTIVATIONS, "error function", Activation(erf, None))
    with pytest.raises(ValueError, match=r"^output_activation must be one of 'relu', "):
        small(output_activation="error function").fit(X, y)


@pytest.fixture
def log_cosh(monkeypatch):
    """Add a loss."""
    row = Loss(lambda out, Y: np.log(np.cosh(out - Y)), lambda out, Y: np.tanh(out - Y))
    monkeypatch.setitem(LOSSES, "log_cosh", row)
    monkeypatch.setitem(LOSS_FORMULAS, "log_cosh", row.value)


@pytest.mark.usefixtures("log_cosh")
def test_added_loss_is_minimised():
    model = ONE_STEP(loss="log_cosh")
    assert_steps_descend(model)
    before = loss_of(model, ONE_HOT)
    assert model.partial_fit(X, y).loss_curve_ == pytest.approx([before])


@pytest.mark.usefixtures("log_cosh")
def test_added_loss_is_the_validation_loss():
    model = small(loss="log_cosh").fit(X, y, X_val=X, y_val=y)
    assert model.validation_loss_curve_[-1] == pytest.approx(loss_of(model, ONE_HOT))


@dataclass
class SignDescent:
    """Steps of one size in the direction of the gradient's signs."""

    usual_rate: ClassVar = 0.001
    is_adaptive: ClassVar = True
    constants: ClassVar = ()
    counter: ClassVar = "steps"

    signs: list
    steps: int = 0

    @classmethod
    def start(cls, coefs, intercepts):
        return cls([np.zeros_like(array) for array in (*coefs, *intercepts)])

    @staticmethod
    def memories(coefs, intercepts):
        return {"signs": [*coefs, *intercepts]}

    def copied(self):
        return SignDescent([array.copy() for array in self.signs], self.steps)

    def factor(self, rate):
        return 1

    def step(self, coefs, intercepts, inputs, deltas, rate, recipe):
        self.steps += 1
        gradients = [A.T @ D for A, D in zip(inputs, deltas, strict=True)]
        gradients += [D.sum(axis=0) for D in deltas]
        for i, (array, G) in enumerate(zip((*coefs, *intercepts), gradients, strict=True)):
            self.signs[i] = np.sign(G)
            array -= rate * self.signs[i]


@pytest.fixture
def sign_descent(monkeypatch):
    """Add a solver."""
    monkeypatch.setitem(SOLVERS, "sign", SignDescent)


@pytest.mark.usefixtures("sign_descent")
def test_added_solver_makes_the_steps():
    assert_steps_descend(ONE_STEP(solver="sign"), direction=np.sign)


@pytest.mark.usefixtures("sign_descent")
def test_added_solver_is_resumed_bit_identically():
    resumed = small(solver="sign", warm_start=True, schedule_iter=6, max_iter=2).fit(X, y)
    resumed.set_params(max_iter=6).fit(X, y)
    uninterrupted = small(solver="sign", warm_start=True, max_iter=6).fit(X, y)
    assert parameter_bytes(resumed) == parameter_bytes(uninterrupted)
    assert resumed._run.state.optimizer.steps == 6


@pytest.mark.usefixtures("sign_descent")
def test_resuming_with_another_solver_than_the_added_one_raises_error():
    model = small(solver="sign", warm_start=True).fit(X, y).set_params(solver="adam", max_iter=9)
    with pytest.raises(ValueError, match=r"^solver must be the same as before, .*, when"):
        model.fit(X, y)


def test_added_schedule_sets_the_step_size(monkeypatch):
    monkeypatch.setitem(SCHEDULES, "staircase", lambda remaining: 1.0 if remaining > 0.5 else 0.1)
    # The steps are so small that the gradient does not change.
    model = small(
        hidden_layer_sizes=(),
        output_activation="identity",
        batch_size=len(X),
        learning_rate="staircase",
        learning_rate_init=1e-9,
        momentum=0.0,
        schedule_iter=6,
        warmup=0.0,
        warm_start=True,
    )
    weights = [model.set_params(max_iter=k).fit(X, y).coefs_[0] for k in range(1, 7)]
    sizes = np.linalg.norm(np.diff(weights, axis=0), axis=(1, 2))
    np.testing.assert_allclose(sizes / sizes[0], [1, 1, 0.1, 0.1, 0.1], rtol=1e-4)


CODES = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]])


def binary_scores(outputs, n_classes):
    return np.stack([-((outputs - code) ** 2).sum(axis=1) for code in CODES[:n_classes]], axis=1)


def test_added_encoding_has_its_codes_as_targets(monkeypatch):
    binary = ENCODINGS["one-hot"]._replace(
        codes=lambda n_classes: CODES, n_outputs=lambda n_classes: 2, scores=binary_scores
    )
    monkeypatch.setitem(ENCODINGS, "binary", binary)
    model = ONE_STEP(target_encoding="binary")
    assert_steps_descend(model, targets=CODES[y])
    distances = np.linalg.norm(network_outputs(model, X)[:, None] - CODES, axis=2)
    np.testing.assert_allclose(model.decision_function(X), -(distances**2))
    np.testing.assert_array_equal(model.predict(X), distances.argmin(axis=1))


@pytest.mark.parametrize(
    ("parameter", "table", "row"),
    [
        ("activation", ACTIVATIONS, ACTIVATIONS["tanh"]),
        ("output_activation", OUTPUT_ACTIVATIONS, OUTPUT_ACTIVATIONS["relu"]),
        ("loss", LOSSES, LOSSES["mse"]),
        ("solver", SOLVERS, SOLVERS["sgd"]),
        ("learning_rate", SCHEDULES, SCHEDULES["linear"]),
        ("target_encoding", ENCODINGS, ENCODINGS["one-hot"]),
    ],
)
def test_error_lists_the_added_row(monkeypatch, parameter, table, row):
    monkeypatch.setitem(table, "added", row)
    with pytest.raises(ValueError, match=f"^{parameter} must be one of .*'added'.*; got 'missing'"):
        small(**{parameter: "missing"}).fit(X, y)


def test_removed_row_is_rejected(monkeypatch):
    # The last row: monkeypatch appends it again, and other tests compare the order of the rows.
    monkeypatch.delitem(LOSSES, "squared_hinge")
    with pytest.raises(ValueError, match=r"^loss must be one of 'mse', 'mae', 'huber'; "):
        small(loss="squared_hinge").fit(X, y)


def test_model_with_added_rows_is_pickled(monkeypatch):
    monkeypatch.setitem(LOSSES, "log_cosh", LOSSES["mse"])
    monkeypatch.setitem(SCHEDULES, "staircase", lambda remaining: 1.0)
    model = small(loss="log_cosh", learning_rate="staircase", warm_start=True).fit(X, y)
    loaded = pickle.loads(pickle.dumps(model))
    for each in (model, loaded):
        each.set_params(max_iter=5).fit(X, y)
    assert parameter_bytes(loaded) == parameter_bytes(model)


def test_model_without_its_row_raises_error(monkeypatch):
    with monkeypatch.context() as added:
        added.setitem(ACTIVATIONS, "erf", Activation(erf, np.ones_like))
        model = small(activation="erf").fit(X, y)
    with pytest.raises(ValueError, match=r"^ACTIVATIONS must contain 'erf'.*; got relu, .*Add the"):
        model.predict(X)


@pytest.mark.parametrize("base", SOLVERS.values())
def test_added_subclass_of_a_solver_is_resumed_with_itself_only(monkeypatch, base):
    monkeypatch.setitem(SOLVERS, "mine", type("Mine", (base,), {}))
    model = small(solver="mine", random_state=0)
    for _ in range(3):
        model.partial_fit(X, y, classes=[0, 1, 2])
    name = next(name for name, kind in SOLVERS.items() if kind is base)
    with pytest.raises(ValueError, match=f"^solver must .* 'mine', .*; got {name!r}"):
        model.set_params(solver=name).partial_fit(X, y)


def test_solver_that_left_the_table_is_named_by_its_class(monkeypatch):
    with monkeypatch.context() as added:
        added.setitem(SOLVERS, "mine", type("Mine", (SOLVERS["sgd"],), {}))
        model = small(solver="mine").partial_fit(X, y, classes=[0, 1, 2])
    with pytest.raises(ValueError, match=r"^solver must .* 'Mine', .*; got 'sgd'"):
        model.set_params(solver="sgd").partial_fit(X, y)
