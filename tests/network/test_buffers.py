"""Temporary arrays whose memory is used again."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skmnist.network._buffers import Buffers

COUNT_PAGE_FAULTS = """
import resource, numpy as np
from skmnist import ConvFeatureTransformer
X = np.random.default_rng(0).integers(0, 256, (1000, 784)).astype(np.uint8)
for settings in (
    {"kernels": np.ones((32, 5, 5)), "activation": "relu", "pool": "mean"},
    {"kernels": np.ones((16, 7, 7))},
    {"kernels": (np.ones((8, 3, 3)), np.ones((4, 3, 3, 16))), "pool": "rms"},
):
    convolve = ConvFeatureTransformer(n_jobs=1, **settings).fit(X)
    out = np.zeros_like(convolve.transform(X))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    convolve.transform(X, out=out)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def shapes():
    return st.lists(st.tuples(st.integers(1, 5), st.integers(1, 9)), min_size=1, max_size=5)


@given(rounds=st.lists(shapes(), min_size=1, max_size=4))
def test_arrays_of_a_round_do_not_overlap(rounds):
    buffers = Buffers()
    for each in rounds:
        buffers.clear()
        arrays = [buffers.empty(shape, np.dtype(np.float32)) for shape in each]
        for number, array in enumerate(arrays):
            array[...] = number
        assert [array.shape for array in arrays] == each
        assert all((array == number).all() for number, array in enumerate(arrays))


def test_memory_is_used_again_in_each_round():
    buffers, addresses = Buffers(), []
    for n_rows in (3, 3, 2, 3):
        buffers.clear()
        arrays = [buffers.empty((n_rows, n), np.dtype(np.float64)) for n in (5, 70)]
        assert [array.shape for array in arrays] == [(n_rows, 5), (n_rows, 70)]
        addresses.append([array.ctypes.data for array in arrays])
    assert addresses[0] == addresses[1] == addresses[2] == addresses[3]
    assert all(address % 8 == 0 for address in addresses[0])


@pytest.mark.parametrize("library", ["numpy", "array_api_strict"])
def test_results_are_those_of_the_library(library):
    xp, rng = pytest.importorskip(library), np.random.default_rng(0)
    A, B = rng.normal(size=(2, 3, 4)), rng.normal(size=(4, 5))
    there_A, there_B, buffers = xp.asarray(A), xp.asarray(B), Buffers()
    for _ in range(2):
        buffers.clear()
        swapped = buffers.copied(xp.permute_dims(there_A, (0, 2, 1)), (8, 3))
        product, joined = buffers.product(there_A, there_B), buffers.joined([there_A, there_A])
        assert all(type(each) is type(there_A) for each in (swapped, product, joined))
        np.testing.assert_array_equal(np.asarray(swapped), np.swapaxes(A, 1, 2).reshape(8, 3))
        np.testing.assert_allclose(np.asarray(product), np.einsum("bij,jk->bik", A, B))
        np.testing.assert_array_equal(np.asarray(joined), np.concatenate([A, A], axis=-1))


@pytest.mark.skipif(sys.platform != "linux", reason="the variable is one of glibc")
def test_transform_needs_little_new_memory_in_workers_of_dask():
    # With Dask's setting, memory that is freed is returned to the operating system.
    settings = {"MALLOC_TRIM_THRESHOLD_": "65536", "NUMPY_MADVISE_HUGEPAGE": "0"}
    command = [sys.executable, "-c", COUNT_PAGE_FAULTS]
    done = subprocess.run(
        command, env={**os.environ, **settings}, capture_output=True, text=True, check=True
    )
    # Without buffers, 44 to 71 pages per image were new.
    assert max(map(int, done.stdout.split())) < 7 * 1000
