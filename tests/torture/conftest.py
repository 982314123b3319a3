"""Each test has a short form, a few seconds long, and a full form, with ``--torture``."""

import pytest


@pytest.fixture
def size(request):
    """Return a function that chooses between the numbers of the short and the full form."""
    is_full = request.config.getoption("--torture")
    return lambda *, short, full: full if is_full else short


@pytest.fixture
def reached(request):
    """Return a function that records a result to print at the end."""
    return lambda result: request.node.user_properties.append(("reached", result))


def pytest_terminal_summary(terminalreporter):
    """Print the results, one per line."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    for report in reports:
        for name, result in getattr(report, "user_properties", ()):
            if name == "reached" and report.when == "call":
                terminalreporter.write_line(f"reached: {result}")
