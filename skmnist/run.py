"""One training run: what it has learnt and seen so far, all that going on needs."""

import time
import warnings
from dataclasses import dataclass, field, replace

import numpy as np

from skmnist.compat import FRAMES_OF_WITH_CALLBACKS
from skmnist.data import check_same_place, mean_target
from skmnist.network.arrays import all_finite, copies, judged_later, like
from skmnist.network.mlp import initialise, safe_rate
from skmnist.network.optimizers import SOLVERS
from skmnist.network.training import (
    State,
    evaluate,
    root_mean_square,
    sample,
    scheduled,
    train_epoch,
)
from skmnist.parameters import check_epsilon
from skmnist.settings import epochs_in_total, layer_sizes, make_recipe
from skmnist.targets import accuracy, code_unit

# Codes lie between 0 and 1, so a loss like this is no way to anywhere.
DIVERGED = 1e4


@dataclass
class BestSoFar:
    """The best validation score, its epoch, its parameters, and how long ago it was."""

    score: float = -np.inf
    epoch: int = 0
    stale: int = 0
    coefs: list = field(default_factory=list)
    intercepts: list = field(default_factory=list)

    def see(self, score, state, tol):
        """Take note of an epoch's score; keep the parameters if it is the best."""
        self.stale = self.stale + 1 if score < self.score + tol else 0
        if score > self.score:
            self.score, self.epoch = score, state.epoch
            self.coefs, self.intercepts = copies(state.coefs), copies(state.intercepts)


@dataclass
class Run:
    """A training state with what belongs to the data it was started on.

    The network inside is trained on ``X / scale`` towards targets in units of ``unit``;
    ``folded`` gives the parameters that apply to X and to class numbers as they are.
    """

    state: State
    scale: float
    unit: float
    split_seed: int
    safe_rate: float
    best: BestSoFar = field(default_factory=BestSoFar)
    losses: list = field(default_factory=list)
    validation_losses: list = field(default_factory=list)
    validation_scores: list = field(default_factory=list)

    def copied(self):
        """Return a copy to go on with, so that a failure cannot spoil this one."""
        return replace(
            self,
            state=self.state.copied(),
            best=replace(self.best),
            losses=list(self.losses),
            validation_losses=list(self.validation_losses),
            validation_scores=list(self.validation_scores),
        )

    @judged_later
    def folded(self, *, best=False):
        """Return (coefs, intercepts) for X as given, of the last epoch or of the best."""
        source = self.best if best else self.state
        coefs, intercepts = list(source.coefs), list(source.intercepts)
        coefs[-1], intercepts[-1] = coefs[-1] * self.unit, intercepts[-1] * self.unit
        coefs[0] = _for_X_as_given(coefs[0], self.scale)
        return coefs, intercepts

    def fitted(self, estimator, *, best=False):
        """Return the fitted attributes that this amounts to, sharing nothing with it."""
        coefs, intercepts = self.folded(best=best and self.best.epoch > 0)
        validated = bool(self.validation_scores)
        return {
            "classes_": estimator.classes_,
            "coefs_": copies(coefs),
            "intercepts_": copies(intercepts),
            "n_iter_": self.state.epoch,
            "best_iter_": self.best.epoch or self.state.epoch,
            "loss_curve_": list(self.losses),
            "validation_loss_curve_": list(self.validation_losses) if validated else None,
            "validation_scores_": list(self.validation_scores) if validated else None,
            "_scale": self.scale,
            "_fitted_as": _decided_by(estimator),
        }

    def forget_curves(self):
        """Start the curves anew: those of a stream have no end, but a pickle must have one."""
        self.losses, self.validation_losses, self.validation_scores = [], [], []
        self.best = BestSoFar()

    @judged_later
    def train_epoch(self, examples, recipe, rate):
        """Train for an epoch; write down its loss, or raise if there is none."""
        loss = train_epoch(self.state, examples._replace(scale=self.scale), recipe, rate)
        self._check_finite(loss, recipe)
        self.losses.append(loss)

    @judged_later
    def validate(self, examples, recipe, tol):
        """Write down how well examples that were put aside are recognised."""
        loss, outputs = evaluate(self.state, examples._replace(scale=self.scale), recipe)
        if not np.isfinite(loss):
            raise ValueError(
                f"After epoch {self.state.epoch} the validation loss is {loss:g}: X_val, or what "
                "was put aside of X, is far larger than X, or learning_rate_init is too large."
            )
        score = accuracy(outputs * self.unit, examples)
        self.validation_losses.append(loss)
        self.validation_scores.append(score)
        self.best.see(score, self.state, tol)

    def has_stalled(self, estimator):
        """Tell whether the validation score has not got better for too long."""
        return estimator.early_stopping and self.best.stale >= estimator.n_iter_no_change

    def last_epoch(self, n_epochs, seconds):
        """Return one line about the last epoch, for people who watch."""
        line = f"epoch {self.state.epoch:>3}/{n_epochs}   loss {self.losses[-1]:.5f}"
        if self.validation_scores:
            line += f"   validation loss {self.validation_losses[-1]:.5f}"
            line += f"   score {self.validation_scores[-1]:.4f}"
        return f"{line}   {seconds:.1f} s"

    def _check_finite(self, loss, recipe):
        parameters = [*self.state.coefs, *self.state.intercepts]
        if loss < DIVERGED and all(map(all_finite, parameters)):
            return
        raise ValueError(
            f"The training diverged: after epoch {self.state.epoch} the loss is {loss:g}. "
            f"{_cause(recipe.rate, recipe.alpha)} "
            "To go on, X must be about as large as it was at first."
        )

    def check_same_network(self, estimator, examples):
        """Refuse to go on if the parameters now ask for another network or solver."""
        coefs = self.state.coefs
        now, before = _sizes(estimator, examples), [coefs[0].shape[0], *(W.shape[1] for W in coefs)]
        if now != before:
            raise ValueError(
                f"The network to go on with is {_arrow(before)}, but hidden_layer_sizes and the "
                f"data now ask for {_arrow(now)}. To start anew, use a clone of this estimator."
            )
        kept = estimator._fitted_as
        if kept != _decided_by(estimator):
            raise ValueError(
                "activation, output_activation and target_encoding must stay as they were, "
                f"{kept}; got {_decided_by(estimator)}. To start anew, clone this estimator."
            )
        if not isinstance(self.state.optimizer, SOLVERS[estimator.solver]):
            raise ValueError(
                f"solver={estimator.solver!r} cannot go on with what the other solver has left. "
                "To start anew, use a clone of this estimator."
            )


def _cause(rate, alpha):
    """Say which parameter is likely to have made a training diverge, and what to try."""
    if rate * alpha > 1:  # a step takes more from a weight than there is of it
        return f"learning_rate_init={rate:g} times alpha={alpha:g} should be below 1."
    return f"learning_rate_init={rate:g} is too large for X; try {rate / 10:g} or 'auto'."


def train(estimator, run, examples, validation, task_data):
    """Step 4: loop over the epochs that are left, until something asks to stop."""
    recipe = make_recipe(estimator, len(examples.rows), run.safe_rate)
    n_epochs, horizon = epochs_in_total(estimator, len(examples.rows))
    _warn_if_done(run.state.epoch, n_epochs)
    context = estimator._init_callback_context(max_subtasks=max(n_epochs - run.state.epoch, 0))
    context.call_on_fit_task_begin(estimator=estimator, **task_data)
    stop = False
    while run.state.epoch < n_epochs and not (stop or run.has_stalled(estimator)):
        task = context.subcontext(task_name="epoch")
        task.call_on_fit_task_begin(estimator=estimator, **task_data)
        started = time.perf_counter()
        run.train_epoch(examples, recipe, scheduled(run.state, recipe, horizon))
        if validation is not None:
            run.validate(validation, recipe, estimator.tol)
        if estimator.verbose:
            print(run.last_epoch(n_epochs, time.perf_counter() - started), flush=True)
        stop = task.call_on_fit_task_end(
            estimator=estimator,
            reconstruction_attributes=lambda: run.fitted(estimator),
            **task_data,
        )
    context.call_on_fit_task_end(
        estimator=estimator,
        reconstruction_attributes=lambda: run.fitted(estimator, best=estimator.early_stopping),
        **task_data,
    )


def _warn_if_done(done, n_epochs):
    if done >= n_epochs:
        warnings.warn(
            f"Nothing left to train: warm_start=True goes on to max_iter={n_epochs} epochs in "
            f"total, and {done} are done. Raise max_iter to train on.",
            UserWarning,
            stacklevel=5 + FRAMES_OF_WITH_CALLBACKS,
        )


@judged_later
def start_run(estimator, examples, goes_on, kept, rng, split_seed):
    """Return a run: a copy of the one kept, one from fitted attributes, or a new one."""
    check_epsilon(estimator, examples.weights)
    if not goes_on:
        return _from_nothing(estimator, examples, rng, split_seed)
    check_same_place(estimator, examples.X, estimator.coefs_[0], "fit")
    run = _from_fitted(estimator, examples, rng, split_seed) if kept is None else kept.copied()
    run.check_same_network(estimator, examples)
    return run


def _from_nothing(estimator, examples, rng, split_seed):
    """Return a run at its start: parameters drawn, optimizer at rest."""
    sizes, shares = _sizes(estimator, examples), mean_target(examples)
    drawn = initialise(sizes, estimator.output_activation, shares, rng)
    dtype = examples.weights.dtype
    coefs, intercepts = ([like(examples.codes, a, dtype) for a in part] for part in drawn)
    scale = root_mean_square(examples)
    _for_X_as_given(coefs[0], scale)  # refuse what could not be folded in the end
    return _run(estimator, coefs, intercepts, scale, examples, rng, split_seed)


def _for_X_as_given(coef, scale):
    """Return the first layer's weights for X itself, and not for X / scale."""
    coef = coef / scale
    if not all_finite(coef):
        raise ValueError(
            f"X is too small: the typical size of an entry is {scale:g}, and the weights for it "
            f"are too large for {coef.dtype}. Multiply X by a constant."
        )
    return coef


def _from_fitted(estimator, examples, rng, split_seed):
    """Return a run that goes on from fitted parameters, with an optimizer at rest."""
    coefs, intercepts = copies(estimator.coefs_), copies(estimator.intercepts_)
    scale, unit = estimator._scale, _unit(estimator)
    coefs[0] = coefs[0] * scale
    coefs[-1], intercepts[-1] = coefs[-1] / unit, intercepts[-1] / unit
    run = _run(estimator, coefs, intercepts, scale, examples, rng, split_seed)
    run.state.epoch, run.losses = estimator.n_iter_, list(estimator.loss_curve_)
    run.validation_losses = list(estimator.validation_loss_curve_ or ())
    run.validation_scores = list(estimator.validation_scores_ or ())
    if run.validation_scores:
        best = max(run.validation_scores)
        run.best = BestSoFar(best, estimator.best_iter_, 0, copies(coefs), copies(intercepts))
    return run


def _run(estimator, coefs, intercepts, scale, examples, rng, split_seed):
    state = State(coefs, intercepts, SOLVERS[estimator.solver].start(coefs, intercepts), rng)
    activations = estimator.activation, estimator.output_activation
    X, _, weights = sample(examples._replace(scale=scale), coefs[0].dtype)
    cap = safe_rate(X, weights, coefs, intercepts, *activations)
    return Run(state, scale, _unit(estimator), int(split_seed), cap)


def _decided_by(estimator):
    return estimator.activation, estimator.output_activation, estimator.target_encoding


def _unit(estimator):
    return code_unit(len(estimator.classes_), estimator.target_encoding)


def _sizes(estimator, examples):
    return layer_sizes(estimator, examples.X.shape[1], examples.codes.shape[1])


def _arrow(sizes):
    return "-".join(str(size) for size in sizes)
