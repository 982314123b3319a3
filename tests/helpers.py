"""Small models, tables of settings and independent formulas that the tests share."""

import base64
import json
from functools import partial

import numpy as np
from scipy.special import expit, huber

from skmnist import ConvFeatureTransformer, DigitDistorter, MLPDigitClassifier
from skmnist.classifier._targets import ENCODINGS
from skmnist.network import ACTIVATIONS, LOSSES
from skmnist.network._optimizers import SCHEDULES, SOLVERS
from skmnist.network._scaling import Scaling
from skmnist.network._training import Examples

# What users import from.
PUBLIC_PACKAGES = (
    "skmnist",
    "skmnist.datasets",
    "skmnist.displays",
    "skmnist.io",
    "skmnist.network",
)


def small_classifier(**parameters):
    """Return a classifier that is fitted in a moment."""
    defaults = {"hidden_layer_sizes": (16,), "max_iter": 3, "random_state": 0}
    return MLPDigitClassifier(**{**defaults, **parameters})


def small_transformer(kernels="random", **parameters):
    """Return a transformer that is fitted in a moment."""
    return ConvFeatureTransformer(kernels, **{"n_kernels": 4, "random_state": 0, **parameters})


def _distinct(kinds):
    """Return the kinds without those that have the same parameters as an earlier one."""
    first = {}
    for name, parameters in kinds.items():
        first.setdefault(str(MLPDigitClassifier(**parameters).get_params()), name)
    return {name: kinds[name] for name in first.values()}


# So gentle that columns that are no pixels can be learned too.
_GENTLE = DigitDistorter(rotation=0, scale=0, shear=0, shift=0.02, elastic=0.02)

# Every kind of classifier, as parameters: a row for each name in the tables of the package, and
# for settings that have no table.
_KINDS = {
    **{name: {"solver": name} for name in SOLVERS},
    **{f"{name} hidden layers": {"activation": name} for name in ACTIVATIONS},
    **{
        f"{encoding}, {name} outputs": {"target_encoding": encoding, "output_activation": name}
        for encoding, each in ENCODINGS.items()
        for name in each.output_activation
    },
    **{f"{name} loss": {"loss": name} for name in LOSSES},
    **{f"{name} step size": {"learning_rate": name} for name in SCHEDULES},
    "linear": {"hidden_layer_sizes": ()},
    "no momentum": {"momentum": 0.0},
    "nesterov, alpha": {"nesterovs_momentum": True, "alpha": 0.01},
    "adam, alpha": {"solver": "adam", "alpha": 0.01},
    "dropout": {"dropout": 0.2, "input_dropout": 0.1},
    "distort": {"distort": _GENTLE},
    "early stopping": {"early_stopping": True},
    "balanced": {"class_weight": "balanced"},
}
CLASSIFIERS = _distinct(_KINDS)


def classifiers(*names, make=small_classifier, **parameters):
    """Return a function for each of these kinds, or for all, that makes a new classifier."""
    chosen = names or CLASSIFIERS
    return {name: partial(make, **{**parameters, **_KINDS[name]}) for name in chosen}


# The formulas of ACTIVATIONS and LOSSES, written independently in NumPy.
ACTIVATION_FORMULAS = {
    "relu": lambda Z: np.maximum(Z, 0),
    "leaky_relu": lambda Z: np.where(Z > 0, Z, Z / 100),
    "tanh": np.tanh,
    "logistic": expit,
    "identity": np.positive,
}
LOSS_FORMULAS = {
    "mse": lambda out, Y: (Y - out) ** 2,
    "mae": lambda out, Y: np.abs(Y - out),
    "huber": lambda out, Y: huber(1.0, out - Y),
    "squared_hinge": lambda out, Y: np.where((Y > 0) == (out > Y), 0.0, (Y - out) ** 2),
}


def network_outputs(model, X):
    """Compute ``h = f(X @ W + b)`` for each layer of a fitted classifier; return the outputs."""
    names = [model.activation] * (len(model.coefs_) - 1) + [model.output_activation]
    for W, b, name in zip(model.coefs_, model.intercepts_, names, strict=True):
        X = ACTIVATION_FORMULAS[name](X @ W + b)
    return X


def parameter_bytes(model):
    """Return the bytes of all weights and biases of a fitted classifier."""
    return [array.tobytes() for array in (*model.coefs_, *model.intercepts_)]


def byte_images(n_rows=50, n_columns=8):
    """Return random images of bytes, with many zeros."""
    rng = np.random.default_rng(n_rows)
    X = rng.integers(0, 256, size=(n_rows, n_columns), dtype=np.uint8)
    X[:, ::3] //= 100
    return X


def divided_by(number, n_columns, dtype=np.float64):
    """Return the scaling that divides all columns by the same number."""
    return Scaling(np.zeros(n_columns, dtype), np.full(n_columns, number, dtype))


def training_examples(X, labels=None, *, weights=None, rows=None, scale=1.0, dtype=np.float64):
    """Return what the network is trained on, with one-hot targets for at least three classes."""
    n_rows = X.shape[0]
    labels = np.arange(n_rows) % 3 if labels is None else labels
    weights = np.ones(n_rows) if weights is None else np.asarray(weights)
    return Examples(
        X=X,
        labels=labels,
        codes=np.eye(max(3, labels.max() + 1), dtype=dtype),
        weights=weights.astype(dtype)[:, None],
        rows=np.arange(n_rows) if rows is None else rows,
        scaling=None if scale == 1 else divided_by(scale, X.shape[1], dtype),
    )


def save_drawings(path, images, labels, predicted="0"):
    """Write the file that a page would save."""
    drawings = [
        {
            "label": str(label),
            "predicted": predicted,
            "strokes": [[[0.5, 0.5]]],
            "pixels": base64.b64encode(image.tobytes()).decode(),
        }
        for image, label in zip(images, labels, strict=True)
    ]
    side = round(images[0].size ** 0.5)
    page = {"format": "skmnist drawings", "version": 1, "side": side, "drawings": drawings}
    path.write_text(json.dumps(page), encoding="utf-8")
    return path
