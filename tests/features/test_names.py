"""The names of the columns that the transformer returns."""

import numpy as np
import pytest
from helpers import small_transformer
from sklearn.datasets import load_digits

from skmnist import ConvFeatureTransformer

X = load_digits().data[:50]
BARE = {"activation": None, "pool": None}
# The 3×3 kernel that is 1 in its centre and 0 elsewhere.
POINT = np.pad(np.ones((1, 1, 1)), ((0, 0), (1, 1), (1, 1)))


def bright_columns(model, row, column):
    """Return the names of the columns above 0 for an 8×6 image with a single bright pixel."""
    image = np.zeros((8, 6))
    image[row, column] = 1
    names = model.get_feature_names_out()
    assert len(set(names)) == len(names) == np.prod(model.map_shapes_[-1])
    return set(names[model.transform(image.reshape(1, -1))[0] > 0])


@pytest.mark.parametrize("place", [(0, 0), (5, 2), (7, 5)])
def test_column_names_have_the_kernel_and_the_position(place):
    dark = np.zeros((1, 48))
    plain = {"image_shape": (8, 6), "padding": "same"}
    row, column = place
    one = ConvFeatureTransformer(POINT, **plain, **BARE).fit(dark)
    assert bright_columns(one, *place) == {f"kernel0_{row}_{column}"}
    both = np.concatenate([POINT, -POINT])
    split = ConvFeatureTransformer(both, **plain, pool=None).fit(dark)
    assert bright_columns(split, *place) == {f"kernel0+_{row}_{column}", f"kernel1-_{row}_{column}"}
    pooled = ConvFeatureTransformer(POINT, pool_size=2, activation="relu", **plain).fit(dark)
    assert bright_columns(pooled, *place) == {f"kernel0_{row // 2}_{column // 2}"}


def test_column_names_of_separate_layers_have_all_kernels():
    first, second = np.array([[[1.0]], [[-1.0]]]), np.array([[[1.0]], [[0.0]], [[-1.0]]])
    model = ConvFeatureTransformer(
        (first, second),
        activation=(None, "split"),
        pool=None,
        stacking="separate",
        image_shape=(8, 6),
    ).fit(np.zeros((1, 48)))
    signs = ("kernel0.kernel0+", "kernel0.kernel2-", "kernel1.kernel0-", "kernel1.kernel2+")
    assert bright_columns(model, 3, 4) == {f"{name}_3_4" for name in signs}


@pytest.mark.parametrize(
    ("kernels", "word"),
    [("kmeans", "kmeans"), ("patches", "patch"), ("pca", "pca"), ("random", "random")],
)
def test_column_names_start_with_the_source(kernels, word):
    model = small_transformer(kernels, n_kernels=2, kernel_size=7, **BARE).fit(X)
    places = ["_0_0", "_0_1", "_1_0", "_1_1"]
    expected = [f"{word}{n}{place}" for place in places for n in range(2)]
    assert model.get_feature_names_out().tolist() == expected
