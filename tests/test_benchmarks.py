"""The command lines of the benchmarks, and the pages that they write."""

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

sys.path.append(str(FOLDER))  # as when a script is run
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


def test_page_contains_the_printed_table(tmp_path, capsys):
    report = report_of(["--record", str(tmp_path)])
    report.heading("first of two")
    report.table(HEADERS, ROWS)
    report.record()
    page = (tmp_path / "memory.md").read_text(encoding="utf-8")
    assert cells(page) == [HEADERS, *ROWS]
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert printed[-3:] == [HEADERS, *ROWS]


def test_page_contains_command_date_and_machine(tmp_path):
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


def test_switch_has_its_own_page(tmp_path):
    report_of(["--features", "--record", str(tmp_path)]).record()
    (path,) = tmp_path.iterdir()
    assert path.name == "memory_features.md"
    assert path.read_text("utf-8").startswith("# Peak memory, `--features`\n")


def test_no_page_is_written_without_record(capsys):
    report = report_of([])
    report.record()
    assert report.folder is None
    assert capsys.readouterr().out == common.machine() + "\n"


def test_default_folder_is_in_the_documentation():
    assert report_of(["--record"]).folder == ROOT / "docs" / "benchmarks"


def test_failed_write_leaves_the_old_page_unchanged(tmp_path):
    path = tmp_path / "memory.md"
    common.write_atomically(path, "old")
    with pytest.raises(UnicodeEncodeError):
        common.write_atomically(path, "not valid text: \ud800")
    assert [each.read_text("utf-8") for each in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_has_a_help_text_and_records(name, capsys):
    script = importlib.import_module(name)
    with pytest.raises(SystemExit, match=r"^0$"):
        script.main(["--help"])
    printed = " ".join(capsys.readouterr().out.split())
    assert script.__doc__.partition("\n")[0] in printed
    assert "--record" in printed
    assert "    report.record()\n" in Path(script.__file__).read_text(encoding="utf-8")


def test_documentation_includes_every_benchmark():
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    included = re.findall(r"```\{include\} benchmarks/(\w+)\.md", page)
    unknown = [name for name in included if not name.startswith(tuple(SCRIPTS))]
    assert not unknown
    folder = ROOT / "docs" / "benchmarks"
    missing = [name for name in included if not (folder / f"{name}.md").is_file()]
    assert not missing
    assert set(SCRIPTS) <= set(included)
