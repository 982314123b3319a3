"""Whether an estimator is still what its parameters say."""

import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

# Values that hold others.
SEQUENCES = (tuple, list, np.ndarray)


class KnowsItsParams:
    """A mixin for an estimator that must be fitted anew after a parameter was changed.

    What it was fitted with is kept; ``n_jobs`` changes no result.
    """

    def _remember_params(self):
        self._fitted_with = kept(self._lasting_params())

    def _lasting_params(self):
        params = self.get_params(deep=False)
        return {name: value for name, value in params.items() if name != "n_jobs"}

    def _changed(self):
        """Return the first parameter that is not as it was when `fit` was called, or None."""
        now, before = self._lasting_params(), self._fitted_with
        return next((name for name in now if not is_same(now[name], before[name])), None)

    def _check_fresh(self):
        name = self._changed() if hasattr(self, "_fitted_with") else None
        if name is not None:
            raise NotFittedError(
                f"{name} was {self._fitted_with[name]!r} when this {type(self).__name__} was "
                f"fitted, and is {getattr(self, name)!r} now: call fit again."
            )
        check_is_fitted(self)

    def __sklearn_is_fitted__(self):
        """Tell whether this was fitted, and with the parameters that it has now."""
        return hasattr(self, "_fitted_with") and self._changed() is None


def kept(value):
    """Return a parameter so that a later change of what it holds does not change it."""
    if isinstance(value, dict):
        return {name: kept(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(map(kept, value))
    return value.copy() if isinstance(value, np.ndarray) else value


def is_same(value, before):
    """Tell whether a parameter means what it meant: a list may have become a tuple."""
    if isinstance(value, SEQUENCES) and isinstance(before, SEQUENCES):
        return len(value) == len(before) and all(map(is_same, value, before))
    if isinstance(value, SEQUENCES) or isinstance(before, SEQUENCES):
        return False
    return value is before or (
        isinstance(value, bool) is isinstance(before, bool) and value == before
    )
