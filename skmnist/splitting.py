"""Put some examples aside to validate on, by what is in them and not by where they stand."""

import numpy as np

from skmnist.network.arrays import dense_rows, like, namespace, to_numpy
from skmnist.network.training import ROWS_AT_ONCE


def set_aside(examples, fraction, seed):
    """Return (examples to train on, examples to validate on), the fraction of every class.

    The rows of a class are lined up along a random direction, and every so-manieth goes to
    the validation. Equal rows stand side by side and go together: a copy of a validation
    image never gives it away, and weighting a row is the same as repeating it.
    """
    rng = np.random.default_rng(seed)
    rows, labels = examples.rows, to_numpy(examples.labels)[examples.rows]
    places, phase = _line_up(examples.X, rows, rng), rng.random()
    aside = np.zeros(len(rows), dtype=bool)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        aside[members] = _every_so_manieth(places[members], fraction, phase)
    if not aside.any():
        raise ValueError(
            f"early_stopping=True needs rows to validate on, but no class of these {len(rows)} "
            "rows has two different ones. Pass X_val and y_val, or set early_stopping=False."
        )
    return examples._replace(rows=rows[~aside]), examples._replace(rows=rows[aside])


def _line_up(X, rows, rng):
    """Return where each row falls along a random direction."""
    direction = like(X, rng.standard_normal(X.shape[1]))
    xp, places = namespace(direction), []
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = like(direction, rows[start : start + ROWS_AT_ONCE])
        # Multiplied and summed row by row: a product by BLAS may round equal rows apart.
        some = dense_rows(X, part, xp.float64) * direction
        places.append(to_numpy(xp.sum(some, axis=1)))
    return np.concatenate(places)


def _every_so_manieth(places, fraction, phase):
    """Tell which places are chosen: whole groups of equal ones, evenly along the line."""
    distinct, group = np.unique(places, return_inverse=True)
    n_groups = len(distinct)
    n_chosen = min(max(round(fraction * n_groups), 1), n_groups - 1)
    chosen = np.zeros(n_groups, dtype=bool)
    chosen[((np.arange(n_chosen) + phase) * n_groups / max(n_chosen, 1)).astype(int)] = True
    return chosen[group]
