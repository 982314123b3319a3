"""A rule a parameter: what it may be, and the error that says so."""

import sys
from contextlib import contextmanager
from math import isfinite
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np

LONGEST = 200  # letters of a value in a message


class Rule(NamedTuple):
    """The types a parameter may have, the test it must pass, and both in words."""

    types: tuple
    test: callable
    allowed: str


def one_of(names, hint=""):
    """Make the rule that a parameter is one of some names, None perhaps among them."""
    listed = ", ".join(repr(name) for name in names)
    types = tuple({type(name) for name in names})
    return Rule(types, lambda value: value in names, f"one of {listed}{hint}")


def number(test, allowed):
    """Make the rule that a parameter is a number that passes a test."""
    return Rule((Real,), test, allowed)


def whole(least, *, most=None, or_none=False, or_auto=False):
    """Make the rule that a parameter is a whole number, or perhaps None or 'auto'."""
    others = (type(None),) * or_none + (str,) * or_auto
    words = " or None" * or_none + " or 'auto'" * or_auto
    span = f"of at least {least}" if most is None else f"from {least} to {most}"

    def in_range(value):
        return least <= value <= (sys.maxsize if most is None else most)

    return Rule(
        (Integral, *others),
        lambda value: value in (None, "auto") if isinstance(value, others) else in_range(value),
        f"a whole number {span}{words}",
    )


def is_bool(value):
    """Tell whether a value is Python's or NumPy's True or False."""
    return isinstance(value, bool | np.bool_)


def is_whole(value, least=0):
    """Tell whether this is a whole number of at least so much."""
    return isinstance(value, Integral) and not is_bool(value) and value >= least


def is_finite(value):
    """Tell whether a number is a finite float: Python's whole numbers go on where floats end."""
    try:
        return isfinite(value)
    except OverflowError:
        return False


FLAG = Rule((bool, np.bool_), lambda value: True, "True or False")
SHARE = number(lambda value: 0 <= value < 1, "a number from 0 up to, but not including, 1")
PROPER_SHARE = number(lambda value: 0 < value < 1, "a number between 0 and 1, both excluded")
POSITIVE = number(lambda value: value > 0 and is_finite(value), "a finite number above 0")
NOT_NEGATIVE = number(
    lambda value: value >= 0 and is_finite(value), "a finite number of at least 0"
)
RANDOM_STATE = Rule(
    (Integral, np.random.RandomState, type(None)),
    lambda value: not isinstance(value, Integral) or 0 <= value < 2**32,
    "a whole number from 0 to 4294967295, a numpy.random.RandomState or None",
)


def check(name, value, rule):
    """Raise a TypeError or ValueError unless a parameter is as its rule says."""
    _check_each(name, value, [value], rule.allowed, rule)


def check_for_layers(name, value, rule):
    """Do the same for a parameter that may have one value for each layer."""
    allowed = f"{rule.allowed}, or a tuple with one for each layer"
    _check_each(name, value, value if is_layered(value) else [value], allowed, rule)


def is_layered(value):
    """Tell whether a parameter has one value for each layer: a tuple, or a list of names."""
    return isinstance(value, tuple) or (
        isinstance(value, list)
        and not any(isinstance(each, list | tuple | np.ndarray) for each in value)
    )


def _check_each(name, given, values, allowed, rule):
    message = f"{name} must be {allowed}; got {shown(given)}."
    if len(values) == 0:
        raise ValueError(message)
    for value in values:
        wrong_bool = is_bool(value) and bool not in rule.types
        if wrong_bool or not isinstance(value, rule.types):
            raise TypeError(message)
        if not rule.test(value):
            raise ValueError(message)


@contextmanager
def in_range_of_floats(name):
    """Say in words that a number is larger than any float, and leave the warnings out."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            yield
    except OverflowError as error:
        raise ValueError(f"{name} holds a number that is too large for a float.") from error


def shown(value):
    """Return how a value is shown in a message: in full, if that is short."""
    if isinstance(value, np.ndarray) and value.size > 1:
        not_finite = value.dtype.kind in "fc" and not np.isfinite(value).all()
        what = f"an array of the type {value.dtype} and the shape {value.shape}"
        return what + (", with NaN or infinity" if not_finite else "")
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
