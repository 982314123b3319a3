"""Fixtures that start clusters of local processes, and scripts as processes."""

import os
import runpy
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


@contextmanager
def cluster(folder, n_workers):
    """Start workers with one thread and 1 GB each, and stop them afterwards."""
    distributed = pytest.importorskip("distributed")
    # Dask counts mapped libraries too, 350 to 460 MB before any work, and pauses a worker at 80 %.
    limits = {"n_workers": n_workers, "threads_per_worker": 1, "memory_limit": "1GB"}
    with (
        distributed.LocalCluster(
            **limits, processes=True, dashboard_address=":0", local_directory=str(folder)
        ) as workers,
        distributed.Client(workers) as client,
    ):
        yield client


@pytest.fixture(scope="session")
def client(tmp_path_factory):
    """Return a client of two workers that all tests share."""
    with cluster(tmp_path_factory.mktemp("workers"), 2) as client:
        yield client


@pytest.fixture
def client_of_one(tmp_path):
    """Return a client of one worker that a single test uses."""
    with cluster(tmp_path, 1) as client:
        yield client


@pytest.fixture
def start(tmp_path):
    """Return a function that starts a script as a process group, which ends with the test."""
    processes = []

    def start(script, *arguments, **settings):
        with (tmp_path / "out.txt").open("w") as out, (tmp_path / "err.txt").open("w") as err:
            process = subprocess.Popen(
                [sys.executable, "-u", script, *arguments],
                stdout=out,
                stderr=err,
                env={**os.environ, **settings},
                start_new_session=True,
            )
        processes.append(process)
        return process

    yield start
    for process in processes:
        with suppress(ProcessLookupError):  # most of them have ended already
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="session")
def example():
    """Return the functions of examples/large_data.py by name."""
    return runpy.run_path(str(Path(__file__).parents[2] / "examples" / "large_data.py"))


@pytest.fixture
def parts(tmp_path, example):
    """Return a folder with six parts of a data set for examples/large_data.py."""
    example["make_parts"](tmp_path / "parts", 6, n_images=200)
    return tmp_path / "parts"
