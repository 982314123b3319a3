"""What each parameter of the classifier may be, and the error that says so."""

from numbers import Integral, Real
from typing import NamedTuple

import numpy as np

from skmnist.network.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from skmnist.network.losses import LOSSES
from skmnist.network.optimizers import SCHEDULES, SOLVERS
from skmnist.targets import ENCODINGS, ORDINAL_LOSSES


class Rule(NamedTuple):
    """The types a parameter may have, the test it must pass, and both in words."""

    types: tuple
    test: callable
    allowed: str


def _one_of(names, hint=""):
    listed = ", ".join(repr(name) for name in names)
    return Rule((str,), lambda value: value in names, f"one of {listed}{hint}")


def _number(test, allowed):
    return Rule((Real,), test, allowed)


def _whole(least, *, or_none=False, or_auto=False):
    others = (type(None),) * or_none + (str,) * or_auto
    words = " or None" * or_none + " or 'auto'" * or_auto
    return Rule(
        (Integral, *others),
        lambda value: value in (None, "auto") if isinstance(value, others) else value >= least,
        f"a whole number of at least {least}{words}",
    )


def _is_layer_sizes(value):
    sizes = np.atleast_1d(np.asarray(value, dtype=object))
    return sizes.ndim == 1 and all(
        isinstance(size, Integral) and not _is_bool(size) and size >= 1 for size in sizes
    )


def _is_bool(value):
    return isinstance(value, bool | np.bool_)


FLAG = Rule((bool, np.bool_), lambda value: True, "True or False")
SHARE = _number(lambda value: 0 <= value < 1, "a number from 0 up to, but not including, 1")
PROPER_SHARE = _number(lambda value: 0 < value < 1, "a number between 0 and 1, both excluded")
POSITIVE = _number(lambda value: 0 < value < np.inf, "a finite number above 0")
NOT_NEGATIVE = _number(lambda value: 0 <= value < np.inf, "a finite number of at least 0")

RULES = {
    "hidden_layer_sizes": Rule(
        (tuple, list, np.ndarray, Integral),
        _is_layer_sizes,
        "a tuple of whole numbers of at least 1, such as (512, 256); () has no hidden layer",
    ),
    "activation": _one_of(ACTIVATIONS),
    "output_activation": _one_of(OUTPUT_ACTIVATIONS),
    "loss": _one_of(LOSSES),
    "target_encoding": _one_of(ENCODINGS),
    "solver": _one_of(SOLVERS),
    "alpha": NOT_NEGATIVE,
    "batch_size": _whole(1, or_auto=True),
    "learning_rate": _one_of(SCHEDULES, " (the step size is learning_rate_init)"),
    "learning_rate_init": Rule(
        (Real, str),
        lambda value: value == "auto" if isinstance(value, str) else 0 < value < np.inf,
        "a finite number above 0 or 'auto'",
    ),
    "warmup": SHARE,
    "schedule_iter": _whole(1, or_none=True),
    "momentum": SHARE,
    "nesterovs_momentum": FLAG,
    "beta_1": SHARE,
    "beta_2": SHARE,
    "epsilon": POSITIVE,
    "dropout": SHARE,
    "input_dropout": SHARE,
    "max_iter": _whole(1, or_none=True),
    "class_weight": Rule(
        (dict, str, type(None)),
        lambda value: not isinstance(value, str) or value == "balanced",
        "a dict from class to weight, 'balanced' or None",
    ),
    "early_stopping": FLAG,
    "validation_fraction": PROPER_SHARE,
    "n_iter_no_change": _whole(1),
    "tol": NOT_NEGATIVE,
    "shuffle": FLAG,
    "random_state": Rule(
        (Integral, np.random.RandomState, type(None)),
        lambda value: not isinstance(value, Integral) or 0 <= value < 2**32,
        "a whole number from 0 to 4294967295, a numpy.random.RandomState or None",
    ),
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
        _check(name, getattr(estimator, name), rule)
    _check_together(estimator)


def _check(name, value, rule):
    message = f"{name} must be {rule.allowed}; got {value!r}."
    wrong_bool = _is_bool(value) and bool not in rule.types
    if wrong_bool or not isinstance(value, rule.types):
        raise TypeError(message)
    if not rule.test(value):
        raise ValueError(message)


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
