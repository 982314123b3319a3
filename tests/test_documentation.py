"""What the pages say about the source."""

import ast
import inspect
import re
import runpy
from pathlib import Path

import pytest

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.classifier._targets import ENCODINGS
from skmnist.features._kernels import SOURCES
from skmnist.features._layers import NORMALIZATIONS, STACKINGS
from skmnist.network import ACTIVATIONS, LOSSES
from skmnist.network._activations import OUTPUT_ACTIVATIONS
from skmnist.network._convolution import MAP_ACTIVATIONS, PADDINGS, POOLS
from skmnist.network._optimizers import SCHEDULES, SOLVERS

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/lecture_in_the_code.md"


def test_every_sentence_of_the_lecture_links_to_its_line():
    lecture = runpy.run_path(str(ROOT / "docs/lecture_lines.py"))
    page = PAGE.read_text(encoding="utf-8")
    n_heads = len(re.findall(r"^\| ---", page, re.M))
    n_rows = len(re.findall(r"^\|", page, re.M)) - 2 * n_heads
    assert len(lecture["LINK"].findall(page)) == n_rows > 20
    assert page == lecture["with_current_lines"](page), "run: python docs/lecture_lines.py"


# Each parameter whose values are the names of a table.
NAMES = [
    (MLPDigitClassifier, "activation", ACTIVATIONS),
    (MLPDigitClassifier, "output_activation", OUTPUT_ACTIVATIONS),
    (MLPDigitClassifier, "loss", LOSSES),
    (MLPDigitClassifier, "target_encoding", ENCODINGS),
    (MLPDigitClassifier, "solver", SOLVERS),
    (MLPDigitClassifier, "learning_rate", SCHEDULES),
    (ConvFeatureTransformer, "kernels", SOURCES),
    (ConvFeatureTransformer, "padding", PADDINGS),
    (ConvFeatureTransformer, "normalize", NORMALIZATIONS),
    (ConvFeatureTransformer, "activation", MAP_ACTIVATIONS),
    (ConvFeatureTransformer, "pool", POOLS),
    (ConvFeatureTransformer, "stacking", STACKINGS),
]


@pytest.mark.parametrize(("estimator", "parameter", "table"), NAMES)
def test_docstrings_list_all_names_of_a_table(estimator, parameter, table):
    [names] = re.findall(rf"^{parameter} : \{{(.+)\}}", inspect.getdoc(estimator), re.M)
    assert set(ast.literal_eval(f"[{names}]")) == set(table)


@pytest.mark.parametrize("estimator", [MLPDigitClassifier, ConvFeatureTransformer])
def test_docstrings_describe_all_parameters_in_order(estimator):
    described = re.findall(r"^(\w+) : .*default=", inspect.getdoc(estimator), re.M)
    assert described == list(inspect.signature(estimator).parameters)


def test_files_that_a_page_names_exist():
    text = (ROOT / "docs/extending.md").read_text(encoding="utf-8")
    names = re.findall(
        r"`((?:base|classifier|cli|displays|distortion|features|io|network)/_\w+\.py)`", text
    )
    assert len(names) > 10
    assert [name for name in names if not (ROOT / "skmnist" / name).is_file()] == []


def test_tables_that_a_page_names_are_where_it_says():
    text = (ROOT / "docs/extending.md").read_text(encoding="utf-8")
    found = re.findall(r"`([A-Z_]{4,})` in `(\w+/_\w+\.py)`", text)
    assert len(found) > 10
    for name, file in found:
        assert re.search(rf"^{name} = ", (ROOT / "skmnist" / file).read_text("utf-8"), re.M), name


def test_the_architecture_names_every_file():
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    tree = text.partition("```\nskmnist/")[2].partition("```")[0]
    listed = set(re.findall(r"^    (\w+\.py)", tree, re.M))
    folders = ("classifier", "features", "distortion", "base", "network")
    files = {path.name for folder in folders for path in (ROOT / "skmnist" / folder).glob("*.py")}
    assert listed == files - {"__init__.py"}
