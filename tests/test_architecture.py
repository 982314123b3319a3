"""The rules of docs/architecture.md, read off the source."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("classifier", "features", "datasets", "displays")
PURE = {
    *("__future__", "abc", "collections", "contextlib", "copy", "dataclasses", "enum"),
    *("functools", "itertools", "math", "numbers", "operator", "types", "typing", "warnings"),
}
# scikit-learn depends on threadpoolctl, so it is always there.
HARD_DEPENDENCIES = {"numpy", "scipy", "sklearn", "joblib", "threadpoolctl", "skmnist"}
MAX_FILE, MAX_FUNCTION = 350, 40

# Written as patterns, so that this file passes too.
FOREIGN = {
    "a package registry": r"\b(pypi|pythonhosted|npmjs|debian|anaconda|conda)\.(org|com)\b",
    "somebody's folder": r"(?<![\w.~}*])/(tmp|work|root|home|Users|opt|mnt)/\w",
}


class Import(NamedTuple):
    """An imported name in full, and where: ``conditional`` in a function, a try or an if."""

    where: str
    name: str
    conditional: bool


def sources(*folders):
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def where(path, node):
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def is_in(name, *packages):
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def is_private(part):
    return part.startswith("_") and not part.endswith("__")


def walk(node, conditional=False):
    """Yield each node below, and whether it may be passed over."""
    for child in ast.iter_child_nodes(node):
        may_skip = conditional or isinstance(child, ast.FunctionDef | ast.Try | ast.If)
        yield child, may_skip
        yield from walk(child, may_skip)


def absolute(path, node):
    """Return the module that a from-import names, its leading dots resolved."""
    if not node.level:
        return node.module
    package = path.relative_to(ROOT).parts[: -node.level]
    return ".".join([*package, *filter(None, [node.module])])


def imports(path):
    """List what a file imports, ``from a import b`` as ``a.b``."""
    found = []
    for node, conditional in walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{absolute(path, node)}.{alias.name}" for alias in node.names]
        else:
            continue
        found += [Import(where(path, node), name, conditional) for name in names]
    return found


def expect_none(found):
    assert not found, "\n".join(["", *found])


def violations(paths, allowed):
    """List the imports of some files that a rule does not allow."""
    return [
        f"{found.where} imports {found.name}"
        for path in paths
        for found in imports(path)
        if not allowed(found)
    ]


def name_violations(paths, allowed):
    """List what a rule on names does not allow, imported or used as ``a.b.c``."""
    used = [
        f"{where(path, node)} uses {ast.unparse(node)}"
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and not allowed(ast.unparse(node))
    ]
    return violations(paths, lambda found: allowed(found.name)) + used


def room(name):
    """Return the files of a room, be it a module or a package."""
    return [path for path in [ROOT / f"skmnist/{name}.py"] if path.exists()] + sources(
        f"skmnist/{name}"
    )


def test_network_imports_arrays_and_itself_only():
    def allowed(found):
        if is_in(found.name, "array_api_compat"):
            return found.conditional
        return is_in(found.name, "numpy", "skmnist.network", *PURE)

    expect_none(violations(sources("skmnist/network"), allowed))


def test_datasets_stand_alone():
    def allowed(found):
        if is_in(found.name, "pandas", "PIL"):
            return found.conditional
        ours = ("numpy", "sklearn.utils", "scipy.ndimage", "skmnist.datasets")
        return is_in(found.name, *ours, *sys.stdlib_module_names)

    expect_none(violations(room("datasets"), allowed))


@pytest.mark.parametrize("name", [name for name in ROOMS if room(name)])
def test_rooms_do_not_import_one_another(name):
    others = [f"skmnist.{other}" for other in ROOMS if other != name]
    expect_none(violations(room(name), lambda found: not is_in(found.name, *others)))


def test_importing_skmnist_needs_its_hard_dependencies_only():
    def allowed(found):
        package = found.name.partition(".")[0]
        return found.conditional or package in HARD_DEPENDENCIES | sys.stdlib_module_names

    expect_none(violations(sources("skmnist"), allowed))


def test_nothing_private_of_scikit_learn_is_used():
    paths = sources("skmnist", "tests", "examples")

    def allowed(name):
        return not (is_in(name, "sklearn") and any(map(is_private, name.split("."))))

    expect_none(name_violations(paths, allowed))


def test_only_compat_asks_for_versions():
    askers = re.compile(
        r"(?!skmnist)\w[\w.]*\.(__version__|parse_version|version_info)|importlib\.metadata.*"
    )
    paths = [p for p in sources("skmnist") if p.name != "compat.py"]
    expect_none(name_violations(paths, lambda name: not askers.fullmatch(name)))


def public_names(module):
    """Return the ``__all__`` of a module: that it has one is what makes it public."""
    try:
        return getattr(importlib.import_module(module), "__all__", [])
    except ModuleNotFoundError:
        return []


def test_examples_use_public_names_only():
    def allowed(name):
        module, *parts = name.split(".")
        if module != "skmnist" or not parts:
            return True
        for depth, part in enumerate(parts, start=1):
            if re.fullmatch(r"__\w+__", part) or part in public_names(module):
                return True
            module = ".".join(["skmnist", *parts[:depth]])
        return bool(public_names(module))

    expect_none(name_violations(sources("examples"), allowed))


def test_files_are_short():
    lengths = {
        path: len(path.read_text(encoding="utf-8").splitlines())
        for path in sources("skmnist", "tests", "examples", "docs", ".ci")
    }
    expect_none([f"{p.relative_to(ROOT)}: {n}" for p, n in lengths.items() if n > MAX_FILE])


def size(function):
    """Count the lines of a function without its docstring; storing parameters is free."""
    documented = ast.get_docstring(function) is not None
    if all(isinstance(statement, ast.Assign) for statement in function.body[documented:]):
        return 0
    lines = function.end_lineno - function.lineno + 1
    if documented:
        lines -= function.body[0].end_lineno - function.body[0].lineno + 1
    return lines


def test_functions_fit_on_a_screen():
    long = [
        f"{where(path, node)} {node.name}: {size(node)} lines"
        for path in sources("skmnist", "tests", "examples", "docs", ".ci")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and size(node) > MAX_FUNCTION
    ]
    expect_none(long)


def texts():
    """Yield the text files that belong to the project: in a checkout, those that git knows."""
    git = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(git, cwd=ROOT, capture_output=True, check=True, text=True).stdout
        paths = [ROOT / line for line in listed.splitlines()]
    except (OSError, subprocess.CalledProcessError):  # an unpacked source distribution
        paths = sources("skmnist", "tests", "examples") + sorted(ROOT.glob("*.*"))
    for path in paths:
        content = path.read_bytes() if path.is_file() else b"\0"
        if b"\0" not in content:
            yield path.relative_to(ROOT), content.decode("utf-8")


@pytest.mark.parametrize("what", FOREIGN)
def test_no_text_mentions(what):
    found = [
        f"{path}:{number}: {line.strip()}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if re.search(FOREIGN[what], line)
    ]
    expect_none(found)
