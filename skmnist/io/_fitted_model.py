"""The estimator that a fitted model predicts with, and the check that it was fitted."""

from sklearn.utils.validation import check_is_fitted

from skmnist.distortion import DistortedClassifier
from skmnist.features import ConvFeatureTransformer


def without_training(model):
    """Return the estimator that a fitted search or DistortedClassifier predicts with."""
    model = getattr(model, "best_estimator_", model)
    if isinstance(model, DistortedClassifier):
        check_is_fitted(model)
        return without_training(model.estimator_)
    return model


def check_fitted(model):
    """Raise a NotFittedError unless the model was fitted with its current parameters."""
    if isinstance(model, ConvFeatureTransformer):
        model._check_fresh()
    else:
        check_is_fitted(model)
