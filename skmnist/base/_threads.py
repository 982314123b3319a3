"""Compute slices of rows in threads, in which each matrix product runs in a single thread.

The BLAS library can split a matrix product among threads, which changes the last bits of the
result. A product in a single thread always gives the same bits, however many threads compute
products at the same time.
"""

import functools
import os
import threading
from concurrent.futures import ThreadPoolExecutor

from joblib import effective_n_jobs
from sklearn.utils import gen_even_slices
from threadpoolctl import ThreadpoolController  # a dependency of scikit-learn

# Fewer images are computed in less time than it takes to start a thread.
FEWEST_ROWS = 64


@functools.cache
def _libraries():
    """Return the controllers of the BLAS libraries in this process."""
    return ThreadpoolController().select(user_api="blas").lib_controllers


def _threaded_libraries():
    """Return (library, threads) for each library that uses several threads per product."""
    return [(each, each.num_threads) for each in _libraries() if each.num_threads > 1]


class _OneThreadPerProduct:
    """A context in which each matrix product uses one thread, until its last user leaves.

    The number of threads is a setting of the whole process. threadpoolctl alone would restore it
    when the first of several users leaves, or never. In addition, it lets only one Python thread
    at a time change the setting; the last user therefore takes over this right. If other code in
    the process changes the setting at the same time from another Python thread, the last change
    wins.
    """

    def __init__(self):
        self.lock, self.users, self.usual = threading.Lock(), 0, []

    def __enter__(self):
        with self.lock:
            self.users += 1
            if self.users == 1:
                self.usual = _threaded_libraries()
                for library, _ in self.usual:
                    library.set_num_threads(1)

    def __exit__(self, *error):
        with self.lock:
            self.users -= 1
            if self.users == 0:
                self._restore()

    def reset_after_fork(self):
        """Remove all users: the threads that they ran in do not exist in a forked process."""
        users, self.users, self.lock = self.users, 0, threading.Lock()
        if users:
            self._restore()

    def _restore(self):
        """Set the libraries back to their usual numbers of threads."""
        for library, n in self.usual:
            # If other code has changed the number in the meantime, that code also restores it.
            if library.num_threads == 1:
                _release(library)
                library.set_num_threads(n)
                _release(library)

    def usual_threads(self):
        """Return the number of threads that a product uses outside of this context."""
        with self.lock:
            usual = self.usual if self.users else _threaded_libraries()
            return max((n for _, n in usual), default=1)


def _release(library):
    """Allow all Python threads to change the setting; threadpoolctl 3.8 allows only one."""
    if hasattr(library, "clear_controlling_thread"):
        library.clear_controlling_thread(force=True)


one_thread_per_product = _OneThreadPerProduct()
if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=one_thread_per_product.reset_after_fork)


def _n_threads(n_jobs, n_rows, fewest=FEWEST_ROWS):
    """Return the number of threads to use; if n_jobs is None, as many as a product would use."""
    wanted = one_thread_per_product.usual_threads() if n_jobs is None else effective_n_jobs(n_jobs)
    return max(1, min(wanted, n_rows // fewest))


def for_slices(task, n_rows, n_jobs, fewest=FEWEST_ROWS):
    """Call task(slice) in threads, for slices of at least `fewest` rows that cover all rows."""
    n = _n_threads(n_jobs, n_rows, fewest)
    with one_thread_per_product:
        if n == 1:
            task(slice(0, n_rows))
        else:
            # With several slices per thread, fast cores take over slices from slow ones.
            slices = list(gen_even_slices(n_rows, min(4 * n, n_rows // fewest)))
            # joblib would look every 10 ms whether the threads have finished.
            with ThreadPoolExecutor(n) as threads:
                list(threads.map(task, slices))
