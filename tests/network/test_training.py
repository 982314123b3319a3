from functools import partial

import numpy as np
import pytest
from helpers import byte_images, training_examples
from scipy.sparse import csr_array

from skmnist.network._activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from skmnist.network._arrays import to_numpy
from skmnist.network._losses import LOSSES
from skmnist.network._mlp import forward, initialise
from skmnist.network._optimizers import SOLVERS
from skmnist.network._scaling import Scaling, column_scaling
from skmnist.network._training import (
    Recipe,
    State,
    double_batches,
    evaluate,
    predict_outputs,
    scheduled,
    some_rows,
    train_epoch,
)

SIZES = [8, 6, 5, 3]
RECIPES = {
    "plain": ("sgd", Recipe(batch_size=10)),
    "full batch": (
        "sgd",
        Recipe("tanh", "identity", alpha=0.1, batch_size=50, nesterovs_momentum=True),
    ),
    "dropout": ("sgd", Recipe("relu", "logistic", dropout=0.3, input_dropout=0.2, alpha=0.01)),
    "adam": ("adam", Recipe("leaky_relu", "relu", "huber", rate=0.01, batch_size=7, dropout=0.2)),
    "no shuffle": ("sgd", Recipe("logistic", "relu", "mae", batch_size=20, shuffle=False)),
    "hinge": (
        "adam",
        Recipe("identity", "relu", "squared_hinge", learning_rate="cosine", alpha=0.1),
    ),
}


@pytest.fixture(params=RECIPES.values(), ids=RECIPES)
def solver_and_recipe(request):
    return request.param


def start(solver="sgd", dtype=np.float64, seed=0, sizes=SIZES):
    rng = np.random.default_rng(seed)
    drawn = initialise(sizes, "relu", np.full(sizes[-1], 1 / sizes[-1]), rng)
    coefs, intercepts = ([a.astype(dtype) for a in part] for part in drawn)
    return State(coefs, intercepts, SOLVERS[solver].start(coefs, intercepts), rng)


def train(state, examples, recipe, epochs=3):
    return [
        train_epoch(state, examples, recipe, scheduled(state, recipe, 10)) for _ in range(epochs)
    ]


def trained(examples, solver, recipe, **how):
    state = start(solver, examples.codes.dtype, **how)
    train(state, examples, recipe)
    return state


def parameters(state):
    return [*state.coefs, *state.intercepts]


def contents(state):
    """Return all arrays and numbers of a state as a flat list."""
    stored = [vars(state.optimizer)[name] for name in sorted(vars(state.optimizer))]
    flat = [a for part in stored for a in (part if isinstance(part, list) else [part])]
    bits = str(state.rng.bit_generator.state)
    return [*parameters(state), *flat, state.epoch, state.updates, bits]


def assert_same(one, other):
    for a, b in zip(contents(one), contents(other), strict=True):
        np.testing.assert_array_equal(a, b)


def assert_close(one, other, rtol):
    for a, b in zip(parameters(one), parameters(other), strict=True):
        np.testing.assert_allclose(to_numpy(a), to_numpy(b), rtol=rtol, atol=rtol)


def test_full_batch_is_not_shuffled():
    examples, state = training_examples(byte_images() / 255), start()
    before = state.rng.bit_generator.state
    train(state, examples, Recipe(batch_size=50))
    assert state.rng.bit_generator.state == before


@pytest.mark.parametrize("batch_size", [10, 25])
def test_shuffled_epoch_equals_epoch_on_permuted_rows(batch_size):
    examples, recipe = training_examples(byte_images() / 255), Recipe(batch_size=batch_size)
    in_order = recipe._replace(shuffle=False)
    shuffled, by_hand, unshuffled = start(), start(), start()
    rows = by_hand.rng.permutation(50)
    train(shuffled, examples, recipe, epochs=1)
    train(by_hand, examples._replace(rows=rows), in_order, epochs=1)
    train(unshuffled, examples, in_order, epochs=1)
    assert_same(shuffled, by_hand)
    assert (shuffled.coefs[0] != unshuffled.coefs[0]).any()


def test_epoch_uses_each_of_its_rows_once_and_no_others():
    X = byte_images() / 255
    X[30:] = np.nan
    examples = training_examples(X, weights=np.arange(50))._replace(rows=np.arange(5, 30))
    state, recipe = start(), Recipe(batch_size=10)
    expected, _ = evaluate(state, examples, recipe)
    assert train_epoch(state, examples, recipe, lambda progress: 0.0) == pytest.approx(expected)
    assert (state.epoch, state.updates) == (1, 3)
    train_epoch(state, examples, recipe, lambda progress: 0.0)
    assert (state.epoch, state.updates) == (2, 6)


def test_rate_is_taken_in_the_middle_of_each_batch():
    progresses = []

    def rate(progress):
        progresses.append(progress)
        return 0.01

    train_epoch(start(), training_examples(byte_images()), Recipe(batch_size=13), rate)
    np.testing.assert_allclose(progresses, [1 / 8, 3 / 8, 5 / 8, 7 / 8])


@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize("solver", SOLVERS)
def test_weight_equals_number_of_copies(solver, dropout):
    X, counts = byte_images(20) / 255, np.arange(20) % 4
    recipe = Recipe("tanh", "identity", batch_size=1000, dropout=dropout, input_dropout=dropout)
    weighted = training_examples(X, weights=counts)
    repeated = training_examples(X)._replace(rows=np.repeat(np.arange(20), counts))
    one, other = start(solver), start(solver)
    np.testing.assert_allclose(train(one, weighted, recipe), train(other, repeated, recipe))
    assert_close(one, other, rtol=1e-9)


@pytest.mark.parametrize(("factor", "rtol"), [(2.0**20, 0), (255.0, 1e-9), (1e-30, 1e-9)])
def test_training_does_not_depend_on_the_unit_of_X(solver_and_recipe, factor, rtol):
    X = byte_images() / 255
    states = []
    for unit in (1, factor):
        examples = training_examples(X * unit)
        scaling, _ = column_scaling(partial(double_batches, examples), examples.codes)
        examples = examples._replace(scaling=scaling)
        states.append(trained(examples, *solver_and_recipe))
    assert_close(*states, rtol=rtol)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_training_is_bit_identical_for_all_containers(solver_and_recipe, dtype, tmp_path):
    X = byte_images()
    np.save(tmp_path / "bytes.npy", X)
    np.save(tmp_path / "floats.npy", X.astype(dtype))
    containers = [
        X,
        X.astype(np.int64),
        np.asfortranarray(X.astype(np.float64)),
        csr_array(X),
        csr_array(X.astype(dtype)),
        np.load(tmp_path / "bytes.npy", mmap_mode="r"),
        np.load(tmp_path / "floats.npy", mmap_mode="r"),
    ]
    reference = trained(
        training_examples(X.astype(dtype), dtype=dtype, scale=255.0), *solver_and_recipe
    )
    for container in containers:
        state = trained(training_examples(container, dtype=dtype, scale=255.0), *solver_and_recipe)
        assert {a.dtype for a in parameters(state)} == {np.dtype(dtype)}
        assert_same(state, reference)


@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_examples_are_not_modified(solver_and_recipe, dtype):
    solver, recipe = solver_and_recipe
    examples = training_examples(
        byte_images().astype(dtype), scale=255.0, weights=np.arange(50) + 1
    )
    arrays = [a for a in examples if isinstance(a, np.ndarray)]
    before = [a.copy() for a in arrays]
    for array in arrays:
        array.flags.writeable = False
    evaluate(trained(examples, solver, recipe), examples, recipe)
    assert len(arrays) == 5
    for array, old in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, old)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("output_activation", OUTPUT_ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_float32_stays_float32(activation, output_activation, loss):
    recipe = Recipe(
        activation, output_activation, loss, dropout=0.2, alpha=0.1, nesterovs_momentum=True
    )
    examples = training_examples(byte_images(), dtype=np.float32, scale=255.0)
    for solver in SOLVERS:
        state = trained(examples, solver, recipe)
        arrays = [a for a in contents(state) if isinstance(a, np.ndarray)]
        arrays.append(evaluate(state, examples, recipe)[1])
        assert {a.dtype for a in arrays} == {np.dtype(np.float32)}


def test_copied_state_is_independent_and_trains_bit_identically(solver_and_recipe):
    solver, recipe = solver_and_recipe
    examples = training_examples(byte_images() / 255)
    state, untouched = (trained(examples, solver, recipe) for _ in range(2))
    copy = state.copied()
    train(copy, examples, recipe)
    assert_same(state, untouched)
    assert (copy.coefs[0] != state.coefs[0]).any()
    train(state, examples, recipe)
    assert_same(state, copy)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("solver", SOLVERS)
def test_divergence_gives_huge_loss_without_warning(solver, loss, dtype):
    recipe = Recipe("relu", "identity", loss, rate=1e30, warmup=0.0)
    losses = train(
        start(solver, dtype), training_examples(byte_images(), dtype=dtype), recipe, epochs=10
    )
    assert not np.isfinite(losses[-1]) or losses[-1] > 1e20


@pytest.mark.parametrize("n_rows", [1, 700, 1500, 2500])
@pytest.mark.parametrize("container", [np.asarray, np.float32, csr_array])
def test_outputs_in_parts_match_one_forward_pass(n_rows, container):
    X, state = byte_images(n_rows), start()
    network = state.coefs, state.intercepts, "tanh", "relu"
    expected = forward(X.astype(float), *network).outputs[-1]
    outputs = predict_outputs(container(X), *network)
    np.testing.assert_allclose(outputs, expected, rtol=1e-10, atol=1e-12)
    recipe = Recipe("tanh", "relu", "mse", dropout=0.5, input_dropout=0.5)
    weights = np.arange(n_rows) + 1.0
    loss, evaluated = evaluate(state, training_examples(container(X), weights=weights), recipe)
    np.testing.assert_allclose(evaluated, expected, rtol=1e-10, atol=1e-12)
    lengths = np.linalg.norm(expected - np.eye(3)[np.arange(n_rows) % 3], axis=1)
    assert loss == pytest.approx(np.average(lengths**2, weights=weights))


@pytest.mark.parametrize("sizes", [SIZES, [8, 3]])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bytes_become_floats_of_the_parameters_dtype(sizes, dtype):
    state, examples = start(sizes=sizes, dtype=dtype), training_examples(byte_images(), dtype=dtype)
    assert some_rows(examples, dtype)[0].dtype == dtype
    network = state.coefs, state.intercepts, "tanh", "identity"
    outputs = predict_outputs(examples.X, *network)
    _, evaluated = evaluate(state, examples, Recipe("tanh", "identity"))
    train(state, examples, Recipe("tanh", "identity"))
    assert {a.dtype for a in (outputs, evaluated, *parameters(state))} == {np.dtype(dtype)}


@pytest.mark.parametrize("place", [("torch", "cpu"), ("array_api_strict", "device1")])
def test_training_with_other_array_libraries_matches_numpy(solver_and_recipe, place):
    xp, (solver, recipe) = pytest.importorskip(place[0]), solver_and_recipe
    there = xp.Device(place[1]) if hasattr(xp, "Device") else xp.device(place[1])
    examples = training_examples(byte_images(), scale=255.0)
    state, elsewhere = start(solver), start(solver)
    arrays = {
        name: xp.asarray(getattr(examples, name), device=there)
        for name in ("X", "labels", "codes", "weights")
    }
    numbers = (xp.asarray(a, device=there) for a in examples.scaling)
    arrays["scaling"] = Scaling(*numbers)
    coefs, intercepts = (
        [xp.asarray(a, device=there) for a in part]
        for part in (elsewhere.coefs, elsewhere.intercepts)
    )
    optimizer = SOLVERS[solver].start(coefs, intercepts)
    moved = State(coefs, intercepts, optimizer, elsewhere.rng)
    losses = train(state, examples, recipe), train(moved, examples._replace(**arrays), recipe)
    np.testing.assert_allclose(*losses)
    assert next(double_batches(examples._replace(**arrays)))[0].dtype == xp.float64
    assert all(a.device == there for a in parameters(moved))
    assert_close(state, moved, rtol=1e-9)
