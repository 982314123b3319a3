"""Settings and fixtures for all tests: threads, Ctrl-C, hypothesis, and a limit for file sizes."""

import os
import signal
from contextlib import contextmanager

import pytest
from hypothesis import Phase, settings

# pytest-xdist's workers use all cores already, so BLAS should not start threads in each of them.
# This must be set before NumPy is imported.
if "PYTEST_XDIST_WORKER" in os.environ:
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")

# A program that runs in the background ignores Ctrl-C, and the commands tested here inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
# For mutants, a failing example need not be made smaller.
once = [Phase.explicit, Phase.generate]
settings.register_profile("mutants", deadline=None, derandomize=True, database=None, phases=once)
settings.load_profile("ci" if "CI" in os.environ else "here")


@pytest.fixture
def files_limited_to():
    """Return a context manager in which the system rejects larger files, like a full disk."""
    resource = pytest.importorskip("resource", reason="this system has no limit for file sizes")

    @contextmanager
    def limited(n_bytes):
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return limited
