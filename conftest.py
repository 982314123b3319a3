"""What the tests share with the examples in docstrings and documents."""

import os
import sys
from importlib.util import find_spec

import pytest

# Pictures without a screen; this must stand before matplotlib is imported.
os.environ.setdefault("MPLBACKEND", "agg")


# Examples in docstrings that need an extra.
NEEDED = {"skmnist/io/files.py": "skops", "skmnist/io/onnx.py": "skl2onnx"}
collect_ignore = [path for path, package in NEEDED.items() if find_spec(package) is None]


def pytest_addoption(parser):
    """Offer --torture."""
    parser.addoption("--torture", action="store_true", help="run tests/torture in full, for hours")


@pytest.fixture(autouse=True)
def close_figures():
    """Close what was drawn: matplotlib keeps figures, and warns when they are many."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
