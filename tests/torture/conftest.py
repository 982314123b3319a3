"""Two sizes of each test: a few seconds by default, all of it with ``--torture``."""

import pytest


@pytest.fixture
def size(request):
    """Choose a number for this run: the short or the full one."""
    is_full = request.config.getoption("--torture")
    return lambda *, short, full: full if is_full else short


@pytest.fixture
def reached(request):
    """Take note of a figure that is printed at the end."""
    return lambda figure: request.node.user_properties.append(("reached", figure))


def pytest_terminal_summary(terminalreporter):
    """Print the figures, one a line."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    for report in reports:
        for name, figure in getattr(report, "user_properties", ()):
            if name == "reached" and report.when == "call":
                terminalreporter.write_line(f"reached: {figure}")
