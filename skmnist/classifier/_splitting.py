"""Hold out some examples for validation, chosen by their content and not by their position."""

import numpy as np

from skmnist.network._arrays import dense_rows, like, namespace, to_numpy
from skmnist.network._training import ROWS_AT_ONCE


def hold_out(examples, fraction, seed):
    """Return (training examples, validation examples), with a fraction of each class held out.

    The rows of a class are projected onto a random direction and sorted, and every k-th is held
    out. Equal rows have equal projections, and either all or none of them are held out. Therefore,
    no copy of a validation image is trained on, and a weight of 2 has the same effect as a
    repeated row.
    """
    rng = np.random.default_rng(seed)
    rows, labels = examples.rows, to_numpy(examples.labels)[examples.rows]
    places, phase = _project(examples.X, rows, rng), rng.random()
    is_held_out = np.zeros(len(rows), dtype=bool)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        is_held_out[members] = _every_kth(places[members], fraction, phase)
    if not is_held_out.any():
        raise ValueError(
            "X must contain two different rows of the same class, because early_stopping=True "
            f"holds out one of them; got {len(rows)} rows without such a pair. Pass X_val and "
            "y_val, or set early_stopping=False."
        )
    return examples._replace(rows=rows[~is_held_out]), examples._replace(rows=rows[is_held_out])


def _project(X, rows, rng):
    """Return the projection of each row onto a random direction."""
    direction = like(X, rng.standard_normal(X.shape[1]))
    xp, places = namespace(direction), []
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = like(direction, rows[start : start + ROWS_AT_ONCE])
        # Not a matrix product, because BLAS may round equal rows differently.
        some = dense_rows(X, part, xp.float64) * direction
        places.append(to_numpy(xp.sum(some, axis=1)))
    return np.concatenate(places)


def _every_kth(places, fraction, phase):
    """Return which places are chosen: evenly spaced ones, and either all or none of equal ones."""
    distinct, group = np.unique(places, return_inverse=True)
    n_groups = len(distinct)
    n_chosen = min(max(round(fraction * n_groups), 1), n_groups - 1)
    chosen = np.zeros(n_groups, dtype=bool)
    chosen[((np.arange(n_chosen) + phase) * n_groups / max(n_chosen, 1)).astype(int)] = True
    return chosen[group]
