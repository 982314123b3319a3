"""All or nothing: what fails leaves the estimator as it was."""

import functools


def all_or_nothing(method):
    """Make a method that sets attributes undo all of them if it raises."""

    @functools.wraps(method)
    def undone_if_it_raises(estimator, *args, **kwargs):
        before = dict(vars(estimator))
        try:
            return method(estimator, *args, **kwargs)
        except BaseException:
            vars(estimator).clear()
            vars(estimator).update(before)
            raise

    return undone_if_it_raises
