"""Change skmnist/network a little, in hundreds of ways: the tests must notice each one.

Usage: mutants.py [MODULE ...]    for example: mutants.py losses simplex

Needs mutmut, array-api-strict and what the tests need. Each module is held to its own tests. It
fails when a mutant survives that is not explained in docs/surviving_mutants.md. mutmut works in
build/mutants, on a copy; `mutmut browse` there shows the mutants of the last module.
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
PIPE = r"\|"  # as it is written in a table
TESTS = {
    "activations": ["activations"],
    "arrays": ["arrays", "windows"],
    "convolution": ["convolution", "maps_in_chunks", "layers"],
    "losses": ["losses"],
    "mlp": ["mlp", "safe_rate"],
    "optimizers": ["optimizers", "training"],
    "simplex": ["simplex"],
    "training": ["training", "mlp", "optimizers", "output_slope"],
}
CONFIGURATION = """
[tool.mutmut]
source_paths = ["skmnist"]
only_mutate = ["skmnist/network/{module}.py"]
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


def copy_project(module):
    shutil.rmtree(COPY, ignore_errors=True)
    no_caches = shutil.ignore_patterns("__pycache__")
    for folder in ("skmnist", "tests"):
        shutil.copytree(ROOT / folder, COPY / folder, ignore=no_caches)
    shutil.copy(ROOT / "conftest.py", COPY)
    tests = [f"tests/test_{name}.py" for name in TESTS[module]]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    configuration = CONFIGURATION.format(module=module, tests=tests)
    (COPY / "pyproject.toml").write_text(project + configuration, encoding="utf-8")


def functions(module):
    """Return the lines of each function that mutmut wrote, the original ones among them."""
    text = (COPY / f"mutants/skmnist/network/{module}.py").read_text(encoding="utf-8")
    lines, nodes = text.splitlines(), ast.walk(ast.parse(text))
    found = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    return {node.name: lines[node.lineno - 1 : node.end_lineno] for node in found}


def survivors(module):
    """Return (module.function, changed line) of each mutant that was not killed."""
    bodies, pairs = functions(module), []
    for mutant in re.findall(r"^ +\S+\.(\S+): (?:survived|no tests)$", mutmut("results"), re.M):
        name = mutant.rpartition("__mutmut_")[0]
        original = {line.replace("__mutmut_orig", "") for line in bodies[f"{name}__mutmut_orig"]}
        lines = [line.replace(mutant, name) for line in bodies[mutant]]
        changed = " ".join(" ".join(line for line in lines if line not in original).split())
        plain = name[2:].replace("ǁ", ".")  # x_step, or xǁAdamǁstep
        pairs.append((f"{module}.{plain}", changed.replace(name, plain)))
    return pairs


def run(module):
    """Return mutmut's figures, and the survivors."""
    copy_project(module)
    mutmut("run")
    mutmut("export-cicd-stats")
    figures = (COPY / "mutants/mutmut-cicd-stats.json").read_text(encoding="utf-8")
    return json.loads(figures), set(survivors(module))


def explained():
    """Return the (function, changed line) pairs of the list."""
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
        killed = figures["killed"] + timeout
        if killed + figures["survived"] + figures["no_tests"] != total:
            sys.exit(f"{module}: mutmut came to no end with some mutants: {figures}")
        print(f"{module:12} {killed:4} of {total:4} killed, {timeout} of them by the clock")
        show("survived", alive - known)
        show("listed, but killed or gone", {x for x in known - alive if x[0].startswith(module)})
        n_new, n_killed, n_total = n_new + len(alive - known), n_killed + killed, n_total + total
    print(f"{'together':12} {n_killed:4} of {n_total:4} killed: {n_killed / n_total:.1%}")
    return f"{n_new} survivors are not explained in docs/{LIST.name}" if n_new else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or TESTS))
