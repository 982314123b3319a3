"""``skmnist predict``: the digit in each picture, and how sure the model is."""

import numpy as np

from skmnist.cli._data import MNIST_PIXELS
from skmnist.cli._files import load_model
from skmnist.cli._messages import FAILED, say_error
from skmnist.datasets import read_photo


def predict(arguments):
    """Print a line a picture; one that cannot be read does not keep back the others."""
    model = load_model(arguments.model)
    n_pixels = getattr(model, "n_features_in_", MNIST_PIXELS)
    if n_pixels != MNIST_PIXELS:
        raise ValueError(
            f"A picture becomes {MNIST_PIXELS} pixels, as in MNIST; {arguments.model} was trained "
            f"on images of {n_pixels}."
        )
    failures = 0
    for path in arguments.images:
        try:
            image = read_photo(path)
        except (OSError, ValueError) as error:
            failures += 1
            say_error(error)
        else:
            print(f"{path}  {_answer(model, image[None])}")
    return FAILED if failures else 0


def _answer(model, X):
    """Return the label, and the probability that the model gives it."""
    [label] = model.predict(X)
    if not hasattr(model, "predict_proba"):
        return f"{label}"
    [probabilities] = model.predict_proba(X)
    return f"{label}  {probabilities[np.flatnonzero(model.classes_ == label)[0]]:.1%}"
