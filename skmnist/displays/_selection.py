"""Select the images to show: the mistakes by decreasing certainty, or the first images."""

import numpy as np

from skmnist.network._arrays import to_numpy


def _mistakes(is_wrong, certainty):
    """Return the indices of the wrong predictions, the most certain first."""
    rows = np.flatnonzero(is_wrong)
    return rows if certainty is None else rows[np.argsort(-certainty[rows], kind="stable")]


def _all_rows(is_wrong, certainty):
    """Return the indices of all images in order."""
    return np.arange(len(is_wrong))


SELECTIONS = {"mistakes": _mistakes, "all": _all_rows}


def certainty_of(estimator, X, predicted):
    """Return the certainty of each prediction, and whether it is a probability.

    The certainty is None for a classifier with neither predict_proba nor decision_function.
    """
    for method, measure in _CERTAINTIES.items():
        if hasattr(estimator, method):
            scores = to_numpy(getattr(estimator, method)(X))
            return measure(scores, estimator, predicted), method == "predict_proba"
    return None, False


def _probabilities(scores, estimator, predicted):
    """Return the probabilities of the predicted classes."""
    columns = (predicted[:, None] == estimator.classes_).argmax(axis=1)
    return scores[np.arange(len(scores)), columns]


def _margins(scores, estimator, predicted):
    """Return the largest score minus the second largest; for two classes, the distance from 0."""
    if scores.ndim == 1:
        return np.abs(scores)
    next_best, best = np.partition(scores, -2, axis=1)[:, -2:].T
    return best - next_best


_CERTAINTIES = {"predict_proba": _probabilities, "decision_function": _margins}
