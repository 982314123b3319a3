"""Names for the columns that maps are written into."""

import numpy as np

from skmnist.features._kernels import STROKES
from skmnist.network._convolution import MAP_ACTIVATIONS

SIGNS = ("+", "-")


def map_names(source, n_kernels, layer, before):
    """Return the names of a layer's maps; `before` are those of the maps it is laid on."""
    source = source if isinstance(source, str) else "kernel"
    word = "patch" if source == "patches" else source
    names = STROKES if source == "strokes" else [f"{word}{n}" for n in range(n_kernels)]
    if len(MAP_ACTIVATIONS[layer.activation]) > 1:
        names = [name + sign for sign in SIGNS for name in names]
    return [f"{one}.{name}" for one in before for name in names] if layer.separate else names


def column_names(names, shape):
    """Return a name for each place of each map, in the order of the columns."""
    rows, columns, _ = shape
    places = np.array([f"_{row}_{column}" for row, column in np.ndindex(rows, columns)], object)
    return (np.array(names, dtype=object)[None, :] + places[:, None]).reshape(-1)


def check_input_names(estimator, names):
    """Raise a ValueError for names that are not those of the columns that were fitted."""
    if names is None:
        return
    n, expected = estimator.n_features_in_, getattr(estimator, "feature_names_in_", None)
    if len(names) != n:
        raise ValueError(
            f"input_features should have length equal to number of features ({n}), "
            f"got {len(names)}."
        )
    if expected is not None and not np.array_equal(names, expected):
        raise ValueError("input_features is not equal to feature_names_in_.")
