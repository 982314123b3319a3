"""How a step is taken, and how long it is. Optimizers write to the parameters in place.

A step is handed each weight gradient as its two factors, the layer's inputs ``A: [b, n_in]``
and deltas ``D: [b, n_out]`` with ``dW = A.T @ D``: so an optimizer may multiply them out
straight into its memory. What is chosen before (momentum, betas, ``alpha`` of the L2 penalty
½·alpha·‖W‖²) comes with the recipe; what an optimizer keeps is only what it has seen.
"""

import math
from dataclasses import dataclass, replace

from skmnist.network.arrays import (
    add_scaled,
    copies,
    decay_and_add_product,
    namespace,
    product,
)


@dataclass
class SGD:
    """Gradient descent with momentum: V ← m·V + g, then W ← W - rate·V.

    Nesterov's look-ahead steps by rate·(g + m·V). Because g = V - m·V_old, that is
    rate·((1 + m)·V - m·V_old): two additions, and no room for g.
    """

    weight_velocities: list
    bias_velocities: list

    @classmethod
    def start(cls, coefs, intercepts):
        """Return the optimizer at rest."""
        return cls(_zeros(coefs), _zeros(intercepts))

    def copied(self):
        """Return a copy that shares no array with this one."""
        return SGD(copies(self.weight_velocities), copies(self.bias_velocities))

    def step(self, coefs, intercepts, inputs, deltas, rate, recipe):
        """Move every W and b."""
        for i, (A, D) in enumerate(zip(inputs, deltas, strict=True)):
            self._move(coefs, self.weight_velocities, i, (A, D), rate, recipe, recipe.alpha)
            self._move(intercepts, self.bias_velocities, i, (None, D), rate, recipe, 0)

    def _move(self, parameters, velocities, i, factors, rate, recipe, alpha):
        W, V, momentum = parameters[i], velocities[i], recipe.momentum
        if recipe.nesterov:
            W = add_scaled(W, rate * momentum, V)
        V = _decay_and_add_gradient(V, momentum, *factors)
        if alpha:
            V = add_scaled(V, alpha, W)
        reach = 1 + momentum if recipe.nesterov else 1
        parameters[i], velocities[i] = add_scaled(W, -rate * reach, V), V


@dataclass
class Adam:
    """Kingma and Ba's method: each weight steps by its mean gradient over its usual size."""

    steps: int
    means: list
    squares: list

    @classmethod
    def start(cls, coefs, intercepts):
        """Return the optimizer at rest."""
        parameters = [*coefs, *intercepts]
        return cls(0, _zeros(parameters), _zeros(parameters))

    def copied(self):
        """Return a copy that shares no array with this one."""
        return replace(self, means=copies(self.means), squares=copies(self.squares))

    def step(self, coefs, intercepts, inputs, deltas, rate, recipe):
        """Move every W and b."""
        self.steps += 1
        for i, (A, D) in enumerate(zip(inputs, deltas, strict=True)):
            G = product(A, D, transpose_a=True)
            if recipe.alpha:
                G += recipe.alpha * coefs[i]
            self._move(coefs, i, i, G, rate, recipe)
            self._move(intercepts, i, len(coefs) + i, _sum_rows(D), rate, recipe)

    def _move(self, parameters, i, slot, G, rate, recipe):
        mean, square = self.means[slot], self.squares[slot]
        mean += (1 - recipe.beta_1) * (G - mean)
        square += (1 - recipe.beta_2) * (G * G - square)
        usual = namespace(G).sqrt(square / (1 - recipe.beta_2**self.steps))
        usual += recipe.epsilon
        parameters[i] -= (rate / (1 - recipe.beta_1**self.steps)) * mean / usual
        self.means[slot], self.squares[slot] = mean, square


SOLVERS = {"sgd": SGD, "adam": Adam}


def _zeros(arrays):
    return [namespace(array).zeros_like(array) for array in arrays]


def _sum_rows(D):
    return namespace(D).sum(D, axis=0)


def _decay_and_add_gradient(V, momentum, A, D):
    """V ← m·V + the gradient: A.T @ D for weights, the sum of D for biases (no A)."""
    if A is not None:
        return decay_and_add_product(V, momentum, A, D)
    V *= momentum
    V += _sum_rows(D)
    return V


def constant(remaining):
    """Keep the step size."""
    return 1.0


def linear(remaining):
    """Go down to 0 in a straight line."""
    return remaining


def cosine(remaining):
    """Go down to 0 along half a cosine."""
    return 0.5 - 0.5 * math.cos(math.pi * remaining)


SCHEDULES = {"constant": constant, "cosine": cosine, "linear": linear}


def step_size(schedule, progress, warmup):
    """Return the step size, as a share of the largest, at a progress from 0 to 1.

    It climbs in a straight line for the first ``warmup`` of the way, then follows the
    schedule over what remains.
    """
    if progress < warmup:
        return progress / warmup
    return SCHEDULES[schedule]((1 - progress) / (1 - warmup))
