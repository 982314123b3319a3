"""The network: its initial weights, the forward pass and the backward pass.

``coefs = [W1, W2, …]`` and ``intercepts = [b1, b2, …]`` are plain lists of arrays. Dropout is
passed as ``masks``: for the input and for each hidden layer, either None or one factor per
neuron, which is 0 for a dropped neuron. One mask is used for a whole batch, so the result depends
neither on the order of the images nor on whether an image is repeated or has a larger weight.
"""

from typing import NamedTuple

import numpy as np

from skmnist.network._activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from skmnist.network._arrays import namespace

# The first steps must not push an output ReLU below 0 for every image, because its gradient
# would then be 0. With small weights in the last layer, all outputs are initially close to the
# frequencies of the classes. A third of LeCun's variance in the hidden layers prevents the first
# steps from moving all outputs in the same direction.
HIDDEN_VARIANCE = 1 / 3
OUTPUT_VARIANCE = 1 / 100
LAST_LAYER_LIMIT = 0.3
FIRST_LAYER_LIMIT = 1.6
LIMIT_PER_LAYER = 5
TINY = 1e-9


class _Pass(NamedTuple):
    """The inputs and the outputs of each layer in a forward pass."""

    inputs: list
    outputs: list


def initialise(layer_sizes, output_activation, shares, rng):
    """Draw the initial weights and biases.

    Parameters
    ----------
    layer_sizes : list of int
        The sizes from the input to the output, such as ``[784, 512, 256, 10]``.
    output_activation : {"relu", "identity", "logistic"}
        The activation of the last layer.
    shares : ndarray of shape (n_outputs,)
        The mean of the targets. The initial outputs are close to it.
    rng : numpy.random.Generator
        The source of the random weights.

    Returns
    -------
    coefs, intercepts : lists of ndarray
        The weights and the biases of each layer, as float64.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.network import initialise
    >>> rng = np.random.default_rng(0)
    >>> coefs, intercepts = initialise([784, 512, 10], "relu", np.full(10, 0.1), rng)
    >>> [W.shape for W in coefs]
    [(784, 512), (512, 10)]
    """
    variances = [HIDDEN_VARIANCE] * (len(layer_sizes) - 2) + [OUTPUT_VARIANCE]
    coefs = [
        rng.standard_normal((n_in, n_out)) * np.sqrt(variance / n_in)
        for variance, n_in, n_out in zip(variances, layer_sizes, layer_sizes[1:], strict=False)
    ]
    intercepts = [np.zeros(n_out) for n_out in layer_sizes[1:-1]]
    return coefs, [*intercepts, OUTPUT_ACTIVATIONS[output_activation](shares)]


def forward(X, coefs, intercepts, activation, output_activation, masks=None):
    """Compute ``h1 = f(X @ W1 + b1)``, ``h2 = f(h1 @ W2 + b2)``, …, ``out``.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        A batch of images.
    coefs, intercepts : lists of arrays
        The weights and the biases of each layer.
    activation, output_activation : str
        The activation of the hidden layers and that of the last layer: names in ``ACTIVATIONS``.
    masks : list of arrays and None, or None, default=None
        For the input and for each hidden layer, one dropout factor per neuron.

    Returns
    -------
    passed : namedtuple
        ``passed.inputs`` and ``passed.outputs`` are lists with one array per layer. The last item
        of ``passed.outputs`` is ``out``.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.network import forward
    >>> coefs, intercepts = [np.ones((2, 3)), np.ones((3, 1))], [np.zeros(3), np.zeros(1)]
    >>> forward(np.array([[1.0, 2.0]]), coefs, intercepts, "relu", "relu").outputs[-1]
    array([[9.]])
    """
    masks = masks or [None] * len(coefs)
    names = [activation] * (len(coefs) - 1) + [output_activation]
    inputs, outputs = [], [X]
    for W, b, name, mask in zip(coefs, intercepts, names, masks, strict=True):
        inputs.append(outputs[-1] if mask is None else outputs[-1] * mask)
        Z = inputs[-1] @ W
        Z += b
        outputs.append(ACTIVATIONS[name].value(Z))
    return _Pass(inputs, outputs[1:])


def backward(output_delta, passed, coefs, activation, masks=None):
    """Apply the chain rule, ``delta_i = (delta_{i+1} @ W_{i+1}.T) * slope(h_i)``.

    Parameters
    ----------
    output_delta : array of shape (n_samples, n_outputs)
        The derivative of the loss with respect to ``Z = h @ W + b`` of the last layer.
    passed : namedtuple
        The result of :func:`forward`.
    coefs : list of arrays
        The weights of each layer.
    activation : str
        The activation of the hidden layers.
    masks : list of arrays and None, or None, default=None
        The masks that were passed to :func:`forward`.

    Returns
    -------
    deltas : list of arrays of shape (n_samples, n_out)
        The derivative of the loss with respect to each layer's ``Z``, first layer first.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.network import backward, forward
    >>> coefs, intercepts = [np.ones((2, 3)), np.ones((3, 1))], [np.zeros(3), np.zeros(1)]
    >>> passed = forward(np.array([[1.0, 2.0]]), coefs, intercepts, "relu", "relu")
    >>> backward(np.array([[0.5]]), passed, coefs, "relu")[0]
    array([[0.5, 0.5, 0.5]])
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
    """Return the gradients of the loss, ``dW = A.T @ D`` and ``db = D.sum(axis=0)``.

    Parameters
    ----------
    passed : namedtuple
        The result of :func:`forward`: ``A`` is an item of its inputs.
    deltas : list of arrays
        The result of :func:`backward`: ``D`` is an item of it.

    Returns
    -------
    coef_gradients, intercept_gradients : lists of arrays
        The gradients, with the same shapes as the weights and the biases.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.network import backward, forward, gradients
    >>> coefs, intercepts = [np.ones((2, 3)), np.ones((3, 1))], [np.zeros(3), np.zeros(1)]
    >>> passed = forward(np.array([[1.0, 2.0]]), coefs, intercepts, "relu", "relu")
    >>> gradients(passed, backward(np.array([[0.5]]), passed, coefs, "relu"))[0][0]
    array([[0.5, 0.5, 0.5],
           [1. , 1. , 1. ]])
    """
    pairs = [layer_gradient(A, D) for A, D in zip(passed.inputs, deltas, strict=True)]
    return [dW for dW, _ in pairs], [db for _, db in pairs]


def layer_gradient(A, D):
    """Return one layer's (dW, db) from its inputs A and its deltas D."""
    return A.T @ D, namespace(D).sum(D, axis=0)


def safe_rate(X, weights, coefs, intercepts, activation, output_activation, norm=None):
    """Return a step size that does not make the outputs oscillate.

    X are some of the training images, scaled, and ``norm`` is the `_squared_norm` of all of them.

    A step of the last layer changes the outputs by rate · 2λ times their error, where λ is the
    largest eigenvalue of the second-moment matrix of that layer's inputs. With momentum 0.9 the
    outputs oscillate with growing amplitude if rate · 2λ is above 3.8, and an output ReLU that
    falls below 0 for all images has no gradient any more. The effect of a step of the first layer
    grows with the squared norm of the images, and each layer after it makes the effect smaller. The
    limits were found by trial with batches of 64 rows, on parts of MNIST and of Fashion-MNIST, on
    features of MNIST and on scikit-learn's toy data sets, with up to four hidden layers of 8 to
    1,024 neurons.
    """
    last_inputs = forward(X, coefs, intercepts, activation, output_activation).inputs[-1]
    curvature = _largest_eigenvalue(last_inputs, weights) / LAST_LAYER_LIMIT
    norm = _squared_norm(X, weights) if norm is None else norm
    curvature += norm / (FIRST_LAYER_LIMIT * LIMIT_PER_LAYER ** len(coefs))
    # Rounded, because the last digits depend on the number of threads.
    return float(f"{1 / max(curvature, TINY):.3g}")


def _squared_norm(X, weights):
    """Return the mean squared norm of the rows, in which rows with a large norm count more.

    Few rows with a very large norm are enough to make the training diverge.
    """
    xp = namespace(X)
    squares = xp.sum(X * X, axis=1, keepdims=True)
    total = max(float(xp.sum(weights * squares)), TINY)
    return float(xp.sum(weights * squares / total * squares))


def _largest_eigenvalue(H, weights, n_steps=10):
    """Return the largest eigenvalue of H.T @ diag(weights / sum(weights)) @ H (power iteration)."""
    xp = namespace(H)
    weights = weights / xp.sum(weights)
    longest = int(xp.argmax(xp.sum(H * H, axis=1)))  # a start that H does not map to 0
    direction = H[longest, :][:, None]
    for _ in range(n_steps):
        moved = H.T @ (weights * (H @ direction))
        size = float(xp.sum(moved * moved)) ** 0.5
        if size == 0:
            break
        direction = moved / size
    return size
