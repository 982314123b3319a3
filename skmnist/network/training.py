"""Step 4: loop. Batches, epochs, and a state that can be kept and gone on from."""

from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from skmnist.network.activations import ACTIVATIONS
from skmnist.network.arrays import copies, dense_rows, like, namespace
from skmnist.network.losses import LOSSES
from skmnist.network.mlp import backward, forward
from skmnist.network.optimizers import step_size

ROWS_AT_ONCE = 1024
OPEN_ENDED_WARMUP = 30


class Recipe(NamedTuple):
    """How to train: everything that is chosen before and stays as it is."""

    activation: str = "relu"
    output_activation: str = "relu"
    loss: str = "mse"
    alpha: float = 0.0
    momentum: float = 0.9
    nesterov: bool = False
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    dropout: float = 0.0
    input_dropout: float = 0.0
    rate: float = 0.05
    schedule: str = "linear"
    warmup: float = 0.1
    batch_size: int = 64
    shuffle: bool = True


class Examples(NamedTuple):
    """What to train on: rows of X, each with the number of its target in ``codes: [k, n_out]``.

    ``X`` stays as it came (bytes, memory maps, sparse); a batch of it becomes floats, divided
    by ``scale``, when its turn comes. ``weights: [n, 1]``.
    """

    X: Any
    labels: Any
    codes: Any
    weights: Any
    rows: np.ndarray
    scale: float


@dataclass
class State:
    """All that training changes: kept, it can be gone on from, bit by bit."""

    coefs: list
    intercepts: list
    optimizer: Any
    rng: np.random.Generator
    epoch: int = 0
    updates: int = 0

    def copied(self):
        """Return a copy that shares nothing that training changes."""
        return replace(
            self,
            coefs=copies(self.coefs),
            intercepts=copies(self.intercepts),
            optimizer=self.optimizer.copied(),
            rng=deepcopy(self.rng),
        )


def scheduled(state, recipe, horizon):
    """Return the step size within the next epoch; the schedule ends after the horizon."""

    def rate(progress):
        done = (state.epoch + progress) / horizon
        return recipe.rate * step_size(recipe.schedule, done, recipe.warmup)

    return rate


def open_ended(state, recipe):
    """Return the step size where no end is known: it climbs for 30 updates, then stays."""

    def rate(progress):
        climbing = recipe.warmup > 0 and state.updates < OPEN_ENDED_WARMUP
        share = (state.updates + 0.5) / OPEN_ENDED_WARMUP if climbing else 1.0
        return recipe.rate * share

    return rate


def train_epoch(state, examples, recipe, rate):
    """Show every example once, a step a batch; return the mean loss."""
    rows, size = examples.rows, recipe.batch_size
    n_batches = -(-len(rows) // size)
    if recipe.shuffle and n_batches > 1:
        rows = state.rng.permutation(rows)
    loss = weight = 0.0
    with np.errstate(over="ignore", invalid="ignore"):  # the caller judges the loss
        for i, batch in enumerate(batches(examples, rows, size, state.coefs[0].dtype)):
            batch_loss, batch_weight = train_batch(
                state, batch, recipe, rate((i + 0.5) / n_batches)
            )
            loss, weight = loss + batch_loss, weight + batch_weight
    state.epoch += 1
    return float(loss) / float(weight)


def train_batch(state, batch, recipe, rate):
    """Steps 1 to 3: outputs, loss, gradient and update; return the summed loss and weight."""
    X, Y, weights = batch
    masks = draw_masks(state, recipe)
    passed = forward(
        X, state.coefs, state.intercepts, recipe.activation, recipe.output_activation, masks
    )
    out, loss = passed.outputs[-1], LOSSES[recipe.loss]
    weight = namespace(X).sum(weights)
    delta = loss.slope(out, Y) * output_slope(out, Y, recipe.output_activation)
    delta *= weights * (state.optimizer.factor(rate) / weight)
    deltas = backward(delta, passed, state.coefs, recipe.activation, masks)
    state.optimizer.step(state.coefs, state.intercepts, passed.inputs, deltas, rate, recipe)
    state.updates += 1
    return namespace(X).sum(loss.value(out, Y) * weights), weight


def output_slope(out, Y, output_activation):
    """Return the output activation's slope, but wake an output that slept through a batch.

    An output ReLU that is 0 for every image has no slope at all, and would never learn that
    its class exists. For the images whose target is above it, it is taken to have slope 1.
    """
    slope = ACTIVATIONS[output_activation].slope(out)
    if output_activation != "relu":
        return slope
    xp = namespace(out)
    asleep = xp.max(out, axis=0) <= 0
    return xp.where(asleep & (Y > 0), xp.ones_like(slope), slope)


def draw_masks(state, recipe):
    """Return which neurons are forgotten for one batch, the others made up for it."""
    shares = [recipe.input_dropout] + [recipe.dropout] * (len(state.coefs) - 1)
    return [
        _draw_mask(state.rng, share, W) if share else None
        for share, W in zip(shares, state.coefs, strict=True)
    ]


def _draw_mask(rng, share, W):
    kept = rng.random(W.shape[0]) >= share
    return like(W, kept / (1 - share), W.dtype)


def batches(examples, rows, size, dtype):
    """Yield (X, Y, weights) of equal batches: floats on the device of X; weights: [b, 1]."""
    n_batches = -(-len(rows) // size)
    bounds = [len(rows) * i // n_batches for i in range(n_batches + 1)]
    on_device = like(examples.X, rows)
    for start, stop in pairwise(bounds):
        yield _batch(examples, on_device[start:stop], dtype)


def _batch(examples, rows, dtype):
    X = dense_rows(examples.X, rows, dtype)
    if examples.scale != 1:
        X /= examples.scale
    xp = namespace(X)
    Y = xp.take(examples.codes, xp.take(examples.labels, rows, axis=0), axis=0)
    return X, Y, xp.take(examples.weights, rows, axis=0)


def sample(examples, dtype):
    """Return one batch of rows taken evenly from all."""
    step = -(-len(examples.rows) // ROWS_AT_ONCE)
    return next(batches(examples, examples.rows[::step], ROWS_AT_ONCE, dtype))


def evaluate(state, examples, recipe):
    """Return the mean loss and the outputs of examples, with nothing forgotten."""
    loss, weight, outputs = 0.0, 0.0, []
    for X, Y, weights in batches(examples, examples.rows, ROWS_AT_ONCE, state.coefs[0].dtype):
        out = forward(
            X, state.coefs, state.intercepts, recipe.activation, recipe.output_activation
        ).outputs[-1]
        xp = namespace(X)
        loss += float(xp.sum(LOSSES[recipe.loss].value(out, Y) * weights))
        weight += float(xp.sum(weights))
        outputs.append(out)
    return loss / weight, namespace(outputs[0]).concat(outputs)


def root_mean_square(examples):
    """Return the typical size of an entry of X, weighted; 1 if all of X is 0."""
    largest = max(_batch_largest(examples)) or 1.0  # first, so that no square over- or underflows
    squares = weight = 0.0
    for X, _, weights in _double_batches(examples._replace(scale=largest)):
        xp = namespace(X)
        squares += float(xp.sum(xp.mean(X * X, axis=1, keepdims=True) * weights))
        weight += float(xp.sum(weights))
    return largest * float(np.sqrt(squares / weight)) or 1.0


def _batch_largest(examples):
    for X, _, _ in _double_batches(examples):
        yield float(namespace(X).max(abs(X)))


def _double_batches(examples):
    double = namespace(examples.weights).float64
    return batches(examples, examples.rows, ROWS_AT_ONCE, double)


def predict_outputs(X, coefs, intercepts, activation, output_activation):
    """Return the outputs for all of X, in bounded memory."""
    parts = []
    for start in range(0, X.shape[0], ROWS_AT_ONCE):
        stop = min(start + ROWS_AT_ONCE, X.shape[0])
        rows = dense_rows(X, slice(start, stop), coefs[0].dtype)
        passed = forward(rows, coefs, intercepts, activation, output_activation)
        parts.append(passed.outputs[-1])
    return parts[0] if len(parts) == 1 else namespace(parts[0]).concat(parts)
