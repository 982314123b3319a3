"""Slices of rows in threads, and the threads of products that are given back afterwards."""

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
from skmnist.features._threads import FEWEST_ROWS, _n_threads, for_slices, one_thread_a_product

USUAL = 2


def blas_threads():
    """Return how many threads each BLAS library would take for a product now."""
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


@pytest.fixture(autouse=True)
def two_threads_a_product():
    """Allow products two threads, whatever the machine has: there is something to give back."""
    with threadpool_limits(limits=USUAL, user_api="blas"):
        assert blas_threads() == {USUAL}
        yield


@pytest.mark.parametrize("n_jobs", [None, 1, 2, 5, -1])
@pytest.mark.parametrize("n_rows", [1, 63, 64, 127, 128, 129, 640, 1001])
def test_every_row_is_done_exactly_once_and_in_slices_worth_a_thread(n_rows, n_jobs):
    done, sizes = np.zeros(n_rows, dtype=int), []

    def task(rows):
        done[rows] += 1
        sizes.append(rows.stop - rows.start)

    for_slices(task, n_rows, n_jobs)
    assert (done == 1).all()
    assert min(sizes) >= min(n_rows, FEWEST_ROWS)


def test_few_rows_are_not_worth_a_second_thread():
    assert _n_threads(8, 1) == _n_threads(8, 2 * FEWEST_ROWS - 1) == 1
    assert _n_threads(8, 2 * FEWEST_ROWS) == 2
    assert _n_threads(8, 3 * FEWEST_ROWS + 1) == 3
    assert _n_threads(8, 100 * FEWEST_ROWS) == 8


@pytest.mark.parametrize("usual", [1, 2])
def test_by_default_there_are_as_many_threads_as_a_product_would_take(usual):
    with threadpool_limits(limits=usual, user_api="blas"):
        assert _n_threads(None, 10**6) == usual


def test_two_jobs_are_two_threads_at_the_same_time():
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
def test_a_product_takes_one_thread_meanwhile_and_as_many_as_before_afterwards(n_jobs):
    during = []
    for_slices(lambda rows: during.append(blas_threads()), 4 * FEWEST_ROWS, n_jobs)
    assert during == [{1}] * (1 if n_jobs == 1 else 4)
    assert blas_threads() == {USUAL}


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_error_comes_out_and_gives_the_threads_back(n_jobs):
    def fail(rows):
        raise ZeroDivisionError("here")

    with pytest.raises(ZeroDivisionError, match="here"):
        for_slices(fail, 4 * FEWEST_ROWS, n_jobs)
    assert blas_threads() == {USUAL}


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_use_within_a_use_leaves_the_limit_to_the_outer_one(n_jobs):
    after_inner = []

    def outer(rows):
        for_slices(lambda inner: None, 4 * FEWEST_ROWS, 2)
        after_inner.append(blas_threads())

    for_slices(outer, 4 * FEWEST_ROWS, n_jobs)
    assert after_inner == [{1}] * (1 if n_jobs == 1 else 4)
    assert blas_threads() == {USUAL}


# Two threads that transform at once and live on; in a process of its own, where no test has set
# what the libraries may take.
AT_ONCE = """
import sys
import threading

import numpy
import scipy.linalg
from threadpoolctl import threadpool_info

from skmnist.features._threads import for_slices


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
def test_threads_that_transform_at_once_leave_the_libraries_as_they_were(order, fails):
    command = [sys.executable, "-c", AT_ONCE, order, fails]
    names = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(names, str(USUAL))}
    root = Path(skmnist.__path__[0]).parent
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=root, env=environment
    )
    n = len([each for each in threadpool_info() if each["user_api"] == "blas"])
    assert done.stdout.strip() == f"{[USUAL] * n} {[[1] * n] * 2} {[USUAL] * n}"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_process_forked_in_the_middle_can_go_on():
    with one_thread_a_product, one_thread_a_product.lock:
        child = os.fork()
        if not child:
            done = []
            for_slices(done.append, 10, 1)
            os._exit(0 if done == [slice(0, 10)] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_few_rows_of_much_work_are_shared_too():
    slices = []
    for_slices(slices.append, 16, 2, fewest=4)
    assert sorted((each.start, each.stop) for each in slices) == [(0, 4), (4, 8), (8, 12), (12, 16)]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="no list of threads here")
def test_clusters_are_found_without_starting_threads():
    started = []

    def fit():
        # A thread that is new has no helpers yet: those that it would start can be counted.
        with threadpool_limits(2, user_api="openmp"):
            before = set(os.listdir("/proc/self/task"))
            ConvFeatureTransformer("kmeans", random_state=0).fit(load_digits().data)
            started.extend(set(os.listdir("/proc/self/task")) - before)

    thread = threading.Thread(target=fit)
    thread.start()
    thread.join()
    assert started == []
