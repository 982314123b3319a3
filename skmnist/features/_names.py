"""The names of the columns that the transformer returns."""

import numpy as np

from skmnist.network._convolution import MAP_ACTIVATIONS


def map_names(kernel_names, layer, names_before):
    """Return the names of a layer's maps, from the names of its kernels and of the maps before."""
    n_parts = len(MAP_ACTIVATIONS[layer.activation])
    names = [name + suffix for suffix in _suffixes(n_parts) for name in kernel_names]
    if not layer.separate:
        return names
    return [f"{before}.{name}" for before in names_before for name in names]


def _suffixes(n_parts):
    """Return a suffix for each map that an activation returns for a kernel."""
    few = {1: ("",), 2: ("+", "-")}
    return few.get(n_parts) or [f":{number}" for number in range(n_parts)]


def column_names(names, shape):
    """Return a name for each position of each map, in the order of the columns."""
    rows, columns, _ = shape
    places = np.array([f"_{row}_{column}" for row, column in np.ndindex(rows, columns)], object)
    return (np.array(names, dtype=object)[None, :] + places[:, None]).reshape(-1)


def check_input_names(estimator, names):
    """Raise a ValueError for names that differ from those of the columns in fit."""
    if names is None:
        return
    n, expected = estimator.n_features_in_, getattr(estimator, "feature_names_in_", None)
    if len(names) != n:
        # scikit-learn's estimator checks match the words of both messages.
        raise ValueError(
            f"input_features should have length equal to number of features ({n}), "
            f"got {len(names)}."
        )
    if expected is not None and not np.array_equal(names, expected):
        raise ValueError("input_features is not equal to feature_names_in_.")
