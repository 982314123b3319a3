"""Tables with one test per fitted attribute of each estimator, and the tests.

A test is a function of the estimator. If it raises an error of any type, this counts as False.
"""

from dataclasses import fields
from math import isfinite, prod
from numbers import Real

import numpy as np
from sklearn.base import BaseEstimator, is_classifier

from skmnist.base._rules import is_integer
from skmnist.classifier._run import BestEpoch, Run
from skmnist.classifier._settings import FittedAs
from skmnist.classifier._targets import ENCODINGS
from skmnist.distortion import Progress
from skmnist.network._activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from skmnist.network._convolution import MAP_ACTIVATIONS, PADDINGS, POOLS, Layer, map_shape
from skmnist.network._optimizers import SOLVERS
from skmnist.network._scaling import Scaling
from skmnist.network._training import State


def _is_number(value):
    """Return whether a value is a finite number."""
    return isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)


def _are_numbers(values):
    """Return whether a value is a list of finite numbers."""
    return type(values) is list and all(map(_is_number, values))


def _is_float_array(array, n_dimensions):
    """Return whether a value is an array of finite floats that is not empty."""
    return (
        type(array) is np.ndarray
        and array.dtype in (np.float32, np.float64)
        and array.ndim == n_dimensions
        and array.size > 0
        and bool(np.isfinite(array).all())
    )


def _are_alike(arrays, others):
    """Return whether two lists contain arrays of the same shapes and types."""
    return type(arrays) is list and [(a.shape, a.dtype) for a in arrays] == [
        (other.shape, other.dtype) for other in others
    ]


def _is_complete(value, kind):
    """Return whether a value is an object of a dataclass with exactly its fields."""
    return type(value) is kind and vars(value).keys() == {field.name for field in fields(kind)}


def _are_classes(model):
    """Return whether there are at least two classes, sorted and distinct."""
    classes = model.classes_
    if type(classes) is not np.ndarray or classes.ndim != 1 or classes.dtype.kind not in "biufUSO":
        return False
    return len(classes) > 1 and np.array_equal(np.unique(classes), classes)


def _are_weights(model):
    """Return whether the shapes of the weights fit one another, the data and the classes."""
    coefs, encoding = model.coefs_, ENCODINGS[model._fitted_as.target_encoding]
    if type(coefs) is not list or not all(_is_float_array(W, 2) for W in coefs):
        return False
    sizes_in = [model.n_features_in_, *(W.shape[1] for W in coefs)]
    sizes_out = [*(W.shape[0] for W in coefs), encoding.n_outputs(len(model.classes_))]
    return sizes_in == sizes_out and len({W.dtype for W in coefs}) == 1


def _are_biases(model):
    """Return whether there is one bias per neuron."""
    biases = model.intercepts_
    return all(_is_float_array(b, 1) for b in biases) and _are_alike(
        biases, [W[0] for W in model.coefs_]
    )


def _is_fitted_as(model):
    """Return whether the parameters that the network must be used with have known values."""
    fitted_as = model._fitted_as
    return (
        type(fitted_as) is FittedAs
        and fitted_as.activation in ACTIVATIONS
        and fitted_as.output_activation in OUTPUT_ACTIVATIONS
        and fitted_as.target_encoding in ENCODINGS
    )


def _is_scaling(scaling, model):
    """Return whether a scaling has two numbers for each column of X, one of them positive."""
    return (
        type(scaling) is Scaling
        and _are_alike(list(scaling), [model.coefs_[0][:, 0]] * 2)
        and all(_is_float_array(a, 1) for a in scaling)
        and bool((scaling.scale > 0).all())
    )


def _is_run(model):
    """Return whether the training of this network can be resumed from its run."""
    run = model._run
    numbers = run.unit, run.safe_rate
    curves = run.losses, run.validation_losses, run.validation_scores
    return (
        _is_complete(run, Run)
        and _is_scaling(run.scaling, model)
        and all(_is_number(n) and n > 0 for n in numbers)
        and is_integer(run.split_seed)
        and all(map(_are_numbers, curves))
        and _is_state(run.state, model)
        and _is_best(run.best, model)
    )


def _is_state(state, model):
    """Return whether a state of training belongs to this network."""
    return (
        _is_complete(state, State)
        and _are_alike(state.coefs, model.coefs_)
        and _are_alike(state.intercepts, model.intercepts_)
        and all(_is_float_array(a, a.ndim) for a in [*state.coefs, *state.intercepts])
        and isinstance(state.rng, np.random.Generator)
        and is_integer(state.epoch)
        and is_integer(state.updates)
        and _is_optimizer(state.optimizer, model)
    )


def _is_optimizer(optimizer, model):
    """Return whether the arrays that an optimizer stores have the shapes of the parameters."""
    kind = type(optimizer)
    return (
        kind in SOLVERS.values()
        and _is_complete(optimizer, kind)
        and _is_number(getattr(optimizer, kind.counter))
        and all(
            _are_alike(getattr(optimizer, name), parameters)
            for name, parameters in kind.memories(model.coefs_, model.intercepts_).items()
        )
    )


def _is_best(best, model):
    """Return whether the best epoch has parameters of this network, or no parameters yet."""
    if not _is_complete(best, BestEpoch) or not (is_integer(best.epoch) and is_integer(best.stale)):
        return False
    if not best.coefs and not best.intercepts:
        return best.epoch == 0
    parameters = best.coefs, best.intercepts
    return _is_number(best.score) and all(
        map(_are_alike, parameters, (model.coefs_, model.intercepts_))
    )


def _is_progress(model):
    """Return whether the training of a DistortedClassifier can be resumed."""
    progress = model._progress
    return (
        _is_complete(progress, Progress)
        and isinstance(progress.rng, np.random.Generator)
        and is_integer(progress.n_epochs)
    )


def _are_layers(model):
    """Return whether the kernels and maps of each layer fit the maps of the layer before."""
    shape, map_shapes = model.image_shape_, []
    for kernels, layer in zip(model.kernels_, model._layers, strict=True):
        if not (_is_float_array(kernels, 4) and _is_layer(layer)):
            return False
        if kernels.shape[3] != (1 if layer.separate else shape[2]):
            return False
        shape = map_shape(shape, kernels.shape, layer)
        map_shapes.append(shape)
    return len(map_shapes) > 0 and model.map_shapes_ == map_shapes and min(map(min, map_shapes)) > 0


def _is_layer(layer):
    """Return whether a layer has valid settings."""
    return (
        type(layer) is Layer
        and is_integer(layer.stride, 1)
        and layer.padding in PADDINGS
        and layer.activation in MAP_ACTIVATIONS
        and layer.pool in POOLS
        and type(layer.pool_size) is tuple
        and len(layer.pool_size) == 2
        and all(is_integer(size, 1) for size in layer.pool_size)
        and isinstance(layer.separate, bool)
        and (layer.contrast is None or (_is_number(layer.contrast) and layer.contrast >= 0))
    )


def _is_image_shape(model):
    """Return whether the shape of an image is valid and has one pixel per feature."""
    shape = model.image_shape_
    is_shape = type(shape) is tuple and len(shape) == 3 and all(is_integer(n, 1) for n in shape)
    return is_shape and prod(shape) == model.n_features_in_


def _are_map_names(model):
    """Return whether there is one name per map."""
    names = model._names
    return _are_strings(names) and len(names) == model.map_shapes_[-1][2]


def _are_strings(values):
    """Return whether a value is a list of strings."""
    return type(values) is list and all(isinstance(value, str) for value in values)


def _are_feature_names(model):
    """Return whether there is one name per column of X."""
    names = model.feature_names_in_
    return names.shape == (model.n_features_in_,) and _are_strings(names.tolist())


def _is_curve(name):
    """Return the test that an attribute is None or a list of numbers."""
    return lambda model: getattr(model, name) is None or _are_numbers(getattr(model, name))


CLASSIFIER_ATTRIBUTES = {
    "n_features_in_": lambda model: is_integer(model.n_features_in_, 1),
    "classes_": _are_classes,
    "_fitted_as": _is_fitted_as,
    "coefs_": _are_weights,
    "intercepts_": _are_biases,
    "n_iter_": lambda model: is_integer(model.n_iter_),
    "best_iter_": lambda model: is_integer(model.best_iter_),
    "loss_curve_": lambda model: _are_numbers(model.loss_curve_),
    "validation_loss_curve_": _is_curve("validation_loss_curve_"),
    "validation_scores_": _is_curve("validation_scores_"),
    "_scaling": lambda model: _is_scaling(model._scaling, model),
}

TRANSFORMER_ATTRIBUTES = {
    "n_features_in_": lambda model: is_integer(model.n_features_in_, 1),
    "image_shape_": _is_image_shape,
    "kernels_": lambda model: type(model.kernels_) is list,
    "_layers": lambda model: type(model._layers) is list,
    "map_shapes_": _are_layers,
    "_names": _are_map_names,
    "_fitted_with": lambda model: model._fitted_with.keys() == model._lasting_params().keys(),
}

DISTORTED_ATTRIBUTES = {
    "estimator_": lambda model: (
        isinstance(model.estimator_, BaseEstimator) and is_classifier(model.estimator_)
    ),
    "_progress": _is_progress,
}

# Attributes that a fitted estimator of any kind can also have.
OPTIONAL_ATTRIBUTES = {
    "feature_names_in_": _are_feature_names,
    "_run": _is_run,
    "_sklearn_output_config": lambda model: (
        model._sklearn_output_config.get("transform") in ("default", "pandas", "polars")
    ),
}
