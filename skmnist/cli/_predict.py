"""``skmnist predict``: the digit in each picture, and its probability."""

import numpy as np

from skmnist.cli._data import MNIST_PIXELS
from skmnist.cli._messages import FAILED, print_error
from skmnist.cli._model_files import load_model
from skmnist.datasets import read_photo


def predict(arguments):
    """Print one line per picture; pictures that cannot be read are reported and skipped."""
    model = load_model(arguments.model)
    n_pixels = getattr(model, "n_features_in_", MNIST_PIXELS)
    if n_pixels != MNIST_PIXELS:
        raise ValueError(
            f"The model must be trained on images of {MNIST_PIXELS} pixels, as in MNIST; got "
            f"{arguments.model}, which was trained on images of {n_pixels} pixels."
        )
    failures = 0
    for path in arguments.images:
        try:
            image = read_photo(path)
        except (OSError, ValueError) as error:
            failures += 1
            print_error(error)
        else:
            print(f"{path}  {_answer(model, image[None])}")
    return FAILED if failures else 0


def _answer(model, X):
    """Return the predicted label, and its probability if the model has any."""
    [label] = model.predict(X)
    if not hasattr(model, "predict_proba"):
        return f"{label}"
    [probabilities] = model.predict_proba(X)
    return f"{label}  {probabilities[np.flatnonzero(model.classes_ == label)[0]]:.1%}"
