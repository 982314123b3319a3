"""Training on new versions of the rows of X, which a function draws in each epoch."""

from itertools import accumulate

import numpy as np
import pytest
from helpers import byte_images, training_examples
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from skmnist.network._arrays import to_numpy
from skmnist.network._mlp import initialise
from skmnist.network._optimizers import SOLVERS
from skmnist.network._scaling import Scaling
from skmnist.network._training import (
    Recipe,
    State,
    _batches,
    _redrawn_batches,
    double_batches,
    evaluate,
    some_rows,
    train_epoch,
)

IN_ORDER = Recipe(batch_size=10, shuffle=False)
N_ROWS = 2500  # several blocks


def start(solver="sgd", seed=0):
    rng = np.random.default_rng(seed)
    coefs, intercepts = initialise([8, 5, 3], "relu", np.full(3, 1 / 3), rng)
    return State(coefs, intercepts, SOLVERS[solver].start(coefs, intercepts), rng)


def train(state, examples, recipe, n_epochs=2):
    return [train_epoch(state, examples, recipe, lambda progress: 0.05) for _ in range(n_epochs)]


def weighted(X, **fields):
    """Return examples whose labels and weights differ from row to row."""
    labels = np.arange(X.shape[0]) ** 2 % 3
    examples = training_examples(X, labels, weights=np.arange(X.shape[0]) % 4 + 0.5, scale=255.0)
    return examples._replace(**fields)


def assert_same(state, other):
    for a, b in zip(
        [*state.coefs, *state.intercepts], [*other.coefs, *other.intercepts], strict=True
    ):
        np.testing.assert_array_equal(a, b)


class Noise:
    """A function that draws rows anew, with noise, and records what it was given and returned."""

    def __init__(self, X):
        self.X, self.rows, self.seeds, self.drawn = X, [], [], []

    def __call__(self, rows, seed):
        noisy = self.X[rows] + np.random.default_rng(seed).integers(0, 9, self.X[rows].shape)
        noisy.flags.writeable = False
        for record, each in ((self.rows, rows.copy()), (self.seeds, seed), (self.drawn, noisy)):
            record.append(each)
        return noisy


@pytest.mark.parametrize("batch_size", [7, 64, 700, 1500, N_ROWS])
@pytest.mark.parametrize("container", [np.asarray, np.float64, csr_array])
def test_drawing_the_rows_themselves_changes_nothing(container, batch_size):
    X = container(byte_images(N_ROWS))
    some = weighted(X, rows=np.arange(3, N_ROWS)[::-1])
    recipe = IN_ORDER._replace(batch_size=batch_size)
    plain, redrawn = start(), start()
    losses = train(plain, some, recipe)
    assert train(redrawn, some._replace(redraw=lambda rows, seed: X[rows]), recipe) == losses
    assert_same(redrawn, plain)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("batch_size", [64, 5000])
def test_epoch_equals_an_epoch_on_the_images_that_were_drawn(solver, batch_size):
    redraw = Noise(byte_images(N_ROWS))
    examples = weighted(redraw.X, redraw=redraw)
    state, by_hand = start(solver), start(solver)
    [loss] = train(state, examples, Recipe(batch_size=batch_size), 1)
    order = np.concatenate(redraw.rows)
    assert (np.diff(order) != 1).any() == (batch_size == 64)
    drawn = training_examples(
        np.concatenate(redraw.drawn),
        examples.labels[order],
        weights=examples.weights[order, 0],
        scale=255.0,
    )
    assert [loss] == train(by_hand, drawn, IN_ORDER._replace(batch_size=batch_size), 1)
    assert_same(state, by_hand)


@given(n_rows=st.integers(1, 5000), size=st.integers(1, 3000))
def test_blocks_are_whole_batches_of_about_a_thousand_rows_in_total(n_rows, size):
    X = np.arange(n_rows, dtype=float)[:, None]
    rows = np.random.default_rng(0).permutation(n_rows)
    blocks = []

    def redraw(rows, seed):
        blocks.append(rows)
        return X[rows]

    examples = training_examples(X, weights=np.arange(n_rows) + 0.5)._replace(redraw=redraw)
    how = rows, size, np.dtype(float)
    drawn, plain = (
        list(_redrawn_batches(examples, *how, np.random.default_rng(0))),
        list(_batches(examples, *how)),
    )
    for one, other in zip(drawn, plain, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(np.concatenate(blocks), rows)
    ends = set(accumulate(len(batch[0]) for batch in plain))
    assert set(accumulate(map(len, blocks))) <= ends
    assert 1 <= min(map(len, blocks)) <= max(map(len, blocks)) <= max(1024, size)
    assert len(blocks) <= 1 + n_rows // 512


def test_every_block_of_every_epoch_has_another_seed():
    redraw = Noise(byte_images(N_ROWS))
    train(start(), weighted(redraw.X, redraw=redraw), IN_ORDER, 4)
    assert len(set(redraw.seeds)) == len(redraw.seeds) == 4 * 3
    assert {type(seed) for seed in redraw.seeds} == {int}
    assert 0 <= min(redraw.seeds) < 2**31 < max(redraw.seeds) < 2**32


def test_seeds_are_those_of_the_generator_of_the_state():
    drawn = []
    for seed in (0, 0, 1):
        redraw = Noise(byte_images(50))
        train(start(seed=seed), weighted(redraw.X, redraw=redraw), IN_ORDER)
        drawn.append(redraw.seeds)
    assert drawn[0] == drawn[1]
    assert not set(drawn[1]) & set(drawn[2])


@pytest.mark.parametrize("shuffle", [True, False])
def test_copied_state_is_trained_on_the_same_images(shuffle):
    recipe = Recipe(batch_size=64, dropout=0.2, input_dropout=0.1, shuffle=shuffle)
    state, redraw, again = start(), Noise(byte_images(N_ROWS)), Noise(byte_images(N_ROWS))
    train(state, weighted(redraw.X, redraw=redraw), recipe, 1)
    copy = state.copied()
    train(state, weighted(redraw.X, redraw=redraw), recipe)
    train(copy, weighted(again.X, redraw=again), recipe)
    np.testing.assert_array_equal(np.concatenate(redraw.drawn[3:]), np.concatenate(again.drawn))
    assert_same(copy, state)


def test_only_training_draws_rows_anew():
    def fail(rows, seed):
        raise AssertionError("drawn")

    examples, state = weighted(byte_images(N_ROWS), redraw=fail), start()
    plain = examples._replace(redraw=None)
    for found, expected in zip(double_batches(examples), double_batches(plain), strict=True):
        np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(some_rows(examples, float)[0], some_rows(plain, float)[0])
    assert evaluate(state, examples, IN_ORDER)[0] == evaluate(state, plain, IN_ORDER)[0]
    with pytest.raises(AssertionError, match="drawn"):
        train(state, examples, IN_ORDER)


@pytest.mark.parametrize("library", ["torch", "array_api_strict"])
def test_rows_of_other_array_libraries_are_drawn_like_those_of_numpy(library):
    xp, X = pytest.importorskip(library), byte_images(N_ROWS)
    examples, state, elsewhere, redraw = weighted(X, redraw=Noise(X)), start(), start(), Noise(X)
    fields = "X", "labels", "codes", "weights"
    moved = examples._replace(
        **{name: xp.asarray(getattr(examples, name)) for name in fields},
        scaling=Scaling(*map(xp.asarray, examples.scaling)),
        redraw=lambda rows, seed: xp.asarray(redraw(rows, seed).copy()),
    )
    elsewhere.coefs, elsewhere.intercepts = (
        [xp.asarray(a) for a in part] for part in (elsewhere.coefs, elsewhere.intercepts)
    )
    elsewhere.optimizer = SOLVERS["sgd"].start(elsewhere.coefs, elsewhere.intercepts)
    np.testing.assert_allclose(train(state, examples, Recipe()), train(elsewhere, moved, Recipe()))
    for a, b in zip(state.coefs, elsewhere.coefs, strict=True):
        np.testing.assert_allclose(a, to_numpy(b), rtol=1e-9, atol=1e-12)
