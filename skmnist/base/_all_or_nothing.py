"""A decorator for methods that leave the estimator unchanged if they fail."""

import functools


def all_or_nothing(method):
    """Restore all attributes of the estimator if the method raises an error."""

    @functools.wraps(method)
    def restoring(estimator, *args, **kwargs):
        before = dict(vars(estimator))
        try:
            return method(estimator, *args, **kwargs)
        except BaseException:
            vars(estimator).clear()
            vars(estimator).update(before)
            raise

    return restoring
