"""The rules of docs/architecture.md, checked in the source."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from helpers import PUBLIC_PACKAGES as PUBLIC

import skmnist
from skmnist.cli._parser import COMMANDS

ROOT = Path(__file__).resolve().parents[1]

# Who may import whom, for whole folders: this is the table of docs/architecture.md.
MAY_IMPORT = {
    "network": set(),
    "base": {"network"},
    "datasets": {"base", "network"},
    "classifier": {"base", "network"},
    "features": {"base", "network"},
    "distortion": {"base", "network"},
    "displays": {"base", "network"},
    "io": {"base", "network", "datasets", "classifier", "features", "distortion"},
    "cli": {
        *("base", "network", "datasets", "classifier", "features", "distortion"),
        *("displays", "io"),
    },
}
PURE = {
    *("__future__", "abc", "collections", "contextlib", "copy", "dataclasses", "enum"),
    *("functools", "itertools", "math", "numbers", "operator", "types", "typing", "warnings"),
}
# scikit-learn depends on threadpoolctl, so it is always installed.
HARD_DEPENDENCIES = {"numpy", "scipy", "sklearn", "joblib", "threadpoolctl", "skmnist"}
MAX_FILE, MAX_FUNCTION = 250, 40  # lines of code, without docstrings, comments and blank lines

# Regular expressions, so that this file passes too.
FOREIGN = {
    "a package registry": r"\b(pypi|pythonhosted|npmjs|debian|anaconda|conda)\.(org|com)\b",
    "somebody's folder": r"(?<![\w.~}*])/(tmp|work|root|home|Users|opt|mnt)/\w",
}


class Import(NamedTuple):
    """An imported name and its place; ``conditional`` in a function, a try or an if."""

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
    """Yield each descendant of a node, and whether it is executed conditionally."""
    for child in ast.iter_child_nodes(node):
        is_conditional = conditional or isinstance(child, ast.FunctionDef | ast.Try | ast.If)
        yield child, is_conditional
        yield from walk(child, is_conditional)


def absolute(path, node):
    """Return the absolute name of the module of a from-import."""
    if not node.level:
        return node.module
    package = path.relative_to(ROOT).parts[: -node.level]
    return ".".join([*package, *filter(None, [node.module])])


def imports(path):
    """Return the imports of a file, ``from a import b`` as ``a.b``."""
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
    """Return the imports of some files that a rule does not allow."""
    return [
        f"{found.where} imports {found.name}"
        for path in paths
        for found in imports(path)
        if not allowed(found)
    ]


def name_violations(paths, allowed):
    """Return the names, imported or used as ``a.b.c``, that a rule does not allow."""
    used = [
        f"{where(path, node)} uses {ast.unparse(node)}"
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and not allowed(ast.unparse(node))
    ]
    return violations(paths, lambda found: allowed(found.name)) + used


def test_network_imports_arrays_and_itself_only():
    def allowed(found):
        if is_in(found.name, "array_api_compat"):
            return found.conditional
        return is_in(found.name, "numpy", "skmnist.network", *PURE)

    expect_none(violations(sources("skmnist/network"), allowed))


def test_datasets_need_few_libraries():
    def allowed(found):
        if is_in(found.name, "pandas", "PIL"):
            return found.conditional
        libraries = ("numpy", "sklearn.utils", "scipy.ndimage", "skmnist")
        return is_in(found.name, *libraries, *sys.stdlib_module_names)

    expect_none(violations(sources("skmnist/datasets"), allowed))


def test_every_folder_is_in_the_table():
    folders = {path.parent.name for path in (ROOT / "skmnist").glob("*/__init__.py")}
    assert folders == MAY_IMPORT.keys()


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_folders_import_only_what_the_table_allows(folder):
    ours = [f"skmnist.{other}" for other in MAY_IMPORT[folder] | {folder, "_version"}]
    estimators = {name for name in skmnist.__all__ if MAY_IMPORT[folder] >= {"classifier"}}

    def allowed(found):
        is_ours = is_in(found.name, *ours, *(f"skmnist.{name}" for name in estimators))
        return is_ours or not is_in(found.name, "skmnist")

    expect_none(violations(sources(f"skmnist/{folder}"), allowed))


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


def test_only_compat_looks_at_versions():
    version_checks = re.compile(
        r"(?!skmnist)\w[\w.]*\.(__version__|parse_version|version_info)|importlib\.metadata.*"
    )
    paths = [p for p in sources("skmnist") if p.name != "compat.py"]
    expect_none(name_violations(paths, lambda name: not version_checks.fullmatch(name)))


def public_names(module):
    """Return the ``__all__`` of a public package, and nothing for other modules."""
    return importlib.import_module(module).__all__ if module in PUBLIC else []


def test_modules_are_private():
    names = {path.name for path in sources("skmnist") if not path.name.startswith("_")}
    assert names == {"compat.py"}


def names_used_elsewhere():
    """Return the (module, name) pairs that some file of the package imports."""
    return {
        tuple(found.name.rsplit(".", 1)) for path in sources("skmnist") for found in imports(path)
    }


def module_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def test_names_without_underscore_are_public_or_used_by_other_files():
    used = names_used_elsewhere()
    public = {name for module in PUBLIC for name in public_names(module)} | set(COMMANDS)
    unused = [
        f"{where(path, node)} {node.name}"
        for path in sources("skmnist")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and (module_of(path), node.name) not in used
        and node.name not in public | {"main"}
    ]
    expect_none(unused)


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


def lines_of_code(text):
    """Return the numbers of the lines that are neither blank, nor a comment, nor a docstring."""
    lines = {
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.strip().startswith("#")
    }
    documented = ast.Module | ast.ClassDef | ast.FunctionDef
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, documented) and ast.get_docstring(node) is not None:
            lines -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return lines


def all_sources():
    return sources("skmnist", "tests", "examples", "docs", ".ci")


def test_files_are_short():
    sizes = {p: len(lines_of_code(p.read_text(encoding="utf-8"))) for p in all_sources()}
    expect_none([f"{p.relative_to(ROOT)}: {n}" for p, n in sizes.items() if n > MAX_FILE])


def stores_parameters(function):
    return function.name == "__init__" and all(
        isinstance(statement, ast.Assign) for statement in function.body
    )


def test_functions_are_short():
    long = []
    for path in all_sources():
        text = path.read_text(encoding="utf-8")
        lines = lines_of_code(text)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and not stores_parameters(node):
                size = len(lines & set(range(node.lineno, node.end_lineno + 1)))
                if size > MAX_FUNCTION:
                    long.append(f"{where(path, node)} {node.name}: {size} lines")
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
