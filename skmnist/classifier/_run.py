"""A training run: its state, its curves, and everything that is needed to resume it."""

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from skmnist.base._resuming import USE_A_CLONE
from skmnist.classifier._examples import mean_target
from skmnist.classifier._targets import accuracy
from skmnist.network._arrays import (
    all_finite,
    copies,
    ignore_float_warnings,
    like,
    namespace,
    to_numpy,
)
from skmnist.network._mlp import forward, initialise, safe_rate
from skmnist.network._optimizers import SOLVERS
from skmnist.network._scaling import Scaling, column_scaling
from skmnist.network._training import (
    ROWS_AT_ONCE,
    State,
    double_batches,
    evaluate,
    some_rows,
    train_epoch,
)

# Targets are between 0 and 1: if the loss is larger than this, the training has diverged.
DIVERGED = 1e4
# If the last hidden layer is not 0 for all of these rows, the others need not be looked at.
FEW_ROWS = 32


class _Outputs(NamedTuple):
    """The outputs for some rows, their targets, and whether the last hidden layer is 0 for all."""

    values: Any
    targets: Any
    are_dead: bool


@dataclass
class BestEpoch:
    """The epoch with the best validation score, its parameters, and the epochs since then."""

    __module__ = "skmnist.classifier"  # saved models name the package, not this file

    score: float = -np.inf
    epoch: int = 0
    stale: int = 0
    coefs: list = field(default_factory=list)
    intercepts: list = field(default_factory=list)

    def update(self, score, state, tol):
        """Count epochs without improvement; store the parameters if the score is the best."""
        self.stale = self.stale + 1 if score < self.score + tol else 0
        if score > self.score:
            self.score, self.epoch = score, state.epoch
            self.coefs, self.intercepts = copies(state.coefs), copies(state.intercepts)


@dataclass
class Run:
    """The state of a training, and what was derived from the data that it was started on.

    The network is trained on scaled X, with targets that are divided by ``unit``. ``folded``
    returns the parameters for X and for class numbers as they are.
    """

    __module__ = "skmnist.classifier"  # saved models name the package, not this file

    state: State
    scaling: Scaling
    unit: float
    split_seed: int
    safe_rate: float
    best: BestEpoch = field(default_factory=BestEpoch)
    losses: list = field(default_factory=list)
    validation_losses: list = field(default_factory=list)
    validation_scores: list = field(default_factory=list)

    def copied(self):
        """Return a copy to resume, so that this run is unchanged if the training fails."""
        return replace(
            self,
            state=self.state.copied(),
            best=replace(self.best),
            losses=list(self.losses),
            validation_losses=list(self.validation_losses),
            validation_scores=list(self.validation_scores),
        )

    def scaled(self, examples):
        """Return examples whose X is scaled, batch by batch."""
        return examples._replace(scaling=self.scaling)

    @ignore_float_warnings
    def folded(self, *, best=False):
        """Return copies of (coefs, intercepts) of the last or the best epoch, for unscaled X."""
        coefs, intercepts = map(copies, self._parameters(best))
        coefs[-1], intercepts[-1] = coefs[-1] * self.unit, intercepts[-1] * self.unit
        coefs[0], intercepts[0] = _folded(coefs[0], intercepts[0], self.scaling)
        return coefs, intercepts

    def _parameters(self, best):
        source = self.best if best and self.best.epoch else self.state
        return source.coefs, source.intercepts

    @ignore_float_warnings
    def outputs_of_some(self, examples, how, best=False, n_rows=ROWS_AT_ONCE):
        """Return the outputs for some rows, and whether the last hidden layer is 0 for all of them.

        A ReLU that is 0 for all images has no gradient, and stays 0.
        """
        X, Y, _ = some_rows(self.scaled(examples), self.state.coefs[0].dtype, n_rows)
        passed = forward(X, *self._parameters(best), how.activation, how.output_activation)
        X_is_0, hidden_is_0 = (not namespace(X).any(H != 0) for H in (X, passed.inputs[-1]))
        return _Outputs(passed.outputs[-1] * self.unit, Y * self.unit, hidden_is_0 and not X_is_0)

    def seems_dead(self, examples, how):
        """Return whether the last hidden layer is 0 for a few rows, which takes little time."""
        return self.outputs_of_some(examples, how, n_rows=FEW_ROWS).are_dead

    def reset_curves(self):
        """Empty the curves, which would grow without limit in repeated calls of partial_fit."""
        self.losses, self.validation_losses, self.validation_scores = [], [], []
        self.best = BestEpoch()

    @ignore_float_warnings
    def train_epoch(self, examples, recipe, rate):
        """Train for one epoch and append its loss, or raise a ValueError if it diverged."""
        loss = train_epoch(self.state, examples, recipe, rate)
        self._check_converging(loss, recipe)
        self.losses.append(loss)

    @ignore_float_warnings
    def validate(self, examples, recipe, encoding, tol):
        """Append the loss and the accuracy on the validation examples."""
        loss, outputs = evaluate(self.state, examples, recipe)
        if not np.isfinite(loss):
            raise ValueError(
                f"The validation loss must be finite; got {loss:g} after epoch "
                f"{self.state.epoch}. The validation images have much larger values than the "
                "training images, or learning_rate_init is too large."
            )
        score = accuracy(outputs * self.unit, examples, encoding)
        self.validation_losses.append(loss)
        self.validation_scores.append(score)
        self.best.update(score, self.state, tol)

    def summary(self, n_epochs, seconds):
        """Return one line about the last epoch."""
        line = f"epoch {self.state.epoch:>3}/{n_epochs}   loss {self.losses[-1]:.5f}"
        if self.validation_scores:
            line += f"   validation loss {self.validation_losses[-1]:.5f}"
            line += f"   score {self.validation_scores[-1]:.4f}"
        return f"{line}   {seconds:.1f} s"

    def _check_converging(self, loss, recipe):
        parameters = [*self.state.coefs, *self.state.intercepts]
        if loss < DIVERGED and all(map(all_finite, parameters)):
            return
        raise ValueError(
            f"The training diverged: after epoch {self.state.epoch} the loss is {loss:g}. "
            f"{self._likely_cause(recipe.rate, recipe.alpha)} "
            "When training is resumed, X must have about the same range of values as before."
        )

    def _likely_cause(self, rate, alpha):
        """Return a hint that names the parameter that probably made the training diverge."""
        if rate * alpha > 1:  # the step of the L2 penalty is larger than the weight
            return f"learning_rate_init={rate:g} times alpha={alpha:g} should be below 1."
        smaller, factor = f"{rate / 10:g}", rate / self.safe_rate
        better = smaller if factor < 2 else f"{smaller} or 'auto'" if factor < 20 else "'auto'"
        return f"learning_rate_init={rate:g} is too large for X; try {better}."

    def check_resumable(self, network, fitted_as):
        """Raise a ValueError if the parameters have changed to another network or solver."""
        coefs = self.state.coefs
        sizes = [coefs[0].shape[0], *(W.shape[1] for W in coefs)]
        if network.layer_sizes != sizes:
            raise ValueError(
                f"hidden_layer_sizes and the data must match the fitted network, {_arrow(sizes)}, "
                f"when training is resumed; got {_arrow(network.layer_sizes)}. {USE_A_CLONE}"
            )
        if network.fitted_as != fitted_as:
            raise ValueError(
                "activation, output_activation and target_encoding must be the same as before, "
                f"{tuple(fitted_as)}, when training is resumed; got {tuple(network.fitted_as)}. "
                f"{USE_A_CLONE}"
            )
        if type(self.state.optimizer) is not SOLVERS[network.solver]:
            raise ValueError(
                f"solver must be the same as before, {_name_of(self)!r}, when training is resumed; "
                f"got {network.solver!r}. {USE_A_CLONE}"
            )


def _name_of(run):
    """Return the name of the solver of a run, or of its class if it is not in the table."""
    kind = type(run.state.optimizer)
    return next((name for name, each in SOLVERS.items() if each is kind), kind.__name__)


def new_run(network, examples, rng, split_seed):
    """Return a run at its start, with random weights."""
    drawn = initialise(
        network.layer_sizes, network.fitted_as.output_activation, mean_target(examples), rng
    )
    dtype = examples.weights.dtype
    coefs, intercepts = ([like(examples.codes, a, dtype) for a in part] for part in drawn)
    read, are_images = partial(double_batches, examples), examples.redraw is not None
    scaling, norm = column_scaling(read, examples.codes, are_images=are_images)
    _folded(coefs[0], intercepts[0], scaling)  # raise an error now instead of after the training
    return _run_from(network, coefs, intercepts, scaling, examples, rng, split_seed, norm)


def run_from_fitted(network, fitted, examples, rng, split_seed):
    """Return a run that continues from the fitted attributes of a classifier."""
    coefs, intercepts = copies(fitted.coefs_), copies(fitted.intercepts_)
    coefs[-1], intercepts[-1] = coefs[-1] / network.unit, intercepts[-1] / network.unit
    coefs[0], intercepts[0] = fitted._scaling.unfold(coefs[0], intercepts[0])
    run = _run_from(network, coefs, intercepts, fitted._scaling, examples, rng, split_seed)
    run.state.epoch, run.losses = fitted.n_iter_, list(fitted.loss_curve_)
    run.validation_losses = list(fitted.validation_loss_curve_ or ())
    run.validation_scores = list(fitted.validation_scores_ or ())
    if run.validation_scores:
        best = max(run.validation_scores)
        run.best = BestEpoch(best, fitted.best_iter_, 0, copies(coefs), copies(intercepts))
    return run


def _run_from(network, coefs, intercepts, scaling, examples, rng, split_seed, norm=None):
    """Return a run with these parameters and a new optimizer."""
    state = State(coefs, intercepts, SOLVERS[network.solver].start(coefs, intercepts), rng)
    X, _, weights = some_rows(examples._replace(scaling=scaling), coefs[0].dtype)
    activation, output_activation, _ = network.fitted_as
    rate = safe_rate(X, weights, coefs, intercepts, activation, output_activation, norm)
    return Run(state, scaling, network.unit, int(split_seed), rate)


def _folded(W, b, scaling):
    """Return the weights and biases of the first layer for unscaled X."""
    W, b = scaling.fold(W, b)
    if not (all_finite(W) and all_finite(b)):
        column = int(np.argmin(to_numpy(scaling.scale)))
        raise ValueError(
            f"X must have larger values; got column {column}, whose values differ so little that "
            f"its weights in {W.dtype} would be infinite. Multiply X by a constant."
        )
    return W, b


def _arrow(sizes):
    return "-".join(str(size) for size in sizes)
