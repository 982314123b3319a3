"""The network: how it starts, what it computes, and the chain rule back through it.

``coefs = [W1, W2, …]`` and ``intercepts = [b1, b2, …]`` are plain lists of arrays. Dropout
('forgetting') comes as ``masks``: for the input and for each hidden layer None or one factor
a neuron, 0 where it is forgotten. A mask holds for a whole batch: the batch trains one
thinned network, and what is learnt depends neither on the order of the images nor on whether
an image is weighted or repeated.
"""

from typing import NamedTuple

import numpy as np

from skmnist.network.activations import ACTIVATIONS
from skmnist.network.arrays import namespace

# The first steps must not throw an output ReLU below 0 for every image, because it could not
# come back. A small last layer starts all outputs at the class shares; hidden layers of a
# third of the variance that LeCun asks for keep the last one from moving them all at once.
HIDDEN_VARIANCE = 1 / 3
OUTPUT_VARIANCE = 1 / 100
LAST_LAYER_LIMIT = 0.1
FIRST_LAYER_LIMIT = 20
TINY = 1e-9


class Pass(NamedTuple):
    """What a forward pass leaves behind: what each layer was given, and what it made."""

    inputs: list
    outputs: list


def initialise(layer_sizes, output_activation, shares, rng):
    """Return (coefs, intercepts) to start from, as NumPy float64.

    ``shares: [n_out]`` is the mean target, which is what the outputs start from.
    """
    variances = [HIDDEN_VARIANCE] * (len(layer_sizes) - 2) + [OUTPUT_VARIANCE]
    coefs = [
        rng.standard_normal((n_in, n_out)) * np.sqrt(variance / n_in)
        for variance, n_in, n_out in zip(variances, layer_sizes, layer_sizes[1:], strict=False)
    ]
    intercepts = [np.zeros(n_out) for n_out in layer_sizes[1:-1]]
    return coefs, [*intercepts, _inverse(output_activation, shares)]


def _inverse(output_activation, shares):
    """Return the biases at which the output activation gives the shares."""
    if output_activation != "logistic":
        return shares.copy()
    inside = np.clip(shares, 0.01, 0.99)
    return np.log(inside / (1 - inside))


def forward(X, coefs, intercepts, activation, output_activation, masks=None):
    """Steps h1 = f(X @ W1 + b1), h2 = f(h1 @ W2 + b2), …, out: return them all as a Pass."""
    masks = masks or [None] * len(coefs)
    names = [activation] * (len(coefs) - 1) + [output_activation]
    inputs, outputs = [], [X]
    for W, b, name, mask in zip(coefs, intercepts, names, masks, strict=True):
        inputs.append(outputs[-1] if mask is None else outputs[-1] * mask)
        Z = inputs[-1] @ W
        Z += b
        outputs.append(ACTIVATIONS[name].value(Z))
    return Pass(inputs, outputs[1:])


def backward(output_delta, passed, coefs, activation, masks=None):
    """Return the loss's derivative at every layer's Z, first layer first.

    The chain rule, downwards from ``output_delta: [b, n_out]``:
    delta_i = (delta_{i+1} @ W_{i+1}.T) * slope(h_i).
    """
    masks = masks or [None] * len(coefs)
    deltas = [output_delta]
    for i in range(len(coefs) - 1, 0, -1):
        delta = deltas[0] @ coefs[i].T
        delta *= ACTIVATIONS[activation].slope(passed.outputs[i - 1])
        if masks[i] is not None:
            delta *= masks[i]
        deltas.insert(0, delta)
    return deltas


def gradients(passed, deltas):
    """Return (coef gradients, intercept gradients): dW = inputs.T @ delta, db = sum of delta."""
    return (
        [A.T @ D for A, D in zip(passed.inputs, deltas, strict=True)],
        [namespace(D).sum(D, axis=0) for D in deltas],
    )


def safe_rate(X, weights, coefs, intercepts, activation, output_activation):
    """Return a step size that does not throw the outputs about.

    A step through the last layer moves the outputs by rate · 2λ of their error, λ being the
    largest eigenvalue of the mean outer product of what that layer is given. With momentum 0.9
    they swing ever wider from rate · 2λ = 3.8 on, and an output ReLU that swings below 0 for
    all images is dead. A step through the first layer grows with the images' squared length.
    The two limits were found by trial, on parts of MNIST and of scikit-learn's digits.
    """
    given = forward(X, coefs, intercepts, activation, output_activation).inputs[-1]
    squared_length = namespace(X).sum(weights * X * X) / namespace(X).sum(weights)
    return min(
        LAST_LAYER_LIMIT / max(_largest_eigenvalue(given, weights), TINY),
        FIRST_LAYER_LIMIT / max(float(squared_length), TINY),
    )


def _largest_eigenvalue(H, weights, n_steps=10):
    """Return that of H.T @ diag(weights) @ H / sum(weights), by the power method."""
    xp = namespace(H)
    weights = weights / xp.sum(weights)
    longest = int(xp.argmax(xp.sum(H * H, axis=1)))  # a start that H does not send to 0
    direction = H[longest, :][:, None]
    for _ in range(n_steps):
        moved = H.T @ (weights * (H @ direction))
        size = float(xp.sum(moved * moved)) ** 0.5
        if size == 0:
            break
        direction = moved / size
    return size
