from itertools import pairwise
from itertools import product as every

import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier

from skmnist.network._activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from skmnist.network._losses import LOSSES
from skmnist.network._mlp import backward, forward, gradients, initialise
from skmnist.network._optimizers import SGD
from skmnist.network._training import Recipe, State, _draw_masks, _train_batch

RECIPES = list(every(sorted(ACTIVATIONS), OUTPUT_ACTIVATIONS, sorted(LOSSES)))
STEP, FAR = 1e-6, 1e-4

# The network once more, in plain NumPy and without a derivative.
FUNCTIONS = {
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.maximum(z, z / 100),
    "tanh": np.tanh,
    "logistic": expit,
    "identity": np.positive,
}
DISTANCES = {
    "mse": np.square,
    "mae": np.abs,
    "huber": lambda r: np.where(abs(r) < 1, r**2 / 2, abs(r) - 0.5),
}
KINKED = ("relu", "leaky_relu")


def distances(loss, out, Y):
    if loss == "squared_hinge":
        return np.where(Y > 0, np.maximum(Y - out, 0), np.maximum(out, 0)) ** 2
    return DISTANCES[loss](out - Y)


def plain_loss(parameters, batch, recipe, masks):
    """Return the loss with its L2 penalty, and how near the network is to a kink."""
    X, Y, weights = batch
    H, nearest = X, np.inf
    names = [recipe.activation] * (len(masks) - 1) + [recipe.output_activation]
    for W, b, name, mask in zip(*parameters, names, masks, strict=True):
        Z = np.einsum("ni,io->no", H if mask is None else H * mask, W) + b
        H = FUNCTIONS[name](Z)
        nearest = min(nearest, abs(Z).min()) if name in KINKED else nearest
    residuals = abs(H - Y)[H != 0]  # those that can move
    nearest = min(nearest, abs(np.subtract.outer(residuals, [0, 1])).min(initial=1))
    loss = np.average(distances(recipe.loss, H, Y).sum(axis=1), weights=weights[:, 0])
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
    """Return a state, a batch and its masks; the first weights matter for the loss."""
    for seed in range(1000):
        state, batch = draw(seed, sizes, weights)
        masks = _draw_masks(state.copied(), recipe)
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
        awake = recipe.output_activation != "relu" or (out.max(axis=0) > 0).all()
        if nearest > FAR and awake and loss != pytest.approx(elsewhere):
            return state, batch, masks
    raise AssertionError("no network is away from the kinks")


def finite_differences(state, batch, recipe, masks):
    """Return the slope of the plain loss along every parameter."""
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


def assert_step_goes_down_the_slope(recipe, sizes=(5, 4, 3, 2), weights=(1,) * 6):
    """A step of length 1 without momentum shows the gradient that was used."""
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
    assert_step_goes_down_the_slope(recipe, weights=(1, 2, 0.5, 3, 0, 1))


@pytest.mark.parametrize(("activation", "output_activation", "loss"), RECIPES[::5])
def test_gradient_with_dropout_and_penalty_matches_finite_differences(
    activation, output_activation, loss
):
    recipe = Recipe(activation, output_activation, loss, alpha=0.7, dropout=0.3, input_dropout=0.2)
    assert_step_goes_down_the_slope(recipe)


@pytest.mark.parametrize("output_activation", OUTPUT_ACTIVATIONS)
@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_gradient_without_hidden_layer_matches_finite_differences(output_activation, loss):
    recipe = Recipe("relu", output_activation, loss, alpha=0.1, input_dropout=0.4)
    assert_step_goes_down_the_slope(recipe, sizes=(3, 2))


@pytest.mark.parametrize(("loss", "slope"), [("mse", 2 * (4.5 - 1)), ("mae", 1)])
def test_one_output_follows_the_chain_rule_by_hand(loss, slope):
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


def test_gradients_are_sums_over_the_images_of_inputs_times_deltas():
    state, (X, *_) = draw(1, (5, 4, 3), [1] * 6)
    passed = forward(X, state.coefs, state.intercepts, "tanh", "identity")
    deltas = [generator().normal(size=H.shape) for H in passed.outputs]
    for A, D, dW, db in zip(
        (X, passed.outputs[0]), deltas, *gradients(passed, deltas), strict=True
    ):
        np.testing.assert_allclose(dW, sum(np.outer(a, d) for a, d in zip(A, D, strict=True)))
        np.testing.assert_allclose(db, sum(D))


def test_a_layer_without_biases_or_a_mask_or_deltas_is_not_passed_over():
    state, (X, *_) = draw(1, (5, 4, 3), [1] * 6)
    coefs, intercepts = state.coefs, state.intercepts
    passed = forward(X, coefs, intercepts, "tanh", "identity")
    with pytest.raises(ValueError, match="shorter"):
        forward(X, coefs, intercepts[:1], "tanh", "identity")
    with pytest.raises(ValueError, match="shorter"):
        forward(X, coefs, intercepts, "tanh", "identity", [None])
    with pytest.raises(ValueError, match="shorter"):
        gradients(passed, [np.ones((6, 4))])


def test_layers_without_activation_collapse_into_one_linear_map():
    state, (X, *_) = draw(0, (5, 4, 3), [1] * 6)
    (V, W), (a, b) = state.coefs, state.intercepts
    out = forward(X, [V, W], [a, b], "identity", "identity").outputs[-1]
    np.testing.assert_allclose(out, X @ (V @ W) + (a @ W + b))
    bent = forward(X, [V, W], [a, b], "relu", "identity").outputs[-1]
    assert abs(bent - out).max() > 0.1


def test_shapes_are_those_of_the_lecture():
    coefs, intercepts = initialise([784, 512, 256, 10], "relu", np.full(10, 0.1), generator())
    assert [W.shape for W in coefs] == [(784, 512), (512, 256), (256, 10)]
    assert [b.shape for b in intercepts] == [(512,), (256,), (10,)]
    passed = forward(np.zeros((3, 784)), coefs, intercepts, "relu", "relu")
    assert [H.shape for H in passed.outputs] == [(3, 512), (3, 256), (3, 10)]


def test_a_fully_connected_layer_of_20_to_30_makes_128_rows_of_30():
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
def test_forward_agrees_with_the_classifier_of_scikit_learn(activation, n_classes):
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
def test_outputs_start_near_the_shares(output_activation):
    shares = np.array([0.5, 0.3, 0.15, 0.05])
    coefs, intercepts = initialise([64, 32, 4], output_activation, shares, generator())
    X = np.vstack([np.zeros(64), generator().normal(size=(50, 64))])
    out = forward(X, coefs, intercepts, "relu", output_activation).outputs[-1]
    np.testing.assert_allclose(out[0], shares)
    assert abs(out - shares).max() < 0.2
    assert not any(b.any() for b in intercepts[:-1])


def test_logistic_outputs_can_start_at_a_class_that_is_absent_or_alone():
    *_, b = initialise([3, 2], "logistic", np.array([0.0, 1.0]), generator())[1]
    np.testing.assert_allclose(expit(b), [0.01, 0.99])


def test_weights_start_with_the_variance_of_their_layer():
    coefs, _ = initialise([400, 300, 200, 100], "relu", np.zeros(100), generator())
    for W, variance in zip(coefs, (1 / 3, 1 / 3, 1 / 100), strict=True):
        assert W.mean() == pytest.approx(0, abs=5 * W.std() / W.size**0.5)
        assert W.var() * W.shape[0] == pytest.approx(variance, rel=5 * (2 / W.size) ** 0.5)


def still(*sizes):
    """Return a state with weights of 0."""
    coefs, intercepts = (
        [np.zeros(shape) for shape in pairwise(sizes)],
        [np.zeros(n) for n in sizes[1:]],
    )
    return State(coefs, intercepts, SGD.start(coefs, intercepts), generator())


def test_masks_forget_the_share_and_make_up_for_it():
    recipe = Recipe(dropout=0.25, input_dropout=0.5)
    [of_input], [_, of_hidden] = (
        _draw_masks(still(*sizes), recipe) for sizes in ((20_000, 1), (1, 30_000, 1))
    )
    for mask, n, share in ((of_input, 20_000, 0.5), (of_hidden, 30_000, 0.25)):
        assert mask.shape == (n,)
        np.testing.assert_allclose(np.unique(mask), [0, 1 / (1 - share)])
        assert (mask == 0).mean() == pytest.approx(share, abs=0.02)
        assert mask.mean() == pytest.approx(1, abs=0.03)


def test_masks_are_drawn_anew_for_every_batch_and_only_where_asked():
    state = still(50, 50, 50, 2)
    before = state.rng.bit_generator.state
    assert _draw_masks(state, Recipe()) == [None] * 3
    assert state.rng.bit_generator.state == before
    first, second = (_draw_masks(state, Recipe(dropout=0.5)) for _ in range(2))
    assert first[0] is second[0] is None
    assert len(np.unique([*first[1:], *second[1:]], axis=0)) == 4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_masks_have_the_type_of_the_weights(dtype):
    state = still(50, 50, 2)
    state.coefs = [W.astype(dtype) for W in state.coefs]
    masks = _draw_masks(state, Recipe(dropout=0.5, input_dropout=0.5))
    assert [mask.dtype for mask in masks] == [dtype, dtype]


def test_what_is_forgotten_does_not_learn():
    state, batch = draw(3, (8, 6, 5, 3), [1] * 6)
    recipe = Recipe("tanh", "identity", dropout=0.4, input_dropout=0.4)
    before = state.copied()
    masks = _draw_masks(state.copied(), recipe)
    _train_batch(state, batch, recipe, 0.1)
    after = [*masks[1:], np.ones(3)]
    for i, mask in enumerate(masks):
        moved = state.coefs[i] != before.coefs[i]
        np.testing.assert_array_equal(moved, np.outer(mask, after[i]) > 0)
        assert 0 < (mask > 0).mean() < 1
