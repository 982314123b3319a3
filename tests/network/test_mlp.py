from itertools import pairwise
from itertools import product as every

import numpy as np
import pytest
from helpers import ACTIVATION_FORMULAS, LOSS_FORMULAS
from scipy.special import expit, softmax
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier

from skmnist.network._activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from skmnist.network._losses import LOSSES
from skmnist.network._mlp import backward, forward, gradients, initialise
from skmnist.network._optimizers import SGD
from skmnist.network._training import Recipe, State, _draw_dropout_masks, _train_batch

RECIPES = list(every(ACTIVATIONS, OUTPUT_ACTIVATIONS, LOSSES))
STEP, FAR = 1e-6, 1e-4
KINKED = ("relu", "leaky_relu")


def plain_loss(parameters, batch, recipe, masks):
    """Return the loss with its L2 penalty, and the distance to the nearest kink."""
    X, Y, weights = batch
    H, nearest = X, np.inf
    names = [recipe.activation] * (len(masks) - 1) + [recipe.output_activation]
    for W, b, name, mask in zip(*parameters, names, masks, strict=True):
        Z = np.einsum("ni,io->no", H if mask is None else H * mask, W) + b
        H = ACTIVATION_FORMULAS[name](Z)
        nearest = min(nearest, abs(Z).min()) if name in KINKED else nearest
    residuals = abs(H - Y)[H != 0]  # of outputs that have a gradient
    nearest = min(nearest, abs(np.subtract.outer(residuals, [0, 1])).min(initial=1))
    loss = np.average(LOSS_FORMULAS[recipe.loss](H, Y).sum(axis=1), weights=weights[:, 0])
    return loss + recipe.alpha / 2 * sum((W**2).sum() for W in parameters[0]), nearest


def generator():
    return np.random.default_rng(7)


def draw(seed, sizes, weights):
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(6, sizes[0])), np.eye(sizes[-1])[rng.integers(sizes[-1], size=6)]
    coefs = [rng.normal(size=shape) for shape in pairwise(sizes)]
    intercepts = [rng.normal(size=n) for n in sizes[1:]]
    state = State(coefs, intercepts, SGD.start(coefs, intercepts), rng)
    return state, (X, Y, np.array(weights, dtype=float)[:, None])


def draw_away_from_kinks(recipe, sizes, weights):
    """Return a state, a batch and its masks for which the loss depends on the first weights."""
    for seed in range(1000):
        state, batch = draw(seed, sizes, weights)
        masks = _draw_dropout_masks(state.copied(), recipe)
        (loss, nearest), (elsewhere, _) = (
            plain_loss(
                ([factor * state.coefs[0], *state.coefs[1:]], state.intercepts),
                batch,
                recipe._replace(alpha=0),
                masks,
            )
            for factor in (1, 1.01)
        )
        out = forward(
            batch[0],
            state.coefs,
            state.intercepts,
            recipe.activation,
            recipe.output_activation,
            masks,
        ).outputs[-1]
        has_slope = recipe.output_activation != "relu" or (out.max(axis=0) > 0).all()
        if nearest > FAR and has_slope and loss != pytest.approx(elsewhere):
            return state, batch, masks
    raise AssertionError("every network is near a kink")


def finite_differences(state, batch, recipe, masks):
    """Return the slope of the plain loss with respect to every parameter."""
    parameters = state.copied().coefs, state.copied().intercepts
    slopes = []
    for array in (*parameters[0], *parameters[1]):
        slopes.append(np.empty_like(array))
        for place in np.ndindex(array.shape):
            middle, losses = array[place], []
            for step in (STEP, -STEP):
                array[place] = middle + step
                losses.append(plain_loss(parameters, batch, recipe, masks)[0])
            array[place] = middle
            slopes[-1][place] = (losses[0] - losses[1]) / (2 * STEP)
    return slopes


def assert_step_is_minus_the_slope(recipe, sizes=(5, 4, 3, 2), weights=(1,) * 6):
    """Check the gradient, which is minus a step of size 1 without momentum."""
    recipe = recipe._replace(momentum=0.0)
    state, batch, masks = draw_away_from_kinks(recipe, sizes, weights)
    slopes = finite_differences(state, batch, recipe, masks)
    before, now = state.copied(), state
    _train_batch(now, batch, recipe, 1.0)
    arrays = zip(before.coefs + before.intercepts, now.coefs + now.intercepts, slopes, strict=True)
    for old, new, slope in arrays:
        np.testing.assert_allclose(old - new, slope, rtol=1e-6, atol=2e-8)


@pytest.mark.parametrize(("activation", "output_activation", "loss"), RECIPES)
def test_gradient_matches_finite_differences(activation, output_activation, loss):
    recipe = Recipe(activation, output_activation, loss)
    assert_step_is_minus_the_slope(recipe, weights=(1, 2, 0.5, 3, 0, 1))


@pytest.mark.parametrize(("activation", "output_activation", "loss"), RECIPES[::5])
def test_gradient_with_dropout_and_penalty_matches_finite_differences(
    activation, output_activation, loss
):
    recipe = Recipe(activation, output_activation, loss, alpha=0.7, dropout=0.3, input_dropout=0.2)
    assert_step_is_minus_the_slope(recipe)


@pytest.mark.parametrize("output_activation", OUTPUT_ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_gradient_without_hidden_layer_matches_finite_differences(output_activation, loss):
    recipe = Recipe("relu", output_activation, loss, alpha=0.1, input_dropout=0.4)
    assert_step_is_minus_the_slope(recipe, sizes=(3, 2))


@pytest.mark.parametrize(("loss", "slope"), [("mse", 2 * (4.5 - 1)), ("mae", 1)])
def test_gradient_of_one_output_matches_chain_rule_by_hand(loss, slope):
    # Y_p = 1 · 0.5 + 2 · 1.5 + 1 = 4.5, Y = 1: C_i = slope · x_i, and slope · 1 for b.
    X, Y, W, b = (np.array(a) for a in ([[1.0, 2.0]], [[1.0]], [[0.5], [1.5]], [1.0]))
    passed = forward(X, [W], [b], "relu", "identity")
    np.testing.assert_array_equal(passed.outputs[-1], [[4.5]])
    deltas = backward(LOSSES[loss].slope(passed.outputs[-1], Y), passed, [W], "relu")
    [dW], [db] = gradients(passed, deltas)
    np.testing.assert_array_equal(dW, [[slope], [2 * slope]])
    np.testing.assert_array_equal(db, [slope])
    state = State([W], [b], SGD.start([W], [b]), np.random.default_rng(0))
    recipe = Recipe("relu", "identity", loss, momentum=0.0)
    _train_batch(state, (X, Y, np.ones((1, 1))), recipe, 0.1)
    np.testing.assert_allclose(W, [[0.5 - 0.1 * slope], [1.5 - 0.2 * slope]])
    np.testing.assert_allclose(b, [1 - 0.1 * slope])


def test_gradients_are_sums_of_inputs_times_deltas():
    state, (X, *_) = draw(1, (5, 4, 3), [1] * 6)
    passed = forward(X, state.coefs, state.intercepts, "tanh", "identity")
    deltas = [generator().normal(size=H.shape) for H in passed.outputs]
    for A, D, dW, db in zip(
        (X, passed.outputs[0]), deltas, *gradients(passed, deltas), strict=True
    ):
        np.testing.assert_allclose(dW, sum(np.outer(a, d) for a, d in zip(A, D, strict=True)))
        np.testing.assert_allclose(db, sum(D))


def test_layer_without_biases_mask_or_deltas_raises_error():
    state, (X, *_) = draw(1, (5, 4, 3), [1] * 6)
    coefs, intercepts = state.coefs, state.intercepts
    passed = forward(X, coefs, intercepts, "tanh", "identity")
    with pytest.raises(ValueError, match="shorter"):
        forward(X, coefs, intercepts[:1], "tanh", "identity")
    with pytest.raises(ValueError, match="shorter"):
        forward(X, coefs, intercepts, "tanh", "identity", [None])
    with pytest.raises(ValueError, match="shorter"):
        gradients(passed, [np.ones((6, 4))])


def test_layers_without_activation_are_one_linear_map():
    state, (X, *_) = draw(0, (5, 4, 3), [1] * 6)
    (V, W), (a, b) = state.coefs, state.intercepts
    out = forward(X, [V, W], [a, b], "identity", "identity").outputs[-1]
    np.testing.assert_allclose(out, X @ (V @ W) + (a @ W + b))
    nonlinear = forward(X, [V, W], [a, b], "relu", "identity").outputs[-1]
    assert abs(nonlinear - out).max() > 0.1


def test_shapes_match_the_lecture():
    coefs, intercepts = initialise([784, 512, 256, 10], "relu", np.full(10, 0.1), generator())
    assert [W.shape for W in coefs] == [(784, 512), (512, 256), (256, 10)]
    assert [b.shape for b in intercepts] == [(512,), (256,), (10,)]
    passed = forward(np.zeros((3, 784)), coefs, intercepts, "relu", "relu")
    assert [H.shape for H in passed.outputs] == [(3, 512), (3, 256), (3, 10)]


def test_layer_from_20_to_30_gives_128_rows_of_30():
    coefs, intercepts = initialise([20, 30], "identity", np.zeros(30), generator())
    passed = forward(np.ones((128, 20)), coefs, intercepts, "relu", "identity")
    assert passed.outputs[-1].shape == (128, 30)


def test_masks_of_ones_change_nothing():
    state, (X, *_) = draw(2, (5, 4, 2), [1] * 6)
    plain, masked = (
        forward(X, state.coefs, state.intercepts, "tanh", "logistic", masks)
        for masks in (None, [np.ones(5), np.ones(4)])
    )
    deltas, masked_deltas = (
        backward(np.ones((6, 2)), plain, state.coefs, "tanh", masks)
        for masks in (None, [np.ones(5), np.ones(4)])
    )
    for ours, theirs in zip(
        (*plain.outputs, *deltas), (*masked.outputs, *masked_deltas), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic", "identity"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_forward_matches_scikit_learn(activation, n_classes):
    X, y = load_iris(return_X_y=True)
    X, y = X[y < n_classes], y[y < n_classes]
    theirs = MLPClassifier((6, 5), activation=activation, random_state=0)
    theirs.partial_fit(X, y, classes=np.unique(y))
    output_activation = "logistic" if n_classes == 2 else "identity"
    parameters = theirs.coefs_, theirs.intercepts_
    out = forward(X, *parameters, activation, output_activation).outputs[-1]
    ours = np.hstack([1 - out, out]) if n_classes == 2 else softmax(out, axis=1)
    np.testing.assert_allclose(ours, theirs.predict_proba(X), rtol=1e-10)


@pytest.mark.parametrize("output_activation", OUTPUT_ACTIVATIONS)
def test_initial_outputs_are_near_the_class_shares(output_activation):
    shares = np.array([0.5, 0.3, 0.15, 0.05])
    coefs, intercepts = initialise([64, 32, 4], output_activation, shares, generator())
    X = np.vstack([np.zeros(64), generator().normal(size=(50, 64))])
    out = forward(X, coefs, intercepts, "relu", output_activation).outputs[-1]
    np.testing.assert_allclose(out[0], shares)
    assert abs(out - shares).max() < 0.2
    assert not any(b.any() for b in intercepts[:-1])


def test_logistic_outputs_start_at_0_01_and_0_99_for_shares_of_0_and_1():
    *_, b = initialise([3, 2], "logistic", np.array([0.0, 1.0]), generator())[1]
    np.testing.assert_allclose(expit(b), [0.01, 0.99])


def test_initial_weights_have_the_variance_of_their_layer():
    coefs, _ = initialise([400, 300, 200, 100], "relu", np.zeros(100), generator())
    for W, variance in zip(coefs, (1 / 3, 1 / 3, 1 / 100), strict=True):
        assert W.mean() == pytest.approx(0, abs=5 * W.std() / W.size**0.5)
        assert W.var() * W.shape[0] == pytest.approx(variance, rel=5 * (2 / W.size) ** 0.5)


def zero_state(*sizes):
    """Return a state with weights of 0."""
    coefs, intercepts = (
        [np.zeros(shape) for shape in pairwise(sizes)],
        [np.zeros(n) for n in sizes[1:]],
    )
    return State(coefs, intercepts, SGD.start(coefs, intercepts), generator())


def test_masks_drop_the_share_and_keep_the_mean():
    recipe = Recipe(dropout=0.25, input_dropout=0.5)
    [of_input], [_, of_hidden] = (
        _draw_dropout_masks(zero_state(*sizes), recipe) for sizes in ((20_000, 1), (1, 30_000, 1))
    )
    for mask, n, share in ((of_input, 20_000, 0.5), (of_hidden, 30_000, 0.25)):
        assert mask.shape == (n,)
        np.testing.assert_allclose(np.unique(mask), [0, 1 / (1 - share)])
        assert (mask == 0).mean() == pytest.approx(share, abs=0.02)
        assert mask.mean() == pytest.approx(1, abs=0.03)


def test_masks_differ_between_batches_and_need_a_positive_share():
    state = zero_state(50, 50, 50, 2)
    before = state.rng.bit_generator.state
    assert _draw_dropout_masks(state, Recipe()) == [None] * 3
    assert state.rng.bit_generator.state == before
    first, second = (_draw_dropout_masks(state, Recipe(dropout=0.5)) for _ in range(2))
    assert first[0] is second[0] is None
    assert len(np.unique([*first[1:], *second[1:]], axis=0)) == 4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_masks_have_the_dtype_of_the_weights(dtype):
    state = zero_state(50, 50, 2)
    state.coefs = [W.astype(dtype) for W in state.coefs]
    masks = _draw_dropout_masks(state, Recipe(dropout=0.5, input_dropout=0.5))
    assert [mask.dtype for mask in masks] == [dtype, dtype]


def test_weights_of_dropped_neurons_do_not_change():
    state, batch = draw(3, (8, 6, 5, 3), [1] * 6)
    recipe = Recipe("tanh", "identity", dropout=0.4, input_dropout=0.4)
    before = state.copied()
    masks = _draw_dropout_masks(state.copied(), recipe)
    _train_batch(state, batch, recipe, 0.1)
    after = [*masks[1:], np.ones(3)]
    for i, mask in enumerate(masks):
        moved = state.coefs[i] != before.coefs[i]
        np.testing.assert_array_equal(moved, np.outer(mask, after[i]) > 0)
        assert 0 < (mask > 0).mean() < 1
