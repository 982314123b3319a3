"""The tables of tests_of_mlpclassifier.py cannot be out of date without an error."""

import os

import pytest
from tests_of_mlpclassifier import FAILS, NOT_RUN, Tables

EXAMPLES = """
import pytest

def test_good(): pass

@pytest.mark.parametrize("kind", ["one", "two"])
def test_bad(kind): assert kind == "one"
"""


@pytest.fixture
def run(tmp_path, capsys):
    """Return a function that runs the examples with tables: (exit status, output)."""
    (tmp_path / "test_examples.py").write_text(EXAMPLES, encoding="utf-8")
    options = ["-q", "-p", "no:cacheprovider", "--import-mode=importlib", "-c", os.devnull]

    def run_with(not_run, fails):
        arguments = [*options, f"--rootdir={tmp_path}", str(tmp_path)]
        status = pytest.main(arguments, plugins=[Tables(not_run, fails)])
        return status, "".join(capsys.readouterr())

    return run_with


def test_listed_tests_may_fail_and_their_reasons_are_printed(run):
    status, printed = run({"test_good": "no time"}, {"two": "two is not one"})
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
def test_other_failures_and_keys_that_are_out_of_date_are_errors(run, not_run, fails, message):
    status, printed = run(not_run, fails)
    assert status != 0
    assert message in printed


def test_no_test_is_in_both_tables():
    assert not NOT_RUN.keys() & FAILS.keys()
