"""Detect whether the parameters of an estimator have changed since it was fitted."""

import copy

import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from skmnist.base._rules import short_repr


class StaleParamsMixin:
    """A mixin for estimators that must be fitted again after one of their parameters has changed.

    `fit` stores the parameters, and the other methods compare them with the current ones.
    ``n_jobs`` may change at any time, because it has no effect on results.
    """

    def _remember_params(self):
        """Store the parameters that the estimator is fitted with."""
        params = self._lasting_params()
        self._fitted_with = {name: _snapshot(value) for name, value in params.items()}

    def _lasting_params(self):
        """Return the parameters that must not change after fit: all but ``n_jobs``."""
        params = self.get_params(deep=False)
        return {name: value for name, value in params.items() if name != "n_jobs"}

    def _changed_param(self):
        """Return the name of the first parameter that has changed since fit, or None."""
        # get_params reads the signature of __init__, which takes a tenth of the time of one image.
        before = self._fitted_with.items()
        changed = (name for name, value in before if not _is_same(getattr(self, name), value))
        return next(changed, None)

    def _check_fresh(self):
        """Raise a NotFittedError before fit, and after a parameter has changed."""
        if not hasattr(self, "_fitted_with"):
            check_is_fitted(self)
        name = self._changed_param()
        if name is not None:
            before, now = short_repr(self._fitted_with[name]), short_repr(getattr(self, name))
            raise NotFittedError(
                f"{name} was {before} when this {type(self).__name__} was fitted, and is {now} "
                "now: call fit again."
            )

    def __sklearn_is_fitted__(self):
        """Return whether the estimator was fitted with its current parameters."""
        return hasattr(self, "_fitted_with") and self._changed_param() is None


def _snapshot(value):
    """Return a copy of a value that can be changed in place; other values are returned unchanged.

    A random_state is not copied: drawing from it is not a change of the parameter.
    """
    return copy.deepcopy(value) if isinstance(value, tuple | list | np.ndarray) else value


def _is_same(value, before):
    """Return whether a parameter is unchanged; arrays and their tuples are compared by value."""
    if value is before:
        return True
    if type(value) is not type(before):
        return False
    if isinstance(value, tuple | list):
        return len(value) == len(before) and all(map(_is_same, value, before))
    return np.array_equal(value, before)
