"""What the tests share with the examples in docstrings and documents."""

import os
import sys
from importlib.util import find_spec

import pytest

import skmnist
import skmnist.cli

# Plots without a screen; this must be set before matplotlib is imported.
os.environ.setdefault("MPLBACKEND", "agg")

# The examples in this package need extras.
if not all(map(find_spec, ("skops", "skl2onnx"))):
    collect_ignore = ["skmnist/io"]


def pytest_addoption(parser):
    """Offer --torture."""
    parser.addoption("--torture", action="store_true", help="run tests/torture in full, for hours")


def pytest_sessionstart():
    """Import what is imported lazily: doctest finds a public name only in the module it names."""
    for module in (skmnist, skmnist.cli):
        for name in module.__all__:
            getattr(module, name)


@pytest.fixture(autouse=True)
def close_figures():
    """Close all figures: matplotlib keeps them open, and warns when there are many."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
