"""Whether what came out of a file is a model, and all its parts fit together."""

from types import ModuleType

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from skmnist.classifier import MLPDigitClassifier
from skmnist.features import ConvFeatureTransformer
from skmnist.io._fitted_rules import CLASSIFIER, KEPT, TRANSFORMER
from skmnist.network._arrays import is_numpy

# NumPy reads its random numbers from where these say, and does not look whether that is inside.
LARGEST_POSITIONS = {"pos": 624, "buffer_pos": 4}
FITTED = {MLPDigitClassifier: CLASSIFIER, ConvFeatureTransformer: TRANSFORMER}


def check_model(model):
    """Raise an error if this is no estimator, or one that could not predict as it should."""
    if not isinstance(model, BaseEstimator):
        raise ValueError(f"this is not an estimator but an object of {type(model).__name__}")
    for part in parts_of(model):
        for kind, check in CHECKS.items():
            if isinstance(part, kind):
                check(part)


def parts_of(model):
    """Yield the model and all that it holds, each once."""
    todo, seen = [model], set()
    while todo:
        part = todo.pop()
        if id(part) not in seen:
            seen.add(id(part))
            todo.extend(_held_by(part))
            yield part


def holds_itself(model):
    """Tell whether anything in a model is among what it holds."""
    todo, above, seen = [(model, False)], set(), set()
    while todo:
        part, is_done = todo.pop()
        if is_done:
            above.discard(id(part))
        elif id(part) in above:
            return True
        elif id(part) not in seen:
            seen.add(id(part))
            above.add(id(part))
            todo.append((part, True))
            todo.extend((each, False) for each in _held_by(part))
    return False


def _held_by(part):
    """Return what an object holds; modules and types are only named in a file."""
    if isinstance(part, dict):
        return part.values()
    if isinstance(part, list | tuple | set):
        return part
    if is_numpy(part):
        return part.ravel().tolist() if part.dtype == object else ()
    attributes = None if isinstance(part, type | ModuleType) else getattr(part, "__dict__", None)
    return attributes.values() if isinstance(attributes, dict) else ()


def _check_estimator(estimator):
    """Refuse an attribute that hides a method, and one of skmnist's that is not as fitted."""
    hidden = [name for name in vars(estimator) if hasattr(type(estimator), name)]
    complete = vars(estimator).keys() >= estimator.get_params(deep=False).keys()
    if hidden or not complete:
        raise ValueError(f"a {type(estimator).__name__} has not the attributes of one")
    for kind, rules in FITTED.items():
        if isinstance(estimator, kind):
            _check_fitted(estimator, rules)


def _check_fitted(estimator, rules):
    """Refuse fitted attributes that `fit` would not have left like this."""
    names = vars(estimator).keys()
    if not names & rules.keys() - {"n_features_in_"}:
        return
    kept = {name: is_right for name, is_right in KEPT.items() if name in names}
    for name, is_right in {**rules, **kept}.items():
        if name not in names or not _answer(is_right, estimator):
            raise ValueError(f"{name} of the {type(estimator).__name__} is not as it was fitted")


def _answer(is_right, estimator):
    """Ask a question about attributes that may be anything at all."""
    try:
        return is_right(estimator)
    except Exception:
        return False


def _check_pipeline(pipeline):
    """Refuse steps that are not names and estimators."""
    for name, step in pipeline.steps:
        if not (isinstance(name, str) and (step in (None, "passthrough") or hasattr(step, "fit"))):
            raise ValueError(f"{name!r} is no step of a pipeline")


def _check_random(generator):
    """Refuse a random generator that would read beyond its numbers."""
    if isinstance(generator, np.random.Generator):
        state = generator.bit_generator.state
    else:
        state = generator.get_state(legacy=False)
    for name, largest in LARGEST_POSITIONS.items():
        if not 0 <= {**state, **state["state"]}.get(name, 0) <= largest:
            raise ValueError(f"a random generator has its {name} out of bounds")


CHECKS = {
    BaseEstimator: _check_estimator,
    Pipeline: _check_pipeline,
    np.random.Generator: _check_random,
    np.random.RandomState: _check_random,
}
