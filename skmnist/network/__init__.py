"""The network of the lectures as functions of arrays, without labels, files and estimators.

The shapes of arrays are written in brackets: a batch is ``X: [n, d]``, a layer has weights
``W: [n_in, n_out]`` and biases ``b: [n_out]``, and its outputs are ``[n, n_out]``.

The four steps of the lectures, repeated with one batch:

>>> import numpy as np
>>> from skmnist.datasets import load_mnist
>>> from skmnist.network import ACTIVATIONS, LOSSES, backward, forward, gradients, initialise
>>> X, y = load_mnist(return_X_y=True)
>>> X, Y = X[:100] / 255, np.eye(10)[y[:100]]
>>> rng = np.random.default_rng(0)
>>> coefs, intercepts = initialise([784, 32, 10], "relu", Y.mean(axis=0), rng)
>>> losses = []
>>> for _ in range(20):  # step 4: loop
...     passed = forward(X, coefs, intercepts, "relu", "relu")  # step 1: outputs
...     out = passed.outputs[-1]
...     losses.append(LOSSES["mse"].value(out, Y).sum(axis=1).mean())  # step 2: loss
...     delta = LOSSES["mse"].slope(out, Y) * ACTIVATIONS["relu"].slope(out) / len(X)
...     dW, db = gradients(passed, backward(delta, passed, coefs, "relu"))  # step 3: gradient
...     for parameter, gradient in zip([*coefs, *intercepts], [*dW, *db], strict=True):
...         parameter -= 0.1 * gradient
>>> bool(losses[-1] < 0.9 * losses[0])
True
"""

from skmnist.network._activations import ACTIVATIONS, Activation
from skmnist.network._convolution import Layer as Layer
from skmnist.network._losses import LOSSES, Loss
from skmnist.network._mlp import backward, forward, gradients, initialise
from skmnist.network._optimizers import SGD as SGD
from skmnist.network._optimizers import Adam as Adam
from skmnist.network._scaling import Scaling as Scaling
from skmnist.network._simplex import project_to_simplex
from skmnist.network._training import State as State

__all__ = [
    "ACTIVATIONS",
    "LOSSES",
    "Activation",
    "Loss",
    "backward",
    "forward",
    "gradients",
    "initialise",
    "project_to_simplex",
]


def __dir__():
    return __all__


for _name in __all__[2:]:
    globals()[_name].__module__ = __name__  # documentation and pickles name the package
