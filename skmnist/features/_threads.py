"""Threads over slices of rows, with products that start none of their own.

A product split by the BLAS library has other bits than one that is not; one that runs in one
thread always has the same, whatever the number of threads around it.
"""

import functools
import os
import threading

from joblib import Parallel, delayed, effective_n_jobs
from sklearn.utils import gen_even_slices
from threadpoolctl import ThreadpoolController  # comes with scikit-learn, which needs it

# So few images are done before a thread has started.
FEWEST_ROWS = 64


@functools.cache
def _libraries():
    return ThreadpoolController().select(user_api="blas").lib_controllers


def _several_threads():
    """List the libraries whose products take more than one thread now, and how many."""
    return [(each, each.num_threads) for each in _libraries() if each.num_threads > 1]


class _OneThreadAProduct:
    """A context in which products take one thread; left when the last of its users leaves.

    The number of threads belongs to the process. threadpoolctl alone would set it back when the
    first of several users leaves, or never; and it lets one Python thread at a time have a say,
    which the last user therefore takes over. Against others in this process that set it at the
    same time, from another Python thread, nothing can be done: then the last one decides.
    """

    def __init__(self):
        self.lock, self.users, self.usual = threading.Lock(), 0, []

    def __enter__(self):
        with self.lock:
            self.users += 1
            if self.users == 1:
                self.usual = _several_threads()
                for library, _ in self.usual:
                    library.set_num_threads(1)

    def __exit__(self, *error):
        with self.lock:
            self.users -= 1
            if self.users == 0:
                self._give_back()

    def start_anew(self):
        """Forget the users: a forked process has none of the threads that they ran in."""
        users, self.users, self.lock = self.users, 0, threading.Lock()
        if users:
            self._give_back()

    def _give_back(self):
        for library, n in self.usual:
            # Unless somebody else has a say now: then it is theirs to set back.
            if library.num_threads == 1:
                _release(library)
                library.set_num_threads(n)
                _release(library)

    def usual_threads(self):
        """Return how many threads a product takes outside of this context."""
        with self.lock:
            usual = self.usual if self.users else _several_threads()
            return max((n for _, n in usual), default=1)


def _release(library):
    """Let any thread have a say, where threadpoolctl (from 3.8) keeps one that has."""
    if hasattr(library, "clear_controlling_thread"):
        library.clear_controlling_thread(force=True)


one_thread_a_product = _OneThreadAProduct()
if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=one_thread_a_product.start_anew)


def _n_threads(n_jobs, n_rows, fewest=FEWEST_ROWS):
    """Return how many threads are worth starting: by default, as many as a product would take."""
    wanted = one_thread_a_product.usual_threads() if n_jobs is None else effective_n_jobs(n_jobs)
    return max(1, min(wanted, n_rows // fewest))


def for_slices(task, n_rows, n_jobs, fewest=FEWEST_ROWS):
    """Call task(slice) for slices of at least the fewest rows, in threads, until all are done."""
    n = _n_threads(n_jobs, n_rows, fewest)
    with one_thread_a_product:
        if n == 1:
            task(slice(0, n_rows))
        else:
            # Several slices a thread, so that a slow core can be helped by another.
            slices = list(gen_even_slices(n_rows, min(4 * n, n_rows // fewest)))
            Parallel(n_jobs=n, require="sharedmem")(delayed(task)(each) for each in slices)
