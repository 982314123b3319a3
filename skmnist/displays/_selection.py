"""Which images are worth a look: the most certain mistakes, or simply the first."""

import numpy as np

from skmnist.network._arrays import to_numpy


def _mistakes(is_wrong, certainty):
    """Return the numbers of the mistaken rows, the most certain first."""
    rows = np.flatnonzero(is_wrong)
    return rows if certainty is None else rows[np.argsort(-certainty[rows], kind="stable")]


def _all_rows(is_wrong, certainty):
    """Return the numbers of all rows in order."""
    return np.arange(len(is_wrong))


CHOICES = {"mistakes": _mistakes, "all": _all_rows}


def how_certain(estimator, X, predicted):
    """Return how certain a classifier is of what it predicted, and if in shares of 1."""
    if hasattr(estimator, "predict_proba"):
        shares = to_numpy(estimator.predict_proba(X))
        columns = (predicted[:, None] == estimator.classes_).argmax(axis=1)
        return shares[np.arange(len(shares)), columns], True
    if hasattr(estimator, "decision_function"):
        return _margins(to_numpy(estimator.decision_function(X))), False
    return None, False


def _margins(scores):
    """Return how far the largest score is above the next; for two classes, how far from 0."""
    if scores.ndim == 1:
        return np.abs(scores)
    next_best, best = np.partition(scores, -2, axis=1)[:, -2:].T
    return best - next_best
