"""Models and pages as files: read with care, written whole or not at all."""

import joblib
from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted

from skmnist.datasets.opening import destination


def load_model(path):
    """Return the fitted classifier in a file."""
    with path.open("rb"):  # a file that cannot be read says so by itself
        pass
    try:
        model = joblib.load(path)
    except MemoryError:
        raise
    except Exception as error:  # whatever bytes that are no pickle happen to cause
        raise ValueError(f"{path} is not a model that can be loaded here ({error!r}).") from error
    if not is_classifier(model):
        raise ValueError(f"{path} holds no classifier but {type(model).__name__}.")
    check_is_fitted(model)
    return model


def save_model(model, path):
    """Write a model; until that is done, what was there before stays."""
    with destination(path) as file:
        joblib.dump(model, file)


def save_page(text, path):
    """Write a page of HTML in the same way."""
    with destination(path) as file:
        file.write(text.encode("utf-8"))


def check_can_write(option, path):
    """Refuse, before any work is done, a path at which no file can be written."""
    if path.is_dir():
        raise ValueError(f"{option} {path} is a folder; name a file in it.")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"{option} {path}: there is no folder {path.parent}.")
