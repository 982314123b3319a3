"""The example of a search on Ray, run as a script with two local workers."""

import re
import runpy
import secrets
import tempfile
from pathlib import Path

import pytest

pytest.importorskip("ray")
psutil = pytest.importorskip("psutil")

SCRIPT = Path(__file__).parents[2] / "examples" / "search_on_ray.py"


@pytest.fixture
def folder():
    """Return a folder with a short name: Ray creates sockets there, whose names are limited."""
    with tempfile.TemporaryDirectory(prefix="ray") as folder:
        yield folder


def settings(folder):
    """Return settings with which Ray writes to this folder only and reports no usage."""
    return {
        "RAY_TMPDIR": folder,
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "RAY_USAGE_STATS_ENABLED": "0",
    }


def scores_printed(output):
    lines = re.findall(r"^(0\.\d+) (\{.*\})$", output, re.MULTILINE)
    return {parameters: float(score) for score, parameters in lines}


def test_search_on_ray_equals_a_local_search(folder, start, tmp_path):
    status = start(SCRIPT, **settings(folder)).wait(timeout=200)
    assert status == 0, (tmp_path / "err.txt").read_text("utf-8")
    printed = (tmp_path / "out.txt").read_text("utf-8")
    example = runpy.run_path(str(SCRIPT))
    local = example["make_search"]().set_params(n_jobs=1).fit(*example["load"]())
    results = local.cv_results_
    expected = dict(zip(map(str, results["params"]), results["mean_test_score"], strict=True))
    assert scores_printed(printed) == pytest.approx(expected, abs=1e-6)
    assert f"best parameters: {local.best_params_}" in printed
    assert not [process for process in psutil.process_iter() if folder in command_line(process)]


def command_line(process):
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # the process has ended in the meantime
        return ""
