"""Make hundreds of small changes to skmnist/network: the tests must fail for each of them.

Usage: mutants.py [MODULE ...]    for example: mutants.py losses simplex

MODULE is the name of a module without its underscore; without arguments, all modules are tested,
each with its own tests. The program fails if a mutant survives that docs/surviving_mutants.md does
not list. It needs mutmut, array-api-strict and what the tests need. mutmut works on a copy in
build/mutants; run `mutmut browse` there to see the mutants of the last module.
"""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPY = ROOT / "build" / "mutants"
LIST = ROOT / "docs" / "surviving_mutants.md"
PIPE = r"\|"  # how a table shows |
# The tests of each module: test_NAME.py in tests/network, or a path.
TESTS = {
    "activations": ["activations"],
    "arrays": ["arrays", "windows"],
    "convolution": ["convolution", "exact_maps", "maps_in_chunks", "tests/features/test_layers.py"],
    "losses": ["losses"],
    "mlp": ["mlp", "safe_rate"],
    "optimizers": ["optimizers", "schedules", "training"],
    "scaling": ["scaling", "tests/classifier/test_raw_data.py"],
    "simplex": ["simplex"],
    "training": [
        "training",
        "redraw",
        "examples",
        "mlp",
        "optimizers",
        "schedules",
        "output_slope",
    ],
}
CONFIGURATION = """
[tool.mutmut]
source_paths = ["skmnist"]
only_mutate = ["skmnist/network/_{module}.py"]
also_copy = ["conftest.py"]
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["--hypothesis-profile=mutants", "-p", "no:cacheprovider"]
timeout_constant = 10
timeout_multiplier = 5
"""


def mutmut(*arguments):
    command = [Path(sys.executable).with_name("mutmut"), *arguments]
    settings = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, cwd=COPY, env=settings, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"mutmut {' '.join(arguments)}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def test_path(name):
    return name if name.endswith(".py") else f"tests/network/test_{name}.py"


def copy_project(module):
    shutil.rmtree(COPY, ignore_errors=True)
    no_caches = shutil.ignore_patterns("__pycache__")
    for folder in ("skmnist", "tests"):
        shutil.copytree(ROOT / folder, COPY / folder, ignore=no_caches)
    shutil.copy(ROOT / "conftest.py", COPY)
    tests = [test_path(name) for name in TESTS[module]]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    configuration = CONFIGURATION.format(module=module, tests=tests)
    (COPY / "pyproject.toml").write_text(project + configuration, encoding="utf-8")


def functions(module):
    """Return the lines of each function that mutmut wrote, mutants and originals, uncommented."""
    text = (COPY / f"mutants/skmnist/network/_{module}.py").read_text(encoding="utf-8")
    lines = [line.partition("  # ")[0] for line in text.splitlines()]
    nodes = ast.walk(ast.parse(text))
    found = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    return {node.name: lines[node.lineno - 1 : node.end_lineno] for node in found}


def survivors(module):
    """Return (module.function, changed line) for each mutant that was not killed."""
    bodies, pairs = functions(module), []
    for mutant in re.findall(r"^ +\S+\.(\S+): (?:survived|no tests)$", mutmut("results"), re.M):
        name = mutant.rpartition("__mutmut_")[0]
        original = {line.replace("__mutmut_orig", "") for line in bodies[f"{name}__mutmut_orig"]}
        lines = [line.replace(mutant, name) for line in bodies[mutant]]
        changed = " ".join(" ".join(line for line in lines if line not in original).split())
        plain = name[2:].replace("ǁ", ".")  # from x_relu, or from xǁAdamǁstep
        pairs.append((f"{module}.{plain}", changed.replace(name, plain)))
    return pairs


def run(module):
    """Return mutmut's statistics and the survivors."""
    copy_project(module)
    mutmut("run")
    mutmut("export-cicd-stats")
    figures = (COPY / "mutants/mutmut-cicd-stats.json").read_text(encoding="utf-8")
    return json.loads(figures), set(survivors(module))


def explained():
    """Return the (module.function, changed line) pairs of the tables."""
    rows = re.findall(r"^\| `(.+?)` \| `(.+)` \|$", LIST.read_text(encoding="utf-8"), re.M)
    return {(function, line.replace(PIPE, "|")) for function, line in rows}


def show(what, pairs):
    for function, line in sorted(pairs):
        print(f"    {what}: | `{function}` | `{line.replace('|', PIPE)}` |", flush=True)


def main(modules):
    known, n_new, n_killed, n_total = explained(), 0, 0, 0
    for module in modules:
        figures, alive = run(module)
        total, timeout = figures["total"], figures["timeout"]
        killed = figures["killed"] + figures["segfault"] + timeout
        if killed + figures["survived"] + figures["no_tests"] != total:
            sys.exit(f"{module}: mutmut has no result for some mutants: {figures}")
        print(f"{module:12} {killed:4} of {total:4} killed, {timeout} of them by timeout")
        show("survived", alive - known)
        gone = {pair for pair in known - alive if pair[0].startswith(f"{module}.")}
        show("listed, but killed or gone", gone)
        n_new, n_killed, n_total = n_new + len(alive - known), n_killed + killed, n_total + total
    print(f"{'together':12} {n_killed:4} of {n_total:4} killed: {n_killed / n_total:.1%}")
    return f"docs/{LIST.name} does not list {n_new} survivors." if n_new else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or TESTS))
