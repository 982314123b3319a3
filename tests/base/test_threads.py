"""Slices of rows in threads, and the number of threads per product, which is restored."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_info, threadpool_limits

import skmnist
from skmnist import ConvFeatureTransformer
from skmnist.base._threads import FEWEST_ROWS, _n_threads, for_slices, one_thread_per_product

USUAL = 2


def blas_threads():
    """Return the numbers of threads that the BLAS libraries would take for a product now."""
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


@pytest.fixture(autouse=True)
def two_threads_per_product():
    """Allow two threads per product, on any machine, so that there is a number to restore."""
    with threadpool_limits(limits=USUAL, user_api="blas"):
        assert blas_threads() == {USUAL}
        yield


@pytest.mark.parametrize("n_jobs", [None, 1, 2, 5, -1])
@pytest.mark.parametrize("n_rows", [1, 63, 64, 127, 128, 129, 640, 1001])
def test_slices_cover_each_row_once_and_are_large_enough(n_rows, n_jobs):
    done, sizes = np.zeros(n_rows, dtype=int), []

    def task(rows):
        done[rows] += 1
        sizes.append(rows.stop - rows.start)

    for_slices(task, n_rows, n_jobs)
    assert (done == 1).all()
    assert min(sizes) >= min(n_rows, FEWEST_ROWS)


def test_few_rows_take_fewer_threads():
    assert _n_threads(8, 1) == _n_threads(8, 2 * FEWEST_ROWS - 1) == 1
    assert _n_threads(8, 2 * FEWEST_ROWS) == 2
    assert _n_threads(8, 3 * FEWEST_ROWS + 1) == 3
    assert _n_threads(8, 100 * FEWEST_ROWS) == 8


@pytest.mark.parametrize("usual", [1, 2])
def test_default_is_the_number_of_threads_per_product(usual):
    with threadpool_limits(limits=usual, user_api="blas"):
        assert _n_threads(None, 10**6) == usual


def test_two_jobs_run_in_two_threads_at_the_same_time():
    meeting = threading.Barrier(2, timeout=20)
    seen, lock = set(), threading.Lock()

    def task(rows):
        with lock:
            is_new = threading.get_ident() not in seen
            seen.add(threading.get_ident())
        if is_new:
            meeting.wait()

    for_slices(task, 10 * FEWEST_ROWS, 2)
    assert len(seen) == 2


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_products_take_one_thread_during_the_tasks_only(n_jobs):
    during = []
    for_slices(lambda rows: during.append(blas_threads()), 4 * FEWEST_ROWS, n_jobs)
    assert during == [{1}] * (1 if n_jobs == 1 else 4)
    assert blas_threads() == {USUAL}


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_error_is_raised_and_threads_are_restored(n_jobs):
    def fail(rows):
        raise ZeroDivisionError("here")

    with pytest.raises(ZeroDivisionError, match="here"):
        for_slices(fail, 4 * FEWEST_ROWS, n_jobs)
    assert blas_threads() == {USUAL}


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_nested_use_keeps_the_limit_of_the_outer_one(n_jobs):
    after_inner = []

    def outer(rows):
        for_slices(lambda inner: None, 4 * FEWEST_ROWS, 2)
        after_inner.append(blas_threads())

    for_slices(outer, 4 * FEWEST_ROWS, n_jobs)
    assert after_inner == [{1}] * (1 if n_jobs == 1 else 4)
    assert blas_threads() == {USUAL}


# Two threads run tasks at the same time and do not end. This needs its own process, in which no
# test has set the number of threads of the libraries.
TWO_THREADS = """
import sys
import threading

import numpy
import scipy.linalg
from threadpoolctl import threadpool_info

from skmnist.base._threads import for_slices


def blas_threads():
    return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]


def use(name):
    def task(rows):
        events[name + " in"].set()
        assert events[name + " may leave"].wait(timeout=20)
        during.append(blas_threads())
        if sys.argv[2] == "fails":
            raise ZeroDivisionError
    try:
        for_slices(task, 1, 1)
    except ZeroDivisionError:
        pass
    events[name + " out"].set()
    assert events["end"].wait(timeout=20)


before, during = blas_threads(), []
words = [a + b for a in ("one", "other") for b in (" in", " may leave", " out")]
events = {word: threading.Event() for word in [*words, "end"]}
threads = {name: threading.Thread(target=use, args=(name,)) for name in ("one", "other")}
for name in ("one", "other"):
    threads[name].start()
    assert events[name + " in"].wait(timeout=20)
for name in sys.argv[1].split(","):
    events[name + " may leave"].set()
    assert events[name + " out"].wait(timeout=20)
print(before, during, blas_threads())
events["end"].set()
"""


@pytest.mark.parametrize(("order", "fails"), [("other,one", "works"), ("one,other", "fails")])
def test_concurrent_threads_restore_the_libraries(order, fails):
    command = [sys.executable, "-c", TWO_THREADS, order, fails]
    names = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(names, str(USUAL))}
    root = Path(skmnist.__path__[0]).parent
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=root, env=environment
    )
    n = len([each for each in threadpool_info() if each["user_api"] == "blas"])
    assert done.stdout.strip() == f"{[USUAL] * n} {[[1] * n] * 2} {[USUAL] * n}"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_process_forked_during_use_can_use_threads():
    with one_thread_per_product, one_thread_per_product.lock:
        child = os.fork()
        if not child:
            done = []
            for_slices(done.append, 10, 1)
            os._exit(0 if done == [slice(0, 10)] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_slices_can_have_fewer_rows_on_request():
    slices = []
    for_slices(slices.append, 16, 2, fewest=4)
    assert sorted((each.start, each.stop) for each in slices) == [(0, 4), (4, 8), (8, 12), (12, 16)]


@pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="this system does not list threads in /proc"
)
def test_kmeans_starts_no_threads():
    started = []

    def fit():
        # A new thread has no OpenMP threads yet, so those that it starts can be counted.
        with threadpool_limits(2, user_api="openmp"):
            before = set(os.listdir("/proc/self/task"))
            ConvFeatureTransformer("kmeans", random_state=0).fit(load_digits().data)
            started.extend(set(os.listdir("/proc/self/task")) - before)

    thread = threading.Thread(target=fit)
    thread.start()
    thread.join()
    assert started == []
