"""From an estimator's parameters to what the network needs, with every 'auto' decided."""

import numpy as np

from skmnist.network.training import Recipe

FULL_BATCH_BELOW = 128
USUAL_BATCH = 64
USUAL_RATES = {"sgd": 0.05, "adam": 0.001}
# Nobody said how long: show about so many examples, in no fewer and no more epochs than these.
EXAMPLES_TO_SHOW, FEWEST_EPOCHS, MOST_EPOCHS = 100_000, 10, 200


def make_recipe(estimator, n_rows, safe_rate, *, of_a_stream=False):
    """Return how to train on so many rows, at no more than the safe rate if it is 'auto'."""
    batch_size = _batch_size(estimator.batch_size, n_rows)
    is_part = of_a_stream or batch_size < n_rows
    return Recipe(
        activation=estimator.activation,
        output_activation=estimator.output_activation,
        loss=estimator.loss,
        alpha=float(estimator.alpha),
        momentum=float(estimator.momentum),
        nesterov=bool(estimator.nesterovs_momentum),
        beta_1=float(estimator.beta_1),
        beta_2=float(estimator.beta_2),
        epsilon=float(estimator.epsilon),
        dropout=float(estimator.dropout),
        input_dropout=float(estimator.input_dropout),
        rate=_rate(estimator, safe_rate, batch_size if is_part else USUAL_BATCH),
        schedule=estimator.learning_rate,
        warmup=float(estimator.warmup),
        batch_size=batch_size,
        shuffle=bool(estimator.shuffle),
    )


def _rate(estimator, safe_rate, n_seen):
    if not isinstance(estimator.learning_rate_init, str):
        return float(estimator.learning_rate_init)
    usual = USUAL_RATES[estimator.solver]
    if estimator.solver != "sgd":
        return usual
    # What is not forgotten counts the more, and its square is what a step goes by.
    kept = (1 - estimator.dropout) * (1 - estimator.input_dropout)
    # The fewer images a step has seen of all there are, the less it may be trusted.
    return float(min(usual, safe_rate) * kept**2 * min(n_seen / USUAL_BATCH, 1))


def _batch_size(batch_size, n_rows):
    if not isinstance(batch_size, str):
        return min(batch_size, n_rows)
    return n_rows if n_rows < FULL_BATCH_BELOW else USUAL_BATCH


def epochs_in_total(estimator, n_rows):
    """Return (the epoch to stop after, the epoch at which the schedule ends)."""
    last = estimator.max_iter or estimator.schedule_iter or _enough_epochs(n_rows)
    return last, estimator.schedule_iter or last


def _enough_epochs(n_rows):
    return int(np.clip(EXAMPLES_TO_SHOW // n_rows, FEWEST_EPOCHS, MOST_EPOCHS))


def layer_sizes(estimator, n_features, n_outputs):
    """Return the sizes from the input to the output, such as [784, 512, 256, 10]."""
    hidden = np.atleast_1d(np.asarray(estimator.hidden_layer_sizes, dtype=int))
    return [n_features, *hidden.tolist(), n_outputs]
