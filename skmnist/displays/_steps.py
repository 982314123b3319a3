"""The step of a fitted Pipeline that a display shows, and the steps before that step."""

import math

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

MLP = "MLPDigitClassifier or MLPClassifier"


def steps_of(estimator):
    """Return the steps of a Pipeline, or any other estimator as a single step."""
    return [step for _, step in estimator.steps] if isinstance(estimator, Pipeline) else [estimator]


def last_step(estimator, needed, *attributes):
    """Return the last step, or raise a TypeError if it does not have these attributes."""
    check_is_fitted(estimator)
    step = steps_of(estimator)[-1]
    if not all(hasattr(step, name) for name in attributes):
        raise TypeError(
            f"estimator must be a fitted {needed}, or a Pipeline that ends in one; "
            f"got {_class_names(estimator)}."
        )
    return step


def step_with_kernels(estimator):
    """Return the first step with kernels, and the number of steps before it."""
    for number, step in enumerate(steps_of(estimator)):
        if hasattr(step, "kernels_"):
            step.get_feature_names_out()  # raises an error if a parameter has changed since fit
            return step, number
    check_is_fitted(estimator)
    raise TypeError(
        "estimator must be a fitted ConvFeatureTransformer, or a Pipeline with one; "
        f"got {_class_names(estimator)}."
    )


def image_shape_of(estimator, n_pixels):
    """Return the `image_shape_` of the first step with kernels and `n_pixels` pixels, or None."""
    shapes = (step.image_shape_ for step in steps_of(estimator) if hasattr(step, "kernels_"))
    return next((shape for shape in shapes if math.prod(shape) == n_pixels), None)


def transform_before(estimator, n_steps, X):
    """Return X transformed by the first `n_steps` steps of a Pipeline."""
    return estimator[:n_steps].transform(X) if n_steps else X


def _class_names(estimator):
    """Return the class name of an estimator, and those of its steps, for an error message."""
    name = type(estimator).__name__
    for fitted in ("best_estimator_", "estimator_"):
        if hasattr(estimator, fitted):
            return f"{name}. Pass its {fitted} instead"
    if not isinstance(estimator, Pipeline):
        return name
    return f"{name} of {', '.join(type(step).__name__ for step in steps_of(estimator))}"
