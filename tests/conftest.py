"""What all tests share: threads, Ctrl-C, hypothesis, and files that may not grow."""

import os
import signal
from contextlib import contextmanager

import pytest
from hypothesis import Phase, settings

# Parallel workers are the threads: a BLAS that starts its own in each of them only gets in the
# way. This must stand before NumPy is imported.
if "PYTEST_XDIST_WORKER" in os.environ:
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")

# A program in the background ignores Ctrl-C, and so would the commands that are tested here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
# A mutant that fails needs no smaller example.
once = [Phase.explicit, Phase.generate]
settings.register_profile("mutants", deadline=None, derandomize=True, database=None, phases=once)
settings.load_profile("ci" if "CI" in os.environ else "here")


@pytest.fixture
def files_limited_to():
    """Return what lets the system refuse larger files for a while, as a full disk would."""
    resource = pytest.importorskip("resource", reason="files get no size limit on this system")

    @contextmanager
    def limited(n_bytes):
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return limited
