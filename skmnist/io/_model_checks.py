"""Check that a loaded object is a model whose parts fit together."""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from skmnist.classifier import MLPDigitClassifier
from skmnist.distortion import DistortedClassifier
from skmnist.features import ConvFeatureTransformer
from skmnist.io._fitted_attributes import (
    CLASSIFIER_ATTRIBUTES,
    DISTORTED_ATTRIBUTES,
    OPTIONAL_ATTRIBUTES,
    TRANSFORMER_ATTRIBUTES,
)
from skmnist.io._model_parts import parts_of

# NumPy reads random numbers at these positions without checking that they are in bounds.
LARGEST_POSITIONS = {"pos": 624, "buffer_pos": 4}
FITTED_ATTRIBUTES = {
    MLPDigitClassifier: CLASSIFIER_ATTRIBUTES,
    ConvFeatureTransformer: TRANSFORMER_ATTRIBUTES,
    DistortedClassifier: DISTORTED_ATTRIBUTES,
}


def check_model(model):
    """Raise an error unless the model is an estimator whose parts fit together."""
    if not isinstance(model, BaseEstimator):
        raise ValueError(
            f"a model must be an estimator; got an object of the type {type(model).__name__}"
        )
    for part in parts_of(model):
        for kind, check in CHECKS.items():
            if isinstance(part, kind):
                check(part)


def _check_estimator(estimator):
    """Raise a ValueError for hidden methods, missing parameters or invalid fitted attributes."""
    name, attributes = type(estimator).__name__, vars(estimator).keys()
    hidden = [each for each in attributes if hasattr(type(estimator), each)]
    if hidden:
        raise ValueError(
            f"{name} must not have attributes that hide its methods; got {hidden[0]!r}"
        )
    try:
        is_complete = attributes >= estimator.get_params(deep=False).keys()
    except AttributeError:
        is_complete = False
    if not is_complete:
        raise ValueError(f"{name} must have all of its parameters as attributes")
    for kind, checks in FITTED_ATTRIBUTES.items():
        if isinstance(estimator, kind):
            _check_fitted(estimator, checks)


def _check_fitted(estimator, checks):
    """Raise a ValueError for fitted attributes that `fit` could not have set."""
    attributes = vars(estimator).keys()
    if not attributes & checks.keys() - {"n_features_in_"}:
        return
    optional = {name: test for name, test in OPTIONAL_ATTRIBUTES.items() if name in attributes}
    for name, test in {**checks, **optional}.items():
        if name not in attributes:
            raise ValueError(f"{name} of the {type(estimator).__name__} is missing")
        if not _passes(test, estimator):
            raise ValueError(f"{name} of the {type(estimator).__name__} is invalid")


def _passes(test, estimator):
    """Return the result of a test, or False if the test raises an error."""
    try:
        return test(estimator)
    except Exception:
        return False


def _check_pipeline(pipeline):
    """Raise a ValueError for steps that are not pairs of a name and an estimator."""
    for name, step in pipeline.steps:
        if not (isinstance(name, str) and (step in (None, "passthrough") or hasattr(step, "fit"))):
            raise ValueError(
                "a step of a Pipeline must be a string with an estimator, 'passthrough' or None; "
                f"got the types {type(name).__name__} and {type(step).__name__}"
            )


def _check_random(generator):
    """Raise a ValueError if a random generator would read out of the bounds of its state."""
    if isinstance(generator, np.random.Generator):
        state = generator.bit_generator.state
    else:
        state = generator.get_state(legacy=False)
    for name, largest in LARGEST_POSITIONS.items():
        position = {**state, **state["state"]}.get(name, 0)
        if not 0 <= position <= largest:
            raise ValueError(
                f"{name} of a random generator must be from 0 to {largest}; got {position}"
            )


CHECKS = {
    BaseEstimator: _check_estimator,
    Pipeline: _check_pipeline,
    np.random.Generator: _check_random,
    np.random.RandomState: _check_random,
}
