"""A cluster of processes on this machine, for the tests that want one."""

import pytest


@pytest.fixture(scope="session")
def client(tmp_path_factory):
    """Start two workers of one thread, with little memory; end them when all tests are done."""
    distributed = pytest.importorskip("distributed")
    limits = {"n_workers": 2, "threads_per_worker": 1, "memory_limit": "500MB"}
    folder = str(tmp_path_factory.mktemp("workers"))
    with (
        distributed.LocalCluster(
            **limits, processes=True, dashboard_address=":0", local_directory=folder
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client
