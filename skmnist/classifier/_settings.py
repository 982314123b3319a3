"""Convert the parameters of the classifier to the settings of a training, and resolve "auto"."""

from typing import NamedTuple

import numpy as np

from skmnist.classifier._targets import ENCODINGS
from skmnist.network._optimizers import SOLVERS
from skmnist.network._training import Recipe

FULL_BATCH_BELOW = 128
SMALL_BATCH, LARGE_BATCH = 64, 200
# Limits of the default number of epochs, which were found by trial with 100 to 60,000 images.
FEWEST_EPOCHS, MOST_EPOCHS = 10, 100


class FittedAs(NamedTuple):
    """The parameters that a fitted network must be used with."""

    __module__ = "skmnist.classifier"  # saved models name the package, not this file

    activation: str
    output_activation: str
    target_encoding: str


def fitted_as(estimator):
    """Return the parameters of a classifier that its network must be used with."""
    return FittedAs(estimator.activation, estimator.output_activation, estimator.target_encoding)


class _Network(NamedTuple):
    """The network and the solver that follow from the parameters and the data."""

    layer_sizes: list
    fitted_as: FittedAs
    solver: str
    unit: float


def make_network(estimator, n_features):
    """Return the network for a classifier whose classes are known."""
    encoding, n_classes = ENCODINGS[estimator.target_encoding], len(estimator.classes_)
    hidden = np.atleast_1d(np.asarray(estimator.hidden_layer_sizes, dtype=int))
    return _Network(
        layer_sizes=[n_features, *hidden.tolist(), encoding.n_outputs(n_classes)],
        fitted_as=fitted_as(estimator),
        solver=estimator.solver,
        unit=encoding.unit(n_classes),
    )


def make_recipe(estimator, examples, safe_rate, *, is_stream=False):
    """Return how to train on these examples; a step size of "auto" is at most the safe rate."""
    n_rows = len(examples.rows)
    batch_size = _batch_size(estimator.batch_size, n_rows, examples.redraw is not None)
    has_several = is_stream or batch_size < n_rows
    decided = {
        "rate": _rate(estimator, safe_rate, batch_size if has_several else SMALL_BATCH),
        "batch_size": batch_size,
    }
    kinds = {name: kind for name, kind in Recipe.__annotations__.items() if name not in decided}
    given = {name: _plain(getattr(estimator, name), kind) for name, kind in kinds.items()}
    return Recipe(**given, **decided)


def _plain(value, kind):
    """Return a number as Python's own: a NumPy float64 would convert float32 arrays to float64."""
    return value if kind is str else kind(value)


def _rate(estimator, safe_rate, n_seen):
    if not isinstance(estimator.learning_rate_init, str):
        return float(estimator.learning_rate_init)
    optimizer = SOLVERS[estimator.solver]
    if optimizer.is_adaptive:
        return optimizer.usual_rate
    # With dropout, the remaining activations are larger, and the effect of a step grows with their
    # square. They are also noisier, so the power was found by trial.
    kept = (1 - estimator.dropout) * (1 - estimator.input_dropout)
    # If the rows are sorted and not shuffled, a batch can have a single class.
    share = _share(n_seen) * (1 if estimator.shuffle else 0.5)
    return float(min(optimizer.usual_rate, safe_rate) * kept**3 * share)


def _share(batch_size):
    """Return the factor of the step size: the gradient of a small batch is noisier."""
    size = min(batch_size, LARGE_BATCH) / SMALL_BATCH
    return size if size < 1 else size**0.5


def _batch_size(batch_size, n_rows, is_redrawn):
    if not isinstance(batch_size, str):
        return min(batch_size, n_rows)
    if n_rows < FULL_BATCH_BELOW:
        return n_rows
    # Distorted images are trained on for many epochs, and small batches are more accurate then.
    return SMALL_BATCH if is_redrawn else int(np.clip(n_rows // 100, SMALL_BATCH, LARGE_BATCH))


def epochs_in_total(max_iter, schedule_iter, n_rows, are_redrawn=False):
    """Return (the epoch to stop after, the epoch at which the schedule ends)."""
    last = max_iter or schedule_iter or _default_epochs(n_rows, are_redrawn)
    return last, schedule_iter or last


def _default_epochs(n_rows, are_redrawn):
    wanted = 100_000 / n_rows if are_redrawn else 1_200 / n_rows**0.5
    return int(np.clip(wanted, FEWEST_EPOCHS, MOST_EPOCHS))
