"""The benchmarks' command lines, and the pages that they write."""

import importlib
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "examples" / "benchmarks"
SCRIPTS = sorted(path.stem for path in FOLDER.glob("[!_]*.py"))
HEADERS = ["MB", "imported", "peak"]
ROWS = [["skmnist", "100.1", "171.0"], ["MLPClassifier", "100.1", "567.9"]]

sys.path.append(str(FOLDER))  # where a script that is run finds what it imports
common = importlib.import_module("_common")


def report_of(argv, documentation="Peak memory.\n\nMore about it."):
    parser = common.argument_parser(documentation)
    parser.add_argument("--images", type=int, default=1)
    parser.add_argument("--features", action="store_true")
    return common.Report("folder/memory.py", documentation, parser.parse_args(argv), argv)


def cells(page):
    lines = [line for line in page.splitlines() if line.startswith("|")]
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [table[0], *table[2:]]


def test_a_page_holds_the_table_that_is_printed(tmp_path, capsys):
    report = report_of(["--record", str(tmp_path)])
    report.heading("first of two")
    report.table(HEADERS, ROWS)
    report.record()
    page = (tmp_path / "memory.md").read_text(encoding="utf-8")
    assert cells(page) == [HEADERS, *ROWS]
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert printed[-3:] == [HEADERS, *ROWS]


def test_a_page_says_what_made_it_and_on_what(tmp_path):
    argv = ["--images", "1", "--record", str(tmp_path)]
    report = report_of(argv)
    report.line("  seed 0: 98 %")
    report.record()
    title, command, machine, line = (tmp_path / "memory.md").read_text("utf-8").split("\n\n")
    assert title == "# Peak memory"
    assert f'`make bench NAME=memory ARGS="{" ".join(argv)}"`' in command
    assert re.search(r"\d{4}-\d\d-\d\d$", command)
    assert machine == common.machine()
    assert line == "seed 0: 98 %\n"


def test_a_switch_has_a_page_of_its_own(tmp_path):
    report_of(["--features", "--record", str(tmp_path)]).record()
    (path,) = tmp_path.iterdir()
    assert path.name == "memory_features.md"
    assert path.read_text("utf-8").startswith("# Peak memory, `--features`\n")


def test_nothing_is_written_unless_asked_for(capsys):
    report = report_of([])
    report.record()
    assert report.folder is None
    assert capsys.readouterr().out == common.machine() + "\n"


def test_a_page_goes_into_the_documentation_by_default():
    assert report_of(["--record"]).folder == ROOT / "docs" / "benchmarks"


def test_a_write_that_fails_leaves_the_old_file_whole(tmp_path):
    path = tmp_path / "memory.md"
    common.write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        common.write_whole(path, "new, but no text: \ud800")
    assert [each.read_text("utf-8") for each in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_explains_itself_and_can_be_recorded(name, capsys):
    script = importlib.import_module(name)
    with pytest.raises(SystemExit, match=r"^0$"):
        script.main(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert script.__doc__.partition("\n")[0] in said
    assert "--record" in said
    assert "    report.record()\n" in Path(script.__file__).read_text(encoding="utf-8")


def test_the_documentation_includes_every_benchmark():
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    included = re.findall(r"```\{include\} benchmarks/(\w+)\.md", page)
    unknown = [name for name in included if not name.startswith(tuple(SCRIPTS))]
    assert not unknown
    folder = ROOT / "docs" / "benchmarks"
    missing = [name for name in included if not (folder / f"{name}.md").is_file()]
    assert not missing
    assert set(SCRIPTS) <= set(included)
