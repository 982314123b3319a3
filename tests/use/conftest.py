"""A fixture for tests that need SCIPY_ARRAY_API=1."""

import importlib

import pytest
import sklearn
from array_libraries import places


@pytest.fixture(params=places(), ids="-".join)
def put(request):
    """Return a function that moves a NumPy array to a library and device."""
    library, name = request.param
    xp = importlib.import_module(library)
    device = xp.Device(name) if library == "array_api_strict" else name
    with sklearn.config_context(array_api_dispatch=True):
        yield lambda array: xp.asarray(
            array.tolist(), dtype=getattr(xp, str(array.dtype)), device=device
        )
