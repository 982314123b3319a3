"""Rules for the values of parameters, and errors for invalid values."""

import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf, isfinite
from numbers import Integral, Real
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

LONGEST = 200  # the maximum number of characters of a value in an error message


class Rule(NamedTuple):
    """The valid types of a parameter, a test of its value, and a text about both for messages.

    The text names ``most``, the largest valid integer, only if a value is above it.
    """

    types: tuple
    test: Callable
    allowed: str
    most: float = inf


@dataclass(frozen=True)
class OneOf:
    """The rule for a parameter that must be a name in a table, including names added later.

    ``instead`` maps names that other libraries have, but not the table, to a sentence that says
    what to use instead.
    """

    names: Collection
    hint: str = ""
    instead: Mapping = field(default_factory=dict)

    @property
    def types(self):
        """The types of the names; None can be one of them."""
        return tuple({type(name) for name in self.names})

    def test(self, value):
        """Return whether the table has this name."""
        return value in self.names

    @property
    def allowed(self):
        """The names as text."""
        return f"one of {', '.join(map(repr, self.names))}{self.hint}"

    def advice(self, value):
        """Return a sentence about an invalid value, such as what to use instead, or ''."""
        return self.instead.get(value, "") if isinstance(value, str) else ""


def _number(test, allowed):
    """Return the rule for a parameter that is a number."""
    return Rule((Real,), test, allowed)


def integer(least, *, most=None, or_none=False, or_auto=False):
    """Return the rule for a parameter that is an integer, or also None or 'auto'."""
    others = (type(None),) * or_none + (str,) * or_auto
    others_text = " or None" * or_none + " or 'auto'" * or_auto
    span = f"of at least {least}" if most is None else f"from {least} to {most}"
    largest = sys.maxsize if most is None else most

    def test(value):
        return value in (None, "auto") if isinstance(value, others) else least <= value <= largest

    text = f"an integer {span}{others_text}"
    return Rule((Integral, *others), test, text, inf if most is not None else largest)


def is_bool(value):
    """Return whether a value is a bool of Python or NumPy."""
    return isinstance(value, bool | np.bool_)


def is_integer(value, least=0):
    """Return whether a value is an integer of at least `least`."""
    return isinstance(value, Integral) and not is_bool(value) and value >= least


def is_finite(value):
    """Return whether a number is finite as a float; Python's integers can be too large for that."""
    try:
        return isfinite(value)
    except OverflowError:
        return False


FLAG = Rule((bool, np.bool_), lambda value: True, "True or False")
SHARE = _number(lambda value: 0 <= value < 1, "a number from 0 up to, but not including, 1")
PROPER_SHARE = _number(lambda value: 0 < value < 1, "a number between 0 and 1, both excluded")
POSITIVE = _number(lambda value: value > 0 and is_finite(value), "a finite number above 0")
NOT_NEGATIVE = _number(
    lambda value: value >= 0 and is_finite(value), "a finite number of at least 0"
)
N_JOBS = Rule((Integral, type(None)), lambda value: value != 0, "None or an integer other than 0")
RANDOM_STATE = Rule(
    (Integral, np.random.RandomState, type(None)),
    lambda value: not isinstance(value, Integral) or 0 <= value < 2**32,
    "an integer from 0 to 4294967295, a numpy.random.RandomState or None",
)


@runtime_checkable
class _Distorter(Protocol):
    """An object that distorts images, such as a DigitDistorter."""

    def distort(self, X, random_state):
        """Return as many images as X has, newly distorted with this seed."""


def _is_distorter(value):
    # A class with this method counts as an instance of the protocol.
    return not isinstance(value, type) and callable(value.distort)


_A_DISTORTER = "an object with a method distort, such as skmnist.DigitDistorter()"
DISTORTER = Rule((_Distorter,), _is_distorter, _A_DISTORTER)
DISTORTER_OR_NONE = Rule(
    (_Distorter, type(None)),
    lambda value: value is None or _is_distorter(value),
    f"None or {_A_DISTORTER}",
)


def check(name, value, rule):
    """Raise a TypeError or ValueError unless the value of a parameter is valid."""
    _check_each(name, value, [value], rule.allowed, rule)


def check_for_layers(name, value, rule):
    """Check a parameter that can have one value for all layers or one value per layer."""
    allowed = f"{rule.allowed}, or a tuple with one value per layer"
    _check_each(name, value, value if is_layered(value) else [value], allowed, rule)


def is_layered(value):
    """Return whether a parameter has one value per layer: a tuple, or a list of names."""
    return isinstance(value, tuple) or (
        isinstance(value, list)
        and not any(isinstance(each, list | tuple | np.ndarray) for each in value)
    )


def _check_each(name, given, values, allowed, rule):
    message = f"{name} must be {allowed}; got {short_repr(given)}."
    if len(values) == 0:
        raise ValueError(message)
    for value in values:
        if isinstance(value, Integral) and value > getattr(rule, "most", inf):
            message = f"{name} must be {allowed}, and at most 2**63 - 1; got {short_repr(given)}."
        wrong_bool = is_bool(value) and bool not in rule.types
        if wrong_bool or not isinstance(value, rule.types):
            raise TypeError(message)
        if not rule.test(value):
            advice = rule.advice(value) if isinstance(rule, OneOf) else ""
            raise ValueError(f"{message} {advice}".rstrip())


@contextmanager
def in_range_of_floats(name):
    """Raise a ValueError, without warnings, if a number in the block is too large for floats."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            yield
    except OverflowError as error:
        raise ValueError(
            f"{name} must contain numbers in the range of floats; got one that is too large."
        ) from error


def short_repr(value):
    """Return the repr of a value for an error message, shortened if it is long."""
    if isinstance(value, np.ndarray) and value.size > 1:
        not_finite = value.dtype.kind in "fc" and not np.isfinite(value).all()
        what = f"an array of type {value.dtype} and shape {value.shape}"
        return what + (", with NaN or infinity" if not_finite else "")
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
