"""What each parameter of the classifier may be."""

import sys
from numbers import Integral, Real

import numpy as np

from skmnist.network.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from skmnist.network.arrays import like
from skmnist.network.losses import LOSSES
from skmnist.network.optimizers import SCHEDULES, SOLVERS
from skmnist.rules import (
    FLAG,
    NOT_NEGATIVE,
    POSITIVE,
    PROPER_SHARE,
    RANDOM_STATE,
    SHARE,
    Rule,
    check,
    is_finite,
    is_whole,
    one_of,
    whole,
)
from skmnist.targets import ENCODINGS, ORDINAL_LOSSES


def _is_layer_sizes(value):
    sizes = np.atleast_1d(np.asarray(value, dtype=object))
    return sizes.ndim == 1 and all(is_whole(size, 1) and size <= sys.maxsize for size in sizes)


RULES = {
    "hidden_layer_sizes": Rule(
        (tuple, list, np.ndarray, Integral),
        _is_layer_sizes,
        "a tuple of whole numbers of at least 1, such as (512, 256); () has no hidden layer",
    ),
    "activation": one_of(ACTIVATIONS),
    "output_activation": one_of(OUTPUT_ACTIVATIONS),
    "loss": one_of(LOSSES),
    "target_encoding": one_of(ENCODINGS),
    "solver": one_of(SOLVERS),
    "alpha": NOT_NEGATIVE,
    "batch_size": whole(1, or_auto=True),
    "learning_rate": one_of(SCHEDULES, " (the step size is learning_rate_init)"),
    "learning_rate_init": Rule(
        (Real, str),
        lambda value: value == "auto" if isinstance(value, str) else value > 0 and is_finite(value),
        "a finite number above 0 or 'auto'",
    ),
    "warmup": SHARE,
    "schedule_iter": whole(1, or_none=True),
    "momentum": SHARE,
    "nesterovs_momentum": FLAG,
    "beta_1": SHARE,
    "beta_2": SHARE,
    "epsilon": POSITIVE,
    "dropout": SHARE,
    "input_dropout": SHARE,
    "max_iter": whole(1, or_none=True),
    "class_weight": Rule(
        (dict, str, type(None)),
        lambda value: not isinstance(value, str) or value == "balanced",
        "a dict from class to weight, 'balanced' or None",
    ),
    "early_stopping": FLAG,
    "validation_fraction": PROPER_SHARE,
    "n_iter_no_change": whole(1),
    "tol": NOT_NEGATIVE,
    "shuffle": FLAG,
    "random_state": RANDOM_STATE,
    "warm_start": FLAG,
    "verbose": Rule(
        (bool, np.bool_, Integral),
        lambda value: value >= 0,
        "True, False or a whole number of at least 0",
    ),
}


def check_parameters(estimator):
    """Raise a TypeError or ValueError for the first parameter that is not as it must be."""
    for name, rule in RULES.items():
        check(name, getattr(estimator, name), rule)
    _check_together(estimator)


def check_epsilon(estimator, weights):
    """Refuse an epsilon of Adam's that is 0 in the type of the weights, which is trained in."""
    epsilon = like(weights, np.asarray(estimator.epsilon, dtype=float), weights.dtype)
    if estimator.solver == "adam" and epsilon == 0:
        raise ValueError(
            f"epsilon must be above 0 also in {weights.dtype}, the type to train in; "
            f"got {estimator.epsilon!r}."
        )


def _check_together(estimator):
    if estimator.target_encoding == "ordinal":
        _check_ordinal(estimator)
    horizon, max_iter = estimator.schedule_iter, estimator.max_iter
    if horizon is not None and max_iter is not None and horizon < max_iter:
        raise ValueError(
            f"schedule_iter must be at least max_iter, which is {max_iter}; got {horizon}."
        )


def _check_ordinal(estimator):
    if estimator.loss not in ORDINAL_LOSSES:
        raise ValueError(
            f"loss must be 'mse' or 'mae' when target_encoding='ordinal'; got {estimator.loss!r}."
        )
    if estimator.output_activation == "logistic":
        raise ValueError(
            "output_activation must be 'relu' or 'identity' when "
            "target_encoding='ordinal', because class numbers go beyond 1; got 'logistic'."
        )
