"""Load models from files with checks, and save them atomically."""

import joblib
from sklearn.base import BaseEstimator, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from skmnist import DigitDistorter, DistortedClassifier, MLPDigitClassifier
from skmnist import io as skops_files
from skmnist.base._files import destination
from skmnist.base._rules import DISTORTER_OR_NONE, check
from skmnist.base._versioned_pickle import UnknownFormatError
from skmnist.cli._checkpoint import Checkpoint
from skmnist.cli._output_files import is_skops
from skmnist.distortion import _steps
from skmnist.io._fitted_model import without_training


def load_model(path):
    """Return the fitted classifier in a file; for a checkpoint, this is its model."""
    loaded = _load(path)
    return _checked(loaded.model if isinstance(loaded, Checkpoint) else loaded, path)


def load_checkpoint_or_model(path):
    """Return the checkpoint or the finished model in a file."""
    loaded = _load(path)
    if not isinstance(loaded, Checkpoint):
        return _checked(loaded, path)
    classifier = last_step(_checked(loaded.model, path))
    if not isinstance(classifier, MLPDigitClassifier):
        raise ValueError(
            f"--resume must be a checkpoint of an MLPDigitClassifier; got {path}, which contains "
            f"a {type(classifier).__name__}."
        )
    return loaded


def save_model(model, path):
    """Save a model or a checkpoint atomically: if this fails, an existing file is unchanged."""
    if is_skops(path):
        skops_files.save(model, path, trusted=[Checkpoint])
        return
    with destination(path) as file:
        joblib.dump(model, file)


def last_step(model):
    """Return the last step of the estimator that predicts, or this estimator itself."""
    return _steps.last_step(without_training(model))


def distorter_of(model):
    """Return the distorter of the training images, or None if they were not distorted."""
    model = getattr(model, "best_estimator_", model)
    if isinstance(model, DistortedClassifier):
        distorter = DigitDistorter() if model.distorter is None else model.distorter
    else:
        distorter = getattr(last_step(model), "distort", None)
    check("The distorter of the model", distorter, DISTORTER_OR_NONE)
    return distorter


def _load(path):
    """Return the object in a file."""
    with path.open("rb"):  # raises a clear error if the file cannot be read
        pass
    return skops_files.load(path, trusted=[Checkpoint]) if is_skops(path) else _unpickled(path)


def _checked(model, path):
    """Return a model if it is a fitted classifier, or raise a ValueError."""
    name = type(model).__name__
    if not (isinstance(model, BaseEstimator) and is_classifier(model)):
        raise ValueError(f"{path} must contain a classifier; got an object of the type {name}.")
    try:
        check_is_fitted(model)
    except NotFittedError as error:
        raise ValueError(
            f"{path} must contain a fitted classifier; got {name}, which is not fitted."
        ) from error
    return model


def _unpickled(path):
    try:
        return joblib.load(path)
    except MemoryError:
        raise
    except UnknownFormatError as error:
        raise ValueError(f"{path}: {error}") from error
    except (ImportError, AttributeError) as error:
        reason = "is not a model or needs a package that is not installed"
        raise ValueError(f"{path} {reason}: {error}.") from error
    except Exception as error:  # bytes that are not a pickle cause errors of many types
        raise ValueError(
            f"{path} is damaged or is not a model saved by skmnist train or joblib."
        ) from error
