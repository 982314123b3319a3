"""The settings in conftest.py have an effect."""

import os

import pytest
from threadpoolctl import threadpool_info


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="requires pytest -n 2")
def test_blas_starts_no_threads_in_the_workers_of_xdist():
    threads = [each["num_threads"] for each in threadpool_info() if "openblas" in each.values()]
    assert threads == [int(os.environ["OPENBLAS_NUM_THREADS"])] * len(threads)
