"""What users can import: its names, its documentation, and what it says of itself."""

import doctest
import importlib
import importlib.metadata
import inspect
import re
import subprocess
import sys
import textwrap
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import threadpoolctl
from helpers import PUBLIC_PACKAGES as PUBLIC

import skmnist

ROOT = Path(__file__).resolve().parents[1]


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


@pytest.mark.parametrize(
    ("package", "name"), [(p, n) for p in PUBLIC if p != "skmnist" for n in public_names(p)]
)
def test_error_for_a_name_of_a_package_says_where_it_is(package, name):
    message = rf"has no attribute '{name}', but {package} has it: from {package} import {name}$"
    with pytest.raises(AttributeError, match=message):
        getattr(skmnist, name)


@pytest.mark.parametrize("name", ["load_minst", "__path", "_version_"])
def test_error_for_an_unknown_name_is_the_usual_one(name):
    with pytest.raises(AttributeError, match=rf"^module 'skmnist' has no attribute '{name}'$"):
        getattr(skmnist, name)


def test_help_begins_with_code_that_runs():
    text = inspect.getdoc(skmnist)
    first = re.findall(r"::\n\n((?:    .*\n|\n)+)", text)[0]
    code = textwrap.dedent(first).replace("random_state=0", "random_state=0, max_iter=1")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 0.9 < float(done.stdout) < 1


def test_the_classifier_imports_nothing_that_mlpclassifier_does_not():
    code = (
        "import sys; from sklearn.neural_network import MLPClassifier; before = set(sys.modules)\n"
        "from skmnist import MLPDigitClassifier; print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    added = done.stdout.split()
    assert "skmnist.classifier" in added
    assert [name for name in added if name.partition(".")[0] != "skmnist"] == []


def test_show_versions_lists_all_dependencies_and_extras_with_their_versions(capsys):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    listed = chain(project["dependencies"], *project["optional-dependencies"].values())
    skmnist.show_versions()
    printed = dict(re.findall(r"^    (\S+): (.+)$", capsys.readouterr().out, re.M))
    for package in {re.match(r"[\w-]+", each)[0] for each in listed}:
        try:
            assert printed[package] == importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            assert printed[package] == "not installed"
    assert printed["skmnist"] == skmnist.__version__
    assert printed["python"].startswith(f"{sys.version_info.major}.{sys.version_info.minor}.")


def test_show_versions_lists_the_library_of_each_thread_pool(capsys):
    skmnist.show_versions()
    printed = capsys.readouterr().out
    for pool in threadpoolctl.threadpool_info():
        assert f"{pool['filepath']}: {pool['internal_api']} {pool['version']}" in printed
