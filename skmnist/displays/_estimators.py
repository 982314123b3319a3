"""The part of a fitted estimator that a display is about, and the steps before it."""

import math

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

MLP = "MLPDigitClassifier or MLPClassifier"


def last_part(estimator, needed, *attributes):
    """Return an estimator, or the last step of a Pipeline, that has these attributes."""
    check_is_fitted(estimator)
    part = steps_of(estimator)[-1]
    if not all(hasattr(part, name) for name in attributes):
        raise TypeError(
            f"estimator must be a fitted {needed}, or a Pipeline that ends in one, "
            f"got {_named(estimator)}"
        )
    return part


def part_with_kernels(estimator):
    """Return the first part that has kernels, and how many steps come before it."""
    for number, part in enumerate(steps_of(estimator)):
        if hasattr(part, "kernels_"):
            part.get_feature_names_out()  # refuses if a parameter was changed, and says which
            return part, number
    check_is_fitted(estimator)
    raise TypeError(
        "estimator must be a fitted ConvFeatureTransformer, or a Pipeline with one, "
        f"got {_named(estimator)}"
    )


def image_shape_of(estimator, n_pixels):
    """Return the shape in which a part with kernels takes so many pixels, or None."""
    shapes = (part.image_shape_ for part in steps_of(estimator) if hasattr(part, "kernels_"))
    return next((shape for shape in shapes if math.prod(shape) == n_pixels), None)


def transformed(estimator, n_steps, X):
    """Return X as the first steps of a Pipeline leave it."""
    return estimator[:n_steps].transform(X) if n_steps else X


def steps_of(estimator):
    """Return the steps of a Pipeline; anything else is its own only step."""
    return [step for _, step in estimator.steps] if isinstance(estimator, Pipeline) else [estimator]


def _named(estimator):
    """Return what an estimator is, for a message."""
    name = type(estimator).__name__
    if hasattr(estimator, "best_estimator_"):
        return f"{name}: pass its best_estimator_"
    if not isinstance(estimator, Pipeline):
        return name
    return f"{name} of {', '.join(type(step).__name__ for step in steps_of(estimator))}"
