import numpy as np
import pytest
from helpers import training_examples
from sklearn.neural_network import MLPRegressor

from skmnist.network._mlp import initialise
from skmnist.network._optimizers import SOLVERS
from skmnist.network._training import (
    Recipe,
    State,
    _train_batch,
    scheduled,
    train_epoch,
)

SIZES, N_ROWS, EPOCHS, SIZE = [6, 5, 4, 3], 20, 4, 4
SETTINGS = {
    "no momentum": ("sgd", {"momentum": 0.0}),
    "momentum": ("sgd", {"momentum": 0.9}),
    "nesterov": ("sgd", {"momentum": 0.9, "nesterovs_momentum": True}),
    "nesterov, no momentum": ("sgd", {"momentum": 0.0, "nesterovs_momentum": True}),
    "adam": ("adam", {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}),
}


def start(solver, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    coefs, intercepts = initialise(SIZES, "relu", np.full(3, 1 / 3), rng)
    coefs, intercepts = ([a.astype(dtype) for a in part] for part in (coefs, intercepts))
    return State(coefs, intercepts, SOLVERS[solver].start(coefs, intercepts), rng)


def draw_examples():
    return training_examples(np.random.default_rng(1).normal(size=(N_ROWS, SIZES[0])))


def torch_optimizer(torch, solver, settings, weights, biases, alpha):
    groups = [{"params": weights, "weight_decay": alpha}, {"params": biases}]
    if solver == "sgd":
        nesterov = settings.get("nesterovs_momentum", False) and settings["momentum"] > 0
        return torch.optim.SGD(groups, lr=1.0, momentum=settings["momentum"], nesterov=nesterov)
    betas = settings["beta_1"], settings["beta_2"]
    return torch.optim.Adam(groups, lr=1.0, betas=betas, eps=settings["epsilon"])


def torch_training(torch, state, examples, optimizer, weights, biases, rates):
    """Train on the same batches with autograd and an optimizer of torch."""
    X, Y = torch.tensor(examples.X), torch.tensor(np.eye(3)[examples.labels])
    functions = [torch.tanh, torch.tanh, torch.nn.Identity()]
    for i, rate in enumerate(rates):
        batch = slice(i * SIZE % N_ROWS, i * SIZE % N_ROWS + SIZE)
        H = X[batch]
        for W, b, f in zip(weights, biases, functions, strict=True):
            H = f(H @ W + b)
        optimizer.zero_grad()
        ((H - Y[batch]) ** 2).sum(dim=1).mean().backward()
        for group in optimizer.param_groups:
            group["lr"] = float(rate)
        optimizer.step()


@pytest.mark.parametrize("alpha", [0.0, 0.3])
@pytest.mark.parametrize("setting", SETTINGS)
def test_twenty_steps_match_torch(setting, alpha):
    torch = pytest.importorskip("torch")
    solver, settings = SETTINGS[setting]
    recipe = Recipe("tanh", "identity", alpha=alpha, rate=0.05, warmup=0.25, **settings)
    recipe = recipe._replace(batch_size=SIZE, shuffle=False)
    state, examples = start(solver), draw_examples()
    weights, biases = (
        [torch.tensor(a, requires_grad=True) for a in part]
        for part in (state.coefs, state.intercepts)
    )
    optimizer = torch_optimizer(torch, solver, settings, weights, biases, alpha)
    middles = (np.arange(20) + 0.5) / 20
    rates = 0.05 * np.interp(middles, [0, 0.25, 1], [0, 1, 0])
    torch_training(torch, state, examples, optimizer, weights, biases, rates)
    for _ in range(EPOCHS):
        train_epoch(state, examples, recipe, scheduled(state, recipe, EPOCHS))
    for ours, theirs in zip([*state.coefs, *state.intercepts], [*weights, *biases], strict=True):
        np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("alpha", [0.0, 0.3])
@pytest.mark.parametrize("setting", SETTINGS)
def test_five_epochs_match_scikit_learn(setting, alpha):
    solver, settings = SETTINGS[setting]
    # MLPRegressor halves the loss, divides the penalty by the batch size, and its Adam adds
    # epsilon before the bias correction, which makes no difference if epsilon is almost 0.
    settings = settings | ({"epsilon": 1e-30} if solver == "adam" else {})
    examples, rate = draw_examples(), 0.01
    theirs = MLPRegressor(
        hidden_layer_sizes=SIZES[1:-1],
        activation="logistic",
        solver=solver,
        alpha=alpha * SIZE / 2,
        batch_size=SIZE,
        learning_rate_init=2 * rate,
        momentum=settings.get("momentum", 0.9),
        nesterovs_momentum=settings.get("nesterovs_momentum", False),
        beta_1=settings.get("beta_1", 0.9),
        beta_2=settings.get("beta_2", 0.999),
        epsilon=settings.get("epsilon", 1e-8),
        max_iter=5,
        n_iter_no_change=100,
        shuffle=False,
        warm_start=True,
        random_state=0,
    )
    theirs.partial_fit(examples.X, examples.codes[examples.labels])
    state = start(solver)
    state.coefs, state.intercepts = (
        [a.copy() for a in p] for p in (theirs.coefs_, theirs.intercepts_)
    )
    theirs.fit(examples.X, examples.codes[examples.labels])
    recipe = Recipe("logistic", "identity", alpha=alpha, batch_size=SIZE, shuffle=False, **settings)
    for _ in range(5):
        train_epoch(state, examples, recipe, lambda progress: rate * (2 if solver == "adam" else 1))
    for ours, other in zip(
        [*state.coefs, *state.intercepts], [*theirs.coefs_, *theirs.intercepts_], strict=True
    ):
        np.testing.assert_allclose(ours, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("solver", SOLVERS)
def test_step_changes_parameters_in_place_and_only_reads_inputs_and_deltas(solver):
    state, rng = start(solver), np.random.default_rng(2)
    arrays = [*state.coefs, *state.intercepts]
    before = state.copied()
    inputs = [rng.normal(size=(7, n)) for n in SIZES[:-1]]
    deltas = [rng.normal(size=(7, n)) for n in SIZES[1:]]
    for factor in (*inputs, *deltas):
        factor.flags.writeable = False
    state.optimizer.step(state.coefs, state.intercepts, inputs, deltas, 0.1, Recipe(alpha=0.1))
    for now, then, old in zip(
        [*state.coefs, *state.intercepts],
        arrays,
        [*before.coefs, *before.intercepts],
        strict=True,
    ):
        assert now is then
        assert (now != old).all()


@pytest.mark.parametrize("solver", SOLVERS)
def test_optimizer_stores_arrays_of_the_parameters_dtype(solver):
    state = start(solver, np.float32)
    X, Y = np.ones((4, SIZES[0]), np.float32), np.eye(4, 3, dtype=np.float32)
    _train_batch(state, (X, Y, np.ones((4, 1), np.float32)), Recipe(alpha=0.1), 0.1)
    stored = [a for part in vars(state.optimizer).values() if isinstance(part, list) for a in part]
    assert {a.dtype for a in (*stored, *state.coefs, *state.intercepts)} == {np.dtype(np.float32)}


@pytest.mark.parametrize("solver", SOLVERS)
def test_memories_and_counter_are_all_that_an_optimizer_stores(solver):
    state = start(solver)
    memories = state.optimizer.memories(state.coefs, state.intercepts)
    assert vars(state.optimizer).keys() == {*memories, state.optimizer.counter}
    for name, parameters in memories.items():
        stored = getattr(state.optimizer, name)
        assert [a.shape for a in stored] == [a.shape for a in parameters]
        assert not any(a.any() for a in stored)


def test_first_step_of_adam_is_the_rate_for_any_gradient():
    W, b = np.zeros((2, 2)), np.zeros(2)
    A, D = np.array([[1.0, -1e3]]), np.array([[1e-3, -10.0]])
    optimizer = SOLVERS["adam"].start([W], [b])
    optimizer.step([W], [b], [A], [D], 0.25, Recipe(epsilon=1e-12))
    np.testing.assert_allclose(W, -0.25 * np.sign(A.T @ D))
    np.testing.assert_allclose(b, -0.25 * np.sign(D[0]))


def test_adam_matches_its_paper():
    beta_1, beta_2, epsilon, rate, alpha = 0.8, 0.95, 0.5, 0.1, 0.3
    recipe = Recipe(beta_1=beta_1, beta_2=beta_2, epsilon=epsilon, alpha=alpha)
    rng = np.random.default_rng(3)
    W, b = rng.normal(size=(3, 2)), rng.normal(size=2)
    expected, optimizer = [W.copy(), b.copy()], SOLVERS["adam"].start([W], [b])
    moments = [[0, 0], [0, 0]]
    for t in range(1, 6):
        A, D = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
        optimizer.step([W], [b], [A], [D], rate, recipe)
        for i, g in enumerate([np.einsum("ni,no->io", A, D) + alpha * expected[0], sum(D)]):
            m, v = moments[i]
            moments[i] = m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g**2
            m, v = m / (1 - beta_1**t), v / (1 - beta_2**t)
            expected[i] = expected[i] - rate * m / (np.sqrt(v) + epsilon)
    np.testing.assert_allclose(W, expected[0])
    np.testing.assert_allclose(b, expected[1])


@pytest.mark.parametrize("solver", SOLVERS)
def test_layer_without_deltas_raises_error(solver):
    state = start(solver)
    inputs = [np.ones((7, n)) for n in SIZES[:-1]]
    deltas = [np.ones((7, n)) for n in SIZES[1:-1]]
    with pytest.raises(ValueError, match="shorter"):
        state.optimizer.step(state.coefs, state.intercepts, inputs, deltas, 0.1, Recipe())
