"""The valid values of each parameter of the classifier."""

import sys
from numbers import Integral, Real

import numpy as np

from skmnist.base._rules import (
    DISTORTER_OR_NONE,
    FLAG,
    NOT_NEGATIVE,
    POSITIVE,
    PROPER_SHARE,
    RANDOM_STATE,
    SHARE,
    OneOf,
    Rule,
    check,
    integer,
    is_finite,
    is_integer,
)
from skmnist.classifier._targets import ENCODINGS
from skmnist.network._activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from skmnist.network._arrays import like
from skmnist.network._losses import LOSSES
from skmnist.network._optimizers import SCHEDULES, SOLVERS


def _is_layer_sizes(value):
    sizes = np.atleast_1d(np.asarray(value, dtype=object))
    return sizes.ndim == 1 and all(is_integer(size, 1) and size <= sys.maxsize for size in sizes)


# Names of scikit-learn and other libraries, and what to use instead of them.
_SIGMOID = {"sigmoid": "The sigmoid function is called 'logistic', as in scikit-learn."}
_NO_SOFTMAX = {"softmax": "predict_proba returns probabilities that sum to 1 without a softmax."}
_CROSS_ENTROPY = (
    "There is no cross-entropy: outputs that minimize the squared error, 'mse', estimate "
    "probabilities too."
)
_DECREASING = (
    "Instead of {name!r}, use 'linear' or 'cosine', which decrease the step size in the course of "
    "max_iter epochs; early_stopping=True stops the training when it no longer helps."
)
_NO_LBFGS = (
    "For a small data set, use all rows as one batch, with batch_size=len(X), instead of 'lbfgs'."
)


RULES = {
    "hidden_layer_sizes": Rule(
        (tuple, list, np.ndarray, Integral),
        _is_layer_sizes,
        "a tuple of integers of at least 1, such as (512, 256), or () for no hidden layer",
        most=sys.maxsize,
    ),
    "activation": OneOf(ACTIVATIONS, instead=_SIGMOID),
    "output_activation": OneOf(OUTPUT_ACTIVATIONS, instead=_SIGMOID | _NO_SOFTMAX),
    "loss": OneOf(
        LOSSES,
        instead={
            "squared_error": "The squared error is called 'mse'.",
            **dict.fromkeys(("log_loss", "cross_entropy"), _CROSS_ENTROPY),
        },
    ),
    "target_encoding": OneOf(ENCODINGS),
    "solver": OneOf(SOLVERS, instead={"lbfgs": _NO_LBFGS}),
    "alpha": NOT_NEGATIVE,
    "batch_size": integer(1, or_auto=True),
    "learning_rate": OneOf(
        SCHEDULES,
        " (the step size is learning_rate_init)",
        {name: _DECREASING.format(name=name) for name in ("adaptive", "invscaling")},
    ),
    "learning_rate_init": Rule(
        (Real, str),
        lambda value: value == "auto" if isinstance(value, str) else value > 0 and is_finite(value),
        "a finite number above 0 or 'auto'",
    ),
    "warmup": SHARE,
    "schedule_iter": integer(1, or_none=True),
    "momentum": SHARE,
    "nesterovs_momentum": FLAG,
    "beta_1": SHARE,
    "beta_2": SHARE,
    "epsilon": POSITIVE,
    "dropout": SHARE,
    "input_dropout": SHARE,
    "distort": DISTORTER_OR_NONE,
    "max_iter": integer(1, or_none=True),
    "class_weight": Rule(
        (dict, str, type(None)),
        lambda value: not isinstance(value, str) or value == "balanced",
        "a dict from class to weight, 'balanced' or None",
    ),
    "early_stopping": FLAG,
    "validation_fraction": PROPER_SHARE,
    "n_iter_no_change": integer(1),
    "tol": NOT_NEGATIVE,
    "shuffle": FLAG,
    "random_state": RANDOM_STATE,
    "warm_start": FLAG,
    "verbose": Rule(
        (bool, np.bool_, Integral),
        lambda value: value >= 0,
        "True, False or an integer of at least 0",
    ),
}


def check_parameters(estimator):
    """Raise a TypeError or ValueError for the first parameter that is not valid."""
    # Not get_params: a subclass can have an __init__ of its own.
    parameters = {name: getattr(estimator, name) for name in RULES}
    for name, rule in RULES.items():
        check(name, parameters[name], rule)
    _check_encoding(parameters, "loss")
    _check_encoding(parameters, "output_activation")
    schedule_iter, max_iter = parameters["schedule_iter"], parameters["max_iter"]
    if schedule_iter is not None and max_iter is not None and schedule_iter < max_iter:
        raise ValueError(
            f"schedule_iter must be at least max_iter, which is {max_iter}; got {schedule_iter}."
        )


def _check_encoding(parameters, name):
    """Raise a ValueError if a parameter cannot be combined with the target encoding."""
    encoding = parameters["target_encoding"]
    allowed = getattr(ENCODINGS[encoding], name)
    if parameters[name] not in allowed:
        raise ValueError(
            f"{name} must be {' or '.join(map(repr, allowed))} when "
            f"target_encoding={encoding!r}; got {parameters[name]!r}."
        )


def check_epsilon(solver, epsilon, weights):
    """Raise a ValueError if the solver uses epsilon and the dtype of the weights rounds it to 0."""
    rounded = like(weights, np.asarray(epsilon, dtype=float), weights.dtype)
    if "epsilon" in SOLVERS[solver].constants and rounded == 0:
        raise ValueError(
            f"epsilon must be above 0 after rounding to {weights.dtype}, the dtype of the weights; "
            f"got {epsilon!r}."
        )
