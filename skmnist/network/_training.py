"""Step 4: loop over batches and epochs, and the state from which training can be resumed."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from skmnist.network._activations import ACTIVATIONS
from skmnist.network._arrays import copies, dense_rows, like, namespace
from skmnist.network._losses import LOSSES
from skmnist.network._mlp import backward, forward
from skmnist.network._optimizers import step_size
from skmnist.network._scaling import Scaling

ROWS_AT_ONCE = 1024
OPEN_ENDED_WARMUP = 30


class Recipe(NamedTuple):
    """The settings of a training, which do not change while it runs.

    Fields have the same name as the parameters of MLPDigitClassifier that they correspond to.
    """

    activation: str = "relu"
    output_activation: str = "relu"
    loss: str = "mse"
    alpha: float = 0.0
    momentum: float = 0.9
    nesterovs_momentum: bool = False
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    dropout: float = 0.0
    input_dropout: float = 0.0
    rate: float = 0.05
    learning_rate: str = "linear"
    warmup: float = 0.1
    batch_size: int = 64
    shuffle: bool = True


class Examples(NamedTuple):
    """The examples to train on: some ``rows`` of X, with labels and weights.

    ``labels: [n]`` are class numbers, ``codes: [k, n_out]`` contains the target of each class, and
    ``weights: [n, 1]`` the weight of each row of X. X keeps its type, such as bytes, a memory map
    or a sparse array. Each batch is converted to floats and scaled when it is used.

    ``redraw(rows, seed)`` returns new versions of some rows of X, for example distorted images. If
    it is not None, ``train_epoch`` trains on new versions of all rows. No other function calls it.
    """

    X: Any
    labels: Any
    codes: Any
    weights: Any
    rows: np.ndarray
    scaling: Scaling | None = None
    redraw: Callable | None = None


@dataclass
class State:
    """Everything that training changes. A training that is resumed from it is bit-identical."""

    __module__ = "skmnist.network"  # saved models name the package, not this file

    coefs: list
    intercepts: list
    optimizer: Any
    rng: np.random.Generator
    epoch: int = 0
    updates: int = 0

    def copied(self):
        """Return a copy that shares no object that training changes."""
        return replace(
            self,
            coefs=copies(self.coefs),
            intercepts=copies(self.intercepts),
            optimizer=self.optimizer.copied(),
            rng=deepcopy(self.rng),
        )


def scheduled(state, recipe, horizon):
    """Return the step size as a function of the progress within the next epoch.

    The schedule ends after ``horizon`` epochs.
    """

    def rate(progress):
        done = (state.epoch + progress) / horizon
        return recipe.rate * step_size(recipe.learning_rate, done, recipe.warmup)

    return rate


def open_ended(state, recipe):
    """Return the step size for partial_fit: it grows for 30 updates and is constant afterwards."""

    def rate(progress):
        is_warming_up = recipe.warmup > 0 and state.updates < OPEN_ENDED_WARMUP
        share = (state.updates + 0.5) / OPEN_ENDED_WARMUP if is_warming_up else 1.0
        return recipe.rate * share

    return rate


def train_epoch(state, examples, recipe, rate):
    """Take one step for each batch of the examples, and return the mean loss."""
    rows, size = examples.rows, recipe.batch_size
    n_batches = -(-len(rows) // size)
    if recipe.shuffle and n_batches > 1:
        rows = state.rng.permutation(rows)
    loss = weight = 0.0
    with np.errstate(over="ignore", invalid="ignore"):  # the caller checks the loss
        for i, batch in enumerate(_batches_of_epoch(state, examples, rows, size)):
            batch_loss, batch_weight = _train_batch(
                state, batch, recipe, rate((i + 0.5) / n_batches)
            )
            loss, weight = loss + batch_loss, weight + batch_weight
    state.epoch += 1
    return float(loss) / float(weight)


def _train_batch(state, batch, recipe, rate):
    """Take one step of gradient descent; return the summed loss and the summed weight."""
    X, Y, weights = batch
    masks = _draw_dropout_masks(state, recipe)
    # Step 1: compute h1, h2, out.
    passed = forward(
        X, state.coefs, state.intercepts, recipe.activation, recipe.output_activation, masks
    )
    out = passed.outputs[-1]
    # Step 2: compute the loss.
    loss = LOSSES[recipe.loss]
    weight, total = namespace(X).sum(weights), namespace(X).sum(loss.value(out, Y) * weights)
    # Step 3: compute the gradient and update every W and b.
    delta = loss.slope(out, Y) * _output_slope(out, Y, recipe.output_activation)
    delta *= weights * (state.optimizer.factor(rate) / weight)
    deltas = backward(delta, passed, state.coefs, recipe.activation, masks)
    state.optimizer.step(state.coefs, state.intercepts, passed.inputs, deltas, rate, recipe)
    state.updates += 1
    return total, weight


def _output_slope(out, Y, output_activation):
    """Return the output activation's slope, corrected for outputs that are 0 for a whole batch.

    An output ReLU that is 0 for every image has no gradient, so its class would never be learned.
    The slope of such an output is taken to be 1 for the images with a positive target.
    """
    slope = ACTIVATIONS[output_activation].slope(out)
    if output_activation != "relu":
        return slope
    xp = namespace(out)
    is_dead = xp.max(out, axis=0) <= 0
    return xp.where(is_dead & (Y > 0), xp.ones_like(slope), slope)


def _draw_dropout_masks(state, recipe):
    """Return the dropout masks of one batch: 0 for a dropped neuron, 1 / (1 - share) otherwise."""
    shares = [recipe.input_dropout] + [recipe.dropout] * (len(state.coefs) - 1)
    return [
        _draw_dropout_mask(state.rng, share, W) if share else None
        for share, W in zip(shares, state.coefs, strict=True)
    ]


def _draw_dropout_mask(rng, share, W):
    kept = rng.random(W.shape[0]) >= share
    return like(W, kept / (1 - share), W.dtype)


def _batches_of_epoch(state, examples, rows, size):
    """Return the batches to train on; X is drawn anew if the examples can be redrawn."""
    dtype = state.coefs[0].dtype
    if examples.redraw is None:
        return _batches(examples, rows, size, dtype)
    return _redrawn_batches(examples, rows, size, dtype, state.rng)


def _batches(examples, rows, size, dtype):
    """Yield (X, Y, weights) of batches of equal size, as floats on the device of X."""
    on_device = like(examples.X, rows)
    for start, stop in pairwise(_bounds(len(rows), size)):
        yield _batch(examples, on_device[start:stop], dtype)


def _bounds(n_rows, size):
    """Return where the batches start, and where the last one ends."""
    n_batches = -(-n_rows // size)
    return [n_rows * i // n_batches for i in range(n_batches + 1)]


def _redrawn_batches(examples, rows, size, dtype, rng):
    """Yield the same batches as `_batches`, but with new versions of their rows of X.

    The rows of several batches are drawn together, because this can be faster, but not all rows,
    because they could need too much memory.
    """
    bounds, n_together = _bounds(len(rows), size), max(1, ROWS_AT_ONCE // size)
    for first in range(0, len(bounds) - 1, n_together):
        within = bounds[first : first + n_together + 1]
        block = _redrawn(examples, rows[within[0] : within[-1]], rng)
        for start, stop in pairwise(within):
            yield _batch(block, block.rows[start - within[0] : stop - within[0]], dtype)


def _redrawn(examples, rows, rng):
    """Return examples that consist of new versions of some rows, in this order."""
    xp, on_device = namespace(examples.X), like(examples.X, rows)
    return examples._replace(
        X=examples.redraw(rows, int(rng.integers(2**32))),
        labels=xp.take(examples.labels, on_device, axis=0),
        weights=xp.take(examples.weights, on_device, axis=0),
        rows=like(examples.X, np.arange(len(rows))),
    )


def _batch(examples, rows, dtype):
    X = dense_rows(examples.X, rows, dtype)
    if examples.scaling is not None:
        examples.scaling.apply(X)
    xp = namespace(X)
    Y = xp.take(examples.codes, xp.take(examples.labels, rows, axis=0), axis=0)
    return X, Y, xp.take(examples.weights, rows, axis=0)


def some_rows(examples, dtype, n_rows=ROWS_AT_ONCE):
    """Return one batch of at most `n_rows` rows, as (X, Y, weights), always of the same ones."""
    rows = examples.rows
    if len(rows) > n_rows:  # at random, because every tenth row can have the same label
        rows = np.sort(np.random.default_rng(0).choice(rows, n_rows, replace=False))
    return next(_batches(examples, rows, n_rows, dtype))


def evaluate(state, examples, recipe):
    """Return the mean loss of the examples and their outputs, without dropout."""
    loss, weight, outputs = 0.0, 0.0, []
    for X, Y, weights in _batches(examples, examples.rows, ROWS_AT_ONCE, state.coefs[0].dtype):
        out = forward(
            X, state.coefs, state.intercepts, recipe.activation, recipe.output_activation
        ).outputs[-1]
        xp = namespace(X)
        loss += float(xp.sum(LOSSES[recipe.loss].value(out, Y) * weights))
        weight += float(xp.sum(weights))
        outputs.append(out)
    return loss / weight, namespace(outputs[0]).concat(outputs)


def double_batches(examples):
    """Yield the batches of all rows, in float64 and not scaled."""
    double = namespace(examples.weights).float64
    return _batches(examples._replace(scaling=None), examples.rows, ROWS_AT_ONCE, double)


def predict_outputs(X, coefs, intercepts, activation, output_activation):
    """Return the outputs for all rows of X, computed for a limited number of rows at a time."""
    parts = []
    for start in range(0, X.shape[0], ROWS_AT_ONCE):
        stop = min(start + ROWS_AT_ONCE, X.shape[0])
        rows = dense_rows(X, slice(start, stop), coefs[0].dtype)
        passed = forward(rows, coefs, intercepts, activation, output_activation)
        parts.append(passed.outputs[-1])
    return parts[0] if len(parts) == 1 else namespace(parts[0]).concat(parts)
