"""What the tests share with the examples in docstrings and documents."""

import os
import sys

import pytest

# Pictures without a screen; this must stand before matplotlib is imported.
os.environ.setdefault("MPLBACKEND", "agg")


def pytest_addoption(parser):
    """Offer --torture."""
    parser.addoption("--torture", action="store_true", help="run tests/torture in full, for hours")


@pytest.fixture(autouse=True)
def close_figures():
    """Close what was drawn: matplotlib keeps figures, and warns when they are many."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
