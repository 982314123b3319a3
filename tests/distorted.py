"""Small classifiers that are trained on distorted images, and distorters that record images."""

from functools import partial

import numpy as np
from helpers import small_classifier, small_transformer
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skmnist import DigitDistorter, DistortedClassifier

X, y = load_digits(return_X_y=True)
X, y, X_val, y_val = X[:300], y[:300], X[300:400], y[300:400]
WEIGHTS = np.linspace(0.1, 1, len(y))
NONE = DigitDistorter(rotation=0, scale=0, shear=0, shift=0, elastic=0)
GENTLE = DigitDistorter(rotation=5, shift=0.3, elastic=0.2, smoothness=1.5)

network = partial(small_classifier, hidden_layer_sizes=(8,))
sgd = partial(SGDClassifier, random_state=0)
logistic = partial(LogisticRegression, C=1e-4, max_iter=500)
# One classifier for each way of training: redrawn in every epoch, in blocks, and on copies.
KINDS = {"redrawn": network, "in blocks": sgd, "copies": logistic}


def trained(estimator, distorter=GENTLE, **parameters):
    """Return an unfitted DistortedClassifier that is fitted in a moment."""
    defaults = {"max_iter": 2, "n_copies": 2, "random_state": 0}
    return DistortedClassifier(estimator, distorter, **{**defaults, **parameters})


def chain(last, **settings):
    """Return a pipeline with this last step."""
    steps = [("scale", StandardScaler()), ("features", small_transformer("patches"))]
    return Pipeline([*steps, ("digits", last)], **settings)


class Recorder(DigitDistorter):
    """Records the images and the seeds that all recorders are given: searches clone them."""

    given = []  # noqa: RUF012
    seeds = []  # noqa: RUF012

    def distort(self, X, random_state=None):
        self.given.append(np.array(X))
        self.seeds.append(random_state)
        return super().distort(X, random_state)


def recording(distorter=GENTLE):
    """Return a recorder with the parameters of a distorter, and forget all records."""
    Recorder.given, Recorder.seeds = [], []
    return Recorder(**distorter.get_params())


def rows_in(arrays):
    """Return the rows of arrays as a set."""
    return {row.tobytes() for array in arrays for row in array}


def scores_of(model, X=X_val):
    name = "decision_function" if hasattr(model, "decision_function") else "predict_proba"
    return getattr(model, name)(X)


def same_scores(one, other, X=X_val):
    return scores_of(one, X).tobytes() == scores_of(other, X).tobytes()
