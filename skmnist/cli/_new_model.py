"""The model that ``skmnist train`` trains, and how it is fitted, epoch after epoch."""

from functools import partial

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from skmnist import ConvFeatureTransformer, DigitDistorter, DistortedClassifier, MLPDigitClassifier
from skmnist.base._checks import new_generator
from skmnist.classifier._settings import epochs_in_total
from skmnist.cli._model_files import distorter_of, last_step
from skmnist.distortion._last_step import Progress, Shown
from skmnist.distortion._steps import earlier_steps, transformed
from skmnist.io._fitted_model import without_training

MNIST_SIDE = 28
# Distorted images differ in every epoch, so that more epochs are useful.
TIMES_MORE_EPOCHS = 6


def new_model(arguments, data):
    """Return the model for the options, not yet trained."""
    seed = arguments.seed or 0
    classifier = _new_classifier(arguments, len(data.X), seed)
    distorter = new_distorter(data) if arguments.distort else None
    if not arguments.features:
        return classifier.set_params(distort=distorter)
    features = ConvFeatureTransformer(image_shape=data.image_shape, random_state=seed)
    pipeline = Pipeline([("features", features), ("classifier", classifier)])
    if distorter is None:
        return pipeline
    model = DistortedClassifier(pipeline, distorter, warm_start=True)
    model.estimator_, model._progress = clone(pipeline), Progress(new_generator(None))
    return model


def new_distorter(data):
    """Return a distorter that treats images of any size and background like those of MNIST."""
    height, width = data.image_shape[:2]
    defaults = DigitDistorter().get_params()
    size = np.sqrt(height * width) / MNIST_SIDE
    in_pixels = {name: defaults[name] * size for name in ("shift", "elastic", "smoothness")}
    images = data.X.reshape(len(data.X), height, width, -1)
    return DigitDistorter(
        **(in_pixels if size != 1 else {}),
        fill=_background(images),
        image_shape=data.image_shape,
    )


def _background(images):
    """Return the median of the pixels at the borders of the images."""
    top_and_bottom, sides = images[:, [0, -1]], images[:, :, [0, -1]]
    borders = np.concatenate([top_and_bottom.ravel(), sides.ravel()])
    return np.median(borders).astype(images.dtype).item()


def _new_classifier(arguments, n_images, seed):
    options = {
        "hidden_layer_sizes": None if arguments.hidden is None else tuple(arguments.hidden),
        "loss": arguments.loss,
        "early_stopping": arguments.early_stopping,
        "max_iter": arguments.epochs,
    }
    given = {name: value for name, value in options.items() if value is not None}
    classifier = MLPDigitClassifier(warm_start=True, random_state=seed, **given)
    n_epochs, _ = epochs_in_total(classifier.max_iter, None, n_images)
    if arguments.distort and arguments.epochs is None:
        n_epochs *= TIMES_MORE_EPOCHS
    return classifier.set_params(schedule_iter=n_epochs)


def prepare_fit(model, data, progress):
    """Return a function that trains the last step of the model up to its max_iter.

    If the model has features, they are computed here, once for all epochs.
    """
    classifier, steps = last_step(model), earlier_steps(without_training(model))
    if steps:
        progress.show(f"computing the feature maps of {len(data.X):,} images")
    if steps and not hasattr(classifier, "coefs_"):  # a new model
        [features] = steps
        features.fit(data.X, data.y)
    maps = transformed(steps, data.X)
    if not isinstance(model, DistortedClassifier):
        return partial(classifier.fit, maps, data.y)
    shown = Shown(data.X, data.X, maps, data.y, distorter_of(model), steps)
    return partial(classifier._fit_redrawn, shown.distorted, maps, data.y)


def finish(model, early_stopping=None):
    """Change a trained model as if it had been fitted by a single call of fit."""
    done = last_step(model).schedule_iter
    at_the_end = {"warm_start": False, "max_iter": done, "schedule_iter": None}
    if early_stopping is not None:
        at_the_end["early_stopping"] = early_stopping
    last_step(model)._finish_training(**at_the_end)
    if isinstance(model, DistortedClassifier):
        last_step(model.estimator).set_params(**at_the_end)
        model.set_params(warm_start=False)
