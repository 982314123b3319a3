"""From a fitted model to the steps of a page: dicts with arrays.

The steps are those that the JavaScript of the page knows. An error names each other step.
"""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from skmnist.classifier import MLPDigitClassifier
from skmnist.features import ConvFeatureTransformer
from skmnist.io._fitted_model import check_fitted, without_training
from skmnist.network._arrays import to_numpy

# What the JavaScript of the page can compute.
_KNOWN = {
    "activation": ("relu", "leaky_relu", "tanh", "logistic", "identity"),
    "target_encoding": ("one-hot", "ordinal"),
    "activation of maps": (None, "relu", "abs", "split"),
    "pool": (None, "mean", "max", "rms"),
}


def read_steps(model):
    """Return the fitted classifier at the end of a model, and the steps of the page."""
    model = without_training(model)
    named = list(_flat(model, ""))
    if not named or type(named[-1][1]) is not MLPDigitClassifier:
        last = type(named[-1][1] if named else model).__name__
        raise ValueError(
            "model must be a fitted MLPDigitClassifier, or a Pipeline or another model of skmnist "
            f"that ends with one; got a {last}."
        )
    for _, step in named:
        check_fitted(step)
    steps = [_read_step(name, step) for name, step in named]
    for (name, _), step in zip(named, steps, strict=True):
        _check_finite(name, step)
    return named[-1][1], steps


def _flat(model, name):
    """Yield (name, estimator) for the steps of a pipeline, also of those inside of it."""
    model = without_training(model)
    if not isinstance(model, Pipeline):
        yield name, model
        return
    for inner, step in model.steps:
        if step is not None and not (isinstance(step, str) and step == "passthrough"):
            yield from _flat(step, f"{name}__{inner}".removeprefix("__"))


def _read_step(name, step):
    """Return one step, or raise a ValueError that names it."""
    read = _READERS.get(type(step))
    if read is None:
        known = ", ".join(each.__name__ for each in _READERS)
        raise ValueError(
            f"The steps of model must be of the types {known}, or 'passthrough'; "
            f"got a {type(step).__name__} as the step {name!r}."
        )
    return read(name, step)


def _check_known(what, value, name):
    """Raise a ValueError for a function that was added to a table of skmnist."""
    known = _KNOWN[what]
    if value not in known:
        raise ValueError(
            f"{what} must be one of {', '.join(map(repr, known))} in a page; got {value!r}"
            + (f" in the step {name!r}." if name else ".")
        )


def _check_finite(name, value):
    """Raise a ValueError for NaN, and for numbers that float32 cannot represent."""
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            _check_finite(name, each)
    elif isinstance(value, np.ndarray):
        with np.errstate(over="ignore"):
            is_finite = np.isfinite(value.astype(np.float32)).all()
        if not is_finite:
            where = f"of the step {name!r} " if name else ""
            raise ValueError(
                f"The weights {where}must be finite in float32; got NaN or too large numbers."
            )


def _read_convolution(name, step):
    """Return the layers of a ConvFeatureTransformer."""
    layers = []
    for kernels, layer in zip(step.kernels_, step._layers, strict=True):
        _check_known("activation of maps", layer.activation, name)
        _check_known("pool", layer.pool, name)
        settings = {**layer._asdict(), "pool_size": list(layer.pool_size)}
        layers.append({"kernels": to_numpy(kernels), **settings})
    return {"kind": "convolution", "image_shape": list(step.image_shape_), "layers": layers}


def _read_standard_scaler(name, step):
    """Return x → (x - mean) / scale."""
    n = step.n_features_in_
    shift = to_numpy(step.mean_) if step.with_mean else np.zeros(n)
    scale = 1 / to_numpy(step.scale_) if step.with_std else np.ones(n)
    return _affine(shift, scale)


def _read_min_max_scaler(name, step):
    """Return x → x · scale + min, limited if the scaler limits it."""
    scale = to_numpy(step.scale_)
    limits = [float(limit) for limit in step.feature_range] if step.clip else None
    return {**_affine(-to_numpy(step.min_) / scale, scale), "limits": limits}


def with_paper(steps, paper):
    """Return steps for pixels whose background is 0, of a model that reads it as ``paper``."""
    n = n_inputs(steps[0])
    return steps if paper == 0 else [_affine(np.full(n, -paper), np.ones(n)), *steps]


def n_inputs(step):
    """Return the number of inputs of a step."""
    if step["kind"] == "convolution":
        return int(np.prod(step["image_shape"]))
    if step["kind"] == "network":
        return len(step["coefs"][0])
    return len(step["shift" if step["kind"] == "affine" else "mean"])


def _affine(shift, scale):
    """Return the step x → (x - shift) · scale."""
    return {"kind": "affine", "shift": shift, "scale": scale, "limits": None}


def _read_pca(name, step):
    """Return x → (x - mean) @ components, with the whitening."""
    components = to_numpy(step.components_).T
    if step.whiten:
        deviations = np.sqrt(to_numpy(step.explained_variance_))
        components = components / np.maximum(deviations, np.finfo(deviations.dtype).eps)
    return {"kind": "projection", "mean": to_numpy(step.mean_), "components": components}


def _read_classifier(name, step):
    """Return the network of an MLPDigitClassifier."""
    activation, output_activation, encoding = step._fitted_as
    for each in (activation, output_activation):
        _check_known("activation", each, name)
    _check_known("target_encoding", encoding, name)
    return {
        "kind": "network",
        "coefs": [to_numpy(W) for W in step.coefs_],
        "intercepts": [to_numpy(b) for b in step.intercepts_],
        "activation": activation,
        "output_activation": output_activation,
        "ordinal": encoding == "ordinal",
    }


_READERS = {
    ConvFeatureTransformer: _read_convolution,
    StandardScaler: _read_standard_scaler,
    MinMaxScaler: _read_min_max_scaler,
    PCA: _read_pca,
    MLPDigitClassifier: _read_classifier,
}
