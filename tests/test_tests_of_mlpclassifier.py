"""The tables of tests_of_mlpclassifier.py cannot be out of date without an error."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests_of_mlpclassifier import FAILS, NOT_RUN

EXAMPLES = """
import pytest

def test_good(): pass

@pytest.mark.parametrize("kind", ["one", "two"])
def test_bad(kind): assert kind == "one"
"""
RUN = "import sys, pytest; from tests_of_mlpclassifier import Tables; sys.exit(pytest.main(" + (
    "['-q', '-p', 'no:cacheprovider', '--rootdir=.', '-c', {devnull!r}, 'test_examples.py'],"
    " plugins=[Tables({not_run}, {fails})]))"
)


def run(folder, not_run, fails):
    """Return (exit status, output) of the examples with these tables."""
    (folder / "test_examples.py").write_text(EXAMPLES, encoding="utf-8")
    code = RUN.format(devnull=os.devnull, not_run=not_run, fails=fails)
    path = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=path, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


def test_listed_tests_may_fail_and_their_reasons_are_printed(tmp_path):
    status, printed = run(tmp_path, {"test_good": "no time"}, {"two": "two is not one"})
    assert status == 0
    assert ": 1 failed as listed, 1 not run, 1 passed\n" in printed
    assert "  fails: two is not one: 1\n      test_bad[two]\n" in printed
    assert "  not run: no time: 1\n      test_good\n" in printed


@pytest.mark.parametrize(
    ("not_run", "fails", "message"),
    [
        ({}, {}, "1 failed, 2 passed"),
        (
            {"test_gone": "why"},
            {"two": "why"},
            "must contain only names of tests; got ['test_gone']",
        ),
        (
            {},
            {"two": "why", "test_good": "it failed once"},
            "[XPASS(strict)] fails: it failed once",
        ),
    ],
)
def test_other_failures_and_keys_that_are_out_of_date_are_errors(tmp_path, not_run, fails, message):
    status, printed = run(tmp_path, not_run, fails)
    assert status != 0
    assert message in printed


def test_no_test_is_in_both_tables():
    assert not NOT_RUN.keys() & FAILS.keys()
