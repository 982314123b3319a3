"""Small models and tables that the tests share."""

from functools import partial

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.classifier._targets import ENCODINGS
from skmnist.network import ACTIVATIONS, LOSSES
from skmnist.network._optimizers import SCHEDULES, SOLVERS

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


# Every kind of classifier, as parameters: a row for each name in the tables of the package, and
# what is no name in a table.
CLASSIFIERS = {
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
    "nesterov, alpha": {"nesterovs_momentum": True, "alpha": 0.01},
    "adam, alpha": {"solver": "adam", "alpha": 0.01},
    "dropout": {"dropout": 0.2, "input_dropout": 0.1},
    "early stopping": {"early_stopping": True},
    "balanced": {"class_weight": "balanced"},
}


def classifiers(*names, make=small_classifier, **parameters):
    """Return a function for each of these kinds, or for all, that makes a new classifier."""
    chosen = names or CLASSIFIERS
    return {name: partial(make, **{**parameters, **CLASSIFIERS[name]}) for name in chosen}
