"""Fit the steps of a pipeline before its last step, and send images through them.

A classifier that is no pipeline counts as the last step of a pipeline without other steps.
"""

from copy import deepcopy

from sklearn import get_config
from sklearn.base import BaseEstimator, clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import get_routing_for_object

from skmnist.base._resuming import USE_A_CLONE
from skmnist.base.compat import CallbackSupportMixin


def last_step(estimator):
    """Return the last step of a pipeline, or the estimator itself if it is no pipeline."""
    return estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator


def earlier_steps(estimator):
    """Return the transformers before the last step of a pipeline."""
    steps = estimator.steps[:-1] if isinstance(estimator, Pipeline) else []
    return [step for _, step in steps if step not in (None, "passthrough")]


def _with_last_step(estimator, last):
    """Return an estimator with another last step; a pipeline is changed in place."""
    if not isinstance(estimator, Pipeline):
        return last
    estimator.steps[-1] = estimator.steps[-1][0], last
    return estimator


def transformed(steps, X):
    """Return X after it was sent through fitted transformers."""
    for step in steps:
        X = step.transform(X)
    return X


def fit_earlier_steps(estimator, X, y, metadata, context):
    """Fit all steps but the last; return the features and the metadata that the last receives."""
    if not isinstance(estimator, Pipeline):
        return X, metadata
    last = last_step(estimator)
    receiver = _with_last_step(estimator, _Receiver(last)).steps[-1][1]
    with context.propagate_callback_context(estimator):
        estimator.fit(X, y, **_for_pipeline(estimator, metadata))
    _with_last_step(estimator, last)
    features, received = receiver.received
    if "X_val" in metadata and not routing_is_enabled():
        received["X_val"] = transformed(earlier_steps(estimator), metadata["X_val"])
    return features, received


def routing_is_enabled():
    """Return whether scikit-learn's metadata routing is enabled."""
    return get_config()["enable_metadata_routing"]


def _for_pipeline(pipeline, metadata):
    """Return metadata under the names for a pipeline: those without a step are for the last."""
    if routing_is_enabled():
        return metadata
    name = pipeline.steps[-1][0]
    return {key if "__" in key else f"{name}__{key}": each for key, each in metadata.items()}


class _Receiver(CallbackSupportMixin, BaseEstimator):
    """Takes the place of the last step of a pipeline, and keeps what its `fit` receives."""

    def __init__(self, last):
        self.last = last

    def fit(self, X, y=None, **metadata):
        self.received = X, metadata
        return self

    def get_metadata_routing(self):
        return get_routing_for_object(self.last)


def resumed(estimator, fitted):
    """Return an unfitted estimator with the state of a fitted one, so that `fit` continues.

    The earlier steps are frozen. The last step has the parameters of the unfitted estimator.
    """
    last, done = clone(last_step(estimator)), last_step(fitted)
    _check_same_kind(last, done)
    own = {*vars(last), "_skl_callbacks"}
    vars(last).update(deepcopy({name: vars(done)[name] for name in vars(done).keys() - own}))
    if not isinstance(estimator, Pipeline):
        return last
    pipeline = clone(estimator)
    pipeline.steps = [
        (name, FrozenEstimator(step) if hasattr(step, "fit") else step)
        for name, step in fitted.steps
    ]
    return _with_last_step(pipeline, last)


def _check_same_kind(last, done):
    """Raise a ValueError if the fitted last step is of another class."""
    if type(last) is not type(done):
        raise ValueError(
            "The last step of estimator must be of the same class as before, "
            f"{type(done).__name__}, when training is resumed; got {type(last).__name__}. "
            f"{USE_A_CLONE}"
        )


def thawed(estimator):
    """Return a resumed estimator whose earlier steps are no longer frozen."""
    if isinstance(estimator, Pipeline):
        estimator.steps[:-1] = [
            (name, step.estimator if isinstance(step, FrozenEstimator) else step)
            for name, step in estimator.steps[:-1]
        ]
    return estimator
