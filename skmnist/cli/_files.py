"""Models and pages as files: read with care, written whole or not at all."""

import tempfile

import joblib
from sklearn.base import BaseEstimator, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skmnist import io as skops_file
from skmnist.base._files import destination
from skmnist.base._optional import optional
from skmnist.base._persistence import UnknownFormatError


def load_model(path):
    """Return the fitted classifier in a file."""
    with path.open("rb"):  # a file that cannot be read says so by itself
        pass
    model = skops_file.load(path) if _is_skops(path) else _unpickled(path)
    if not (isinstance(model, BaseEstimator) and is_classifier(model)):
        raise ValueError(f"{path} holds no classifier but an object of {type(model).__name__}.")
    try:
        check_is_fitted(model)
    except NotFittedError as error:
        raise ValueError(f"The {type(model).__name__} in {path} is not fitted.") from error
    return model


def _is_skops(path):
    """Tell by its name whether a model is a skops file."""
    return path.suffix.lower() == ".skops"


def _unpickled(path):
    try:
        return joblib.load(path)
    except MemoryError:
        raise
    except UnknownFormatError as error:
        raise ValueError(f"{path}: {error}") from error
    except (ImportError, AttributeError) as error:
        reason = "is not a model, or needs a package that is not installed"
        raise ValueError(f"{path} {reason}: {error}") from error
    except Exception as error:  # whatever bytes that are no pickle happen to cause
        raise ValueError(
            f"{path} is damaged, or is not a model that skmnist train or joblib saved."
        ) from error


def network(model):
    """Return the classifier in a model, be it the last step of a pipeline or alone."""
    return model[-1] if isinstance(model, Pipeline) else model


def save_model(model, path):
    """Write a model; until that is done, what was there before stays."""
    if _is_skops(path):
        skops_file.save(model, path)
        return
    with destination(path) as file:
        joblib.dump(model, file)


def save_page(text, path):
    """Write a page of HTML in the same way."""
    with destination(path) as file:
        file.write(text.encode("utf-8", errors="replace"))


def check_can_write(option, path, needed=()):
    """Refuse, before any work is done, a path that cannot, or had better not, be written."""
    if path.exists() and any(path.samefile(each) for each in needed if each.exists()):
        raise ValueError(f"{option} {path} would replace what is read from: name another file.")
    if _is_skops(path):
        optional("skops.io", f"{option} {path}", "skops")
    if path.is_dir():
        raise ValueError(f"{option} {path} is a folder; name a file in it.")
    folder = path.resolve().parent
    if not folder.is_dir():
        raise ValueError(f"{option} {path}: there is no folder {folder}.")
    if path.exists() and not path.is_file():
        return  # a pipe or a device
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise ValueError(f"{option} {path} cannot be written: {error.strerror}.") from error
