"""What users can import: its names, its documentation, and what it says of itself."""

import doctest
import importlib
import inspect
import subprocess
import sys

import pytest
from helpers import PUBLIC_PACKAGES as PUBLIC


def public_names(module):
    return importlib.import_module(module).__all__


def public_things():
    """Return (module, name, object) for all that is public and not a table or a version."""
    things = [
        (module, name, getattr(importlib.import_module(module), name))
        for module in PUBLIC
        for name in public_names(module)
    ]
    return [
        pytest.param(module, thing, id=f"{module}.{name}")
        for module, name, thing in things
        if inspect.isclass(thing) or inspect.isfunction(thing)
    ]


@pytest.mark.parametrize("module", PUBLIC)
def test_dir_shows_what_is_public(module):
    shown = {name for name in dir(importlib.import_module(module)) if not name.startswith("_")}
    hidden = shown - set(public_names(module)) - {name.split(".")[-1] for name in PUBLIC}
    assert not hidden


def test_importing_skmnist_makes_its_packages_available():
    code = "import skmnist; skmnist.datasets.load_xo(); skmnist.network.forward; skmnist.io.load"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(("module", "thing"), public_things())
def test_public_names_say_which_package_they_are_imported_from(module, thing):
    assert thing.__module__ == module


@pytest.mark.parametrize(("module", "thing"), public_things())
def test_public_names_have_an_example_that_doctest_finds(module, thing):
    found = doctest.DocTestFinder().find(importlib.import_module(module))
    with_examples = {test.name for test in found if test.examples}
    name = f"{module}.{thing.__name__}"
    methods = {f"{name}.{n}" for n, member in vars(thing).items() if is_public_method(n, member)}
    assert {name, *methods} <= with_examples


def is_public_method(name, member):
    return not name.startswith("_") and inspect.isfunction(getattr(member, "__func__", member))
