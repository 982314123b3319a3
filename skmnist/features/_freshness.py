"""Whether an estimator is still what its parameters say."""

import copy

import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from skmnist.base._rules import short_repr


class StaleParamsMixin:
    """A mixin for an estimator that must be fitted anew after a parameter was changed.

    What it was fitted with is kept; ``n_jobs`` changes no result.
    """

    def _remember_params(self):
        params = self._lasting_params()
        self._fitted_with = {name: _kept(value) for name, value in params.items()}

    def _lasting_params(self):
        params = self.get_params(deep=False)
        return {name: value for name, value in params.items() if name != "n_jobs"}

    def _changed(self):
        """Return the first parameter that is not as it was when `fit` was called, or None."""
        now, before = self._lasting_params(), self._fitted_with
        return next((name for name in now if not _is_same(now[name], before[name])), None)

    def _check_fresh(self):
        if not hasattr(self, "_fitted_with"):
            check_is_fitted(self)
        name = self._changed()
        if name is not None:
            raise NotFittedError(
                f"{name} was {short_repr(self._fitted_with[name])} when this {type(self).__name__} was "
                f"fitted, and is {short_repr(getattr(self, name))} now: call fit again."
            )

    def __sklearn_is_fitted__(self):
        """Tell whether this was fitted, and with the parameters that it has now."""
        return hasattr(self, "_fitted_with") and self._changed() is None


def _kept(value):
    """Return a parameter so that a later change of what it holds does not change it."""
    return copy.deepcopy(value) if isinstance(value, tuple | list | np.ndarray) else value


def _is_same(value, before):
    """Tell whether a parameter is what it was; arrays, also those in a tuple, by their values."""
    if value is before:
        return True
    if type(value) is not type(before):
        return False
    if isinstance(value, tuple | list):
        return len(value) == len(before) and all(map(_is_same, value, before))
    return np.array_equal(value, before)
