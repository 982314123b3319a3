"""How the weights are updated, and how the step size changes over time.

Optimizers change the parameters in place. They receive each layer's gradient as two factors, the
inputs ``A: [n, n_in]`` and the deltas ``D: [n, n_out]``, with ``dW = A.T @ D``. An optimizer can
ask for a multiple of the gradient through ``factor``. It is sufficient to multiply the deltas of
the last layer by it, because the chain rule is linear. Constants (momentum, betas, the
``alpha`` of the L2 penalty ½·alpha·‖W‖²) come with the recipe. An optimizer stores only what it
accumulates during training: lists of arrays, its ``memories``, and one number, its ``counter``.

A solver is a dataclass with the same attributes and methods as the two below. Other modules read
``usual_rate`` and ``is_adaptive`` to choose the step size "auto", ``constants`` for the names of
the parameters that a solver uses, and ``memories`` and ``counter`` to check saved models.
"""

import math
from dataclasses import dataclass, replace
from typing import ClassVar

from skmnist.network._arrays import copies, namespace
from skmnist.network._mlp import layer_gradient


@dataclass
class SGD:
    """Gradient descent with momentum: V ← m·V + dW, then W ← W - rate·V.

    The step S = -rate·V is stored instead of V, so that one addition updates W. A changing step
    size is part of the decay: S ← m·(rate / last rate)·S - rate·dW. Nesterov's momentum adds
    m·S - rate·dW to W instead of S.
    """

    __module__ = "skmnist.network"  # saved models name the package, not this file

    usual_rate: ClassVar = 0.05
    is_adaptive: ClassVar = False
    constants: ClassVar = ("momentum", "nesterovs_momentum")
    counter: ClassVar = "last_rate"

    weight_steps: list
    bias_steps: list
    last_rate: float = 0.0

    @classmethod
    def start(cls, coefs, intercepts):
        """Return the optimizer before its first step."""
        return cls(_zeros(coefs), _zeros(intercepts))

    @staticmethod
    def memories(coefs, intercepts):
        """Return arrays with the shapes of the stored ones, for the name of each stored list."""
        return {"weight_steps": coefs, "bias_steps": intercepts}

    def copied(self):
        """Return a copy that shares no array with this one."""
        return replace(
            self, weight_steps=copies(self.weight_steps), bias_steps=copies(self.bias_steps)
        )

    def factor(self, rate):
        """Return the factor of the deltas, which changes the gradient to -rate·dW."""
        return -rate

    def step(self, coefs, intercepts, inputs, deltas, rate, recipe):
        """Update every W and b: without momentum, W ← W - rate·dW."""
        decay = recipe.momentum * rate / self.last_rate if self.last_rate else 0.0
        for i, (A, D) in enumerate(zip(inputs, deltas, strict=True)):
            weight_update, bias_update = layer_gradient(A, D)  # both times -rate
            if recipe.alpha:
                weight_update -= rate * recipe.alpha * coefs[i]
            self._move(coefs, self.weight_steps, i, weight_update, decay, recipe)
            self._move(intercepts, self.bias_steps, i, bias_update, decay, recipe)
        self.last_rate = rate

    def _move(self, parameters, steps, i, update, decay, recipe):
        steps[i] *= decay
        steps[i] += update
        if recipe.nesterovs_momentum:
            parameters[i] += update
            parameters[i] += recipe.momentum * steps[i]
        else:
            parameters[i] += steps[i]


@dataclass
class Adam:
    """Adam by Kingma and Ba: the mean gradient divided by the root of the mean squared gradient."""

    __module__ = "skmnist.network"  # saved models name the package, not this file

    usual_rate: ClassVar = 0.001
    is_adaptive: ClassVar = True
    constants: ClassVar = ("beta_1", "beta_2", "epsilon")
    counter: ClassVar = "steps"

    steps: int
    means: list
    squares: list

    @classmethod
    def start(cls, coefs, intercepts):
        """Return the optimizer before its first step."""
        parameters = [*coefs, *intercepts]
        return cls(0, _zeros(parameters), _zeros(parameters))

    @staticmethod
    def memories(coefs, intercepts):
        """Return arrays with the shapes of the stored ones, for the name of each stored list."""
        parameters = [*coefs, *intercepts]
        return {"means": parameters, "squares": parameters}

    def copied(self):
        """Return a copy that shares no array with this one."""
        return replace(self, means=copies(self.means), squares=copies(self.squares))

    def factor(self, rate):
        """Return the factor of the deltas: Adam uses the gradient itself."""
        return 1

    def step(self, coefs, intercepts, inputs, deltas, rate, recipe):
        """Update every W and b."""
        self.steps += 1
        for i, (A, D) in enumerate(zip(inputs, deltas, strict=True)):
            dW, db = layer_gradient(A, D)
            if recipe.alpha:
                dW += recipe.alpha * coefs[i]
            self._move(coefs, i, i, dW, rate, recipe)
            self._move(intercepts, i, len(coefs) + i, db, rate, recipe)

    def _move(self, parameters, i, slot, G, rate, recipe):
        mean, square = self.means[slot], self.squares[slot]
        mean += (1 - recipe.beta_1) * (G - mean)
        square += (1 - recipe.beta_2) * (G * G - square)
        size = namespace(G).sqrt(square / (1 - recipe.beta_2**self.steps))
        size += recipe.epsilon
        parameters[i] -= (rate / (1 - recipe.beta_1**self.steps)) * mean / size
        self.means[slot], self.squares[slot] = mean, square


SOLVERS = {"sgd": SGD, "adam": Adam}


def _zeros(arrays):
    return [namespace(array).zeros_like(array) for array in arrays]


def _constant(remaining):
    """Return 1: the step size is constant."""
    return 1.0


def _linear(remaining):
    """Return a fraction that decreases linearly to 0."""
    return remaining


def _cosine(remaining):
    """Return a fraction that decreases to 0 along half a period of a cosine."""
    return 0.5 - 0.5 * math.cos(math.pi * remaining)


SCHEDULES = {"constant": _constant, "cosine": _cosine, "linear": _linear}


def step_size(schedule, progress, warmup):
    """Return the step size as a fraction of the largest, at a progress from 0 to 1.

    It increases linearly until the progress is ``warmup``, and then follows the schedule.
    """
    if progress < warmup:
        return progress / warmup
    return SCHEDULES[schedule]((1 - progress) / (1 - warmup))
