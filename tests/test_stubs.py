"""The stubs, which type checkers read, describe the functions that are imported at run time."""

import ast
import importlib
import inspect
from pathlib import Path

import pytest

from skmnist.datasets._mnist import _PARTS
from skmnist.datasets._xo import _VARIANTS
from skmnist.io._page_numbers import PRECISIONS

ROOT = Path(__file__).resolve().parents[1]
STUBS = {
    ".".join(path.relative_to(ROOT).parts[:-1]): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "skmnist").rglob("*.pyi"))
}
ALIASES = {
    ("skmnist.datasets", "_Subset"): [*_PARTS],
    ("skmnist.datasets", "_Variant"): [*_VARIANTS, "all"],
    ("skmnist.io", "_Precision"): [*PRECISIONS],
}


def functions():
    """Yield (the module or class at run time, the function in the stub)."""
    for module, tree in STUBS.items():
        there = importlib.import_module(module)
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                members = [each for each in node.body if isinstance(each, ast.FunctionDef)]
                yield from ((getattr(there, node.name), each) for each in members)
            elif isinstance(node, ast.FunctionDef):
                yield there, node


def parameters_in(function):
    """Return the parameters of a function, without types; an overload may lack a default."""
    names = [each.arg for each in function.args.args]
    missing = [inspect.Parameter.empty] * (len(names) - len(function.args.defaults))
    defaults = [*missing, *map(ast.literal_eval, function.args.defaults)]
    for each, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        names.append(f"*{each.arg}")
        defaults.append(ast.literal_eval(default) if default else inspect.Parameter.empty)
    return dict(zip(names, defaults, strict=True))


def parameters_of(function):
    """Return the same for a function at run time."""
    parameters = inspect.signature(function).parameters.values()
    is_last = {inspect.Parameter.KEYWORD_ONLY: "*", inspect.Parameter.POSITIONAL_OR_KEYWORD: ""}
    return {is_last[each.kind] + each.name: each.default for each in parameters}


@pytest.mark.parametrize(
    ("owner", "function"),
    [pytest.param(owner, each, id=f"{owner.__name__}.{each.name}") for owner, each in functions()],
)
def test_stub_has_the_parameters_and_defaults_of_the_function(owner, function):
    there = inspect.getattr_static(owner, function.name) if inspect.isclass(owner) else None
    there = there.fget if isinstance(there, property) else getattr(owner, function.name)
    stub, expected = parameters_in(function), parameters_of(there)
    assert list(stub) == list(expected)
    for name, default in stub.items():
        is_required_in_an_overload = function.decorator_list and default is inspect.Parameter.empty
        assert is_required_in_an_overload or default == expected[name]


@pytest.mark.parametrize("module", STUBS)
def test_stub_has_the_public_names_of_the_package(module):
    [listed] = [
        ast.literal_eval(node.value)
        for node in STUBS[module].body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    assert listed == importlib.import_module(module).__all__
    body = STUBS[module].body
    defined = {alias.asname for node in body for alias in getattr(node, "names", [])}
    defined |= {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    defined |= {node.target.id for node in body if isinstance(node, ast.AnnAssign)}
    assert set(listed) <= defined


@pytest.mark.parametrize(("module", "alias"), ALIASES)
def test_literals_of_stubs_are_the_names_in_the_tables(module, alias):
    [value] = [
        node.value
        for node in STUBS[module].body
        if isinstance(node, ast.AnnAssign) and node.target.id == alias
    ]
    assert list(ast.literal_eval(value.slice)) == ALIASES[module, alias]
