"""How a step is taken, and how long it is. Optimizers write to the parameters in place.

A step is handed each weight gradient as its two factors, the layer's inputs ``A: [b, n_in]``
and deltas ``D: [b, n_out]`` with ``dW = A.T @ D``. What an optimizer wants the gradient to be
multiplied by, it says with ``factor``: the output's deltas are multiplied by it, which are few,
and the chain rule, which is linear, takes it to all the others. What is chosen before
(momentum, betas, ``alpha`` of the L2 penalty ½·alpha·‖W‖²) comes with the recipe; what an
optimizer keeps is only what it has seen.
"""

import math
from dataclasses import dataclass, replace

from skmnist.network.arrays import copies, namespace


@dataclass
class SGD:
    """Gradient descent with momentum: V ← m·V + g, then W ← W - rate·V.

    What is kept is the step S = -rate·V, so that one addition moves W. Its decay takes care of
    a rate that changes: S ← m·(rate / last rate)·S - rate·g. Nesterov's look-ahead moves W by
    m·S - rate·g instead of S.
    """

    weight_steps: list
    bias_steps: list
    last_rate: float = 0.0

    @classmethod
    def start(cls, coefs, intercepts):
        """Return the optimizer at rest."""
        return cls(_zeros(coefs), _zeros(intercepts))

    def copied(self):
        """Return a copy that shares no array with this one."""
        return SGD(copies(self.weight_steps), copies(self.bias_steps), self.last_rate)

    def factor(self, rate):
        """Say what the deltas are to be multiplied by: so the gradient is a step already."""
        return -rate

    def step(self, coefs, intercepts, inputs, deltas, rate, recipe):
        """Move every W and b."""
        decay = recipe.momentum * rate / self.last_rate if self.last_rate else 0.0
        for i, (A, D) in enumerate(zip(inputs, deltas, strict=True)):
            fall = A.T @ D
            if recipe.alpha:
                fall -= rate * recipe.alpha * coefs[i]
            self._move(coefs, self.weight_steps, i, fall, decay, recipe)
            self._move(intercepts, self.bias_steps, i, _sum_rows(D), decay, recipe)
        self.last_rate = rate

    def _move(self, parameters, steps, i, fall, decay, recipe):
        steps[i] *= decay
        steps[i] += fall
        if recipe.nesterov:
            parameters[i] += fall
            parameters[i] += recipe.momentum * steps[i]
        else:
            parameters[i] += steps[i]


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

    def factor(self, rate):
        """Say what the deltas are to be multiplied by: Adam takes the gradient as it is."""
        return 1

    def step(self, coefs, intercepts, inputs, deltas, rate, recipe):
        """Move every W and b."""
        self.steps += 1
        for i, (A, D) in enumerate(zip(inputs, deltas, strict=True)):
            G = A.T @ D
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
