"""The model that ``skmnist train`` trains, and how it is fitted, epoch after epoch."""

from functools import partial

from sklearn.base import clone
from sklearn.pipeline import Pipeline

from skmnist import ConvFeatureTransformer, DigitDistorter, DistortedClassifier, MLPDigitClassifier
from skmnist.classifier._settings import epochs_in_total
from skmnist.cli._model_files import last_step
from skmnist.distortion._last_step import Shown

# Distorted images differ in every epoch, so that more epochs are useful.
TIMES_MORE_EPOCHS = 6


def new_model(arguments, data):
    """Return the model for the options, not yet trained."""
    seed = arguments.seed or 0
    classifier = _new_classifier(arguments, len(data.X), seed)
    distorter = DigitDistorter(image_shape=data.image_shape) if arguments.distort else None
    if not arguments.features:
        return classifier.set_params(distort=distorter)
    features = ConvFeatureTransformer(image_shape=data.image_shape, random_state=seed)
    pipeline = Pipeline([("features", features), ("classifier", classifier)])
    if distorter is None:
        return pipeline
    model = DistortedClassifier(pipeline, distorter, warm_start=True)
    model.estimator_ = clone(pipeline)
    return model


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
    classifier = last_step(model)
    if isinstance(model, MLPDigitClassifier):
        return partial(classifier.fit, data.X, data.y)
    progress.show(f"computing the feature maps of {len(data.X):,} images")
    is_distorted = isinstance(model, DistortedClassifier)
    features = model.estimator_[0] if is_distorted else model[0]
    if not hasattr(features, "kernels_"):
        features.fit(data.X, data.y)
    maps = features.transform(data.X)
    if not is_distorted:
        return partial(classifier.fit, maps, data.y)
    shown = Shown(data.X, data.X, maps, data.y, model.distorter, [features])
    return partial(classifier._fit_redrawn, shown.distorted, maps, data.y)


def finish(model):
    """Change a trained model as if it had been fitted by a single call of fit."""
    done = last_step(model).schedule_iter
    at_the_end = {"warm_start": False, "max_iter": done, "schedule_iter": None}
    last_step(model)._finish_training(**at_the_end)
    if isinstance(model, DistortedClassifier):
        model.estimator[-1].set_params(**at_the_end)
        model.set_params(warm_start=False)
