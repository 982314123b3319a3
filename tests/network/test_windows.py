import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skmnist.network._arrays import to_numpy, windows


@pytest.mark.parametrize("library", ["numpy", "torch", "array_api_strict"])
@given(
    places=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    sides=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    rest=st.tuples(st.integers(0, 2), st.integers(0, 2)),
)
@settings(max_examples=40)
def test_windows_are_slices_of_images(library, places, sides, rest):
    xp, (height, width) = pytest.importorskip(library), sides
    shape = [n + side - 1 + more for n, side, more in zip(places, sides, rest, strict=True)]
    images = np.random.default_rng(0).normal(size=(3, *shape, 2))
    seen = windows(xp.asarray(images), places, sides)
    assert type(seen) is type(xp.asarray(images))
    assert tuple(seen.shape) == (3, *places, 2, *sides)
    for i, j in np.ndindex(*places):
        expected = np.moveaxis(images[:, i : i + height, j : j + width], 3, 1)
        np.testing.assert_array_equal(to_numpy(seen)[:, i, j], expected)


def test_windows_of_numpy_cannot_be_written():
    # Windows overlap, so writing one entry would change others.
    assert not windows(np.zeros((1, 3, 3, 1)), (2, 2), (2, 2)).flags.writeable
