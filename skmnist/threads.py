"""Threads over slices of rows, with products that start none of their own.

A product split by the BLAS library has other bits than one that is not; one that runs in one
thread always has the same, whatever the number of threads around it.
"""

import functools
import threading

# threadpoolctl comes with scikit-learn, which depends on it.
from joblib import Parallel, delayed, effective_n_jobs
from sklearn.utils import gen_even_slices
from threadpoolctl import ThreadpoolController

# So few images are done before a thread has started.
FEWEST_ROWS = 64


@functools.cache
def _libraries():
    return ThreadpoolController().select(user_api="blas")


class _OneThreadAProduct:
    """A context in which products take one thread; left when the last of its users leaves."""

    def __init__(self):
        self.lock, self.users = threading.Lock(), 0

    def __enter__(self):
        with self.lock:
            self.users += 1
            if self.users == 1:
                self.usual = _libraries().limit(limits=1)

    def __exit__(self, *error):
        with self.lock:
            self.users -= 1
            if self.users == 0:
                self.usual.restore_original_limits()


_one_thread_a_product = _OneThreadAProduct()


def n_threads(n_jobs, n_rows):
    """Return how many threads are worth starting: by default, as many as a product would take."""
    if n_jobs is None:
        wanted = max((each.num_threads for each in _libraries().lib_controllers), default=1)
    else:
        wanted = effective_n_jobs(n_jobs)
    return max(1, min(wanted, n_rows // FEWEST_ROWS))


def for_slices(task, n_rows, n_jobs):
    """Call task(slice) for slices that make up all rows, in threads of their own."""
    n = n_threads(n_jobs, n_rows)
    with _one_thread_a_product:
        if n == 1:
            task(slice(0, n_rows))
        else:
            # Several slices a thread, so that a slow core can be helped by another.
            slices = list(gen_even_slices(n_rows, min(4 * n, n_rows // FEWEST_ROWS)))
            Parallel(n_jobs=n, require="sharedmem")(delayed(task)(each) for each in slices)
