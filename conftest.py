"""What the tests share with the examples in docstrings and documents: pictures without a screen."""

import os
import sys

import pytest

# This must stand before matplotlib is imported.
os.environ.setdefault("MPLBACKEND", "agg")


@pytest.fixture(autouse=True)
def close_figures():
    """Close what was drawn: matplotlib keeps figures, and warns when they are many."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
