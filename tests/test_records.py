"""The records of accuracy, and the page that they write."""

import importlib.util
import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "records"


@pytest.fixture
def record(monkeypatch):
    """The module that all records share, and whose page is not written."""
    monkeypatch.syspath_prepend(FOLDER)
    monkeypatch.syspath_prepend(FOLDER.with_name("benchmarks"))
    spec = importlib.util.spec_from_file_location("_record", FOLDER / "_record.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_page_has_a_line_for_each_result(record):
    page = record.PAGE.read_text(encoding="utf-8")
    results = [json.loads(path.read_text(encoding="utf-8")) for path in record.RESULTS.iterdir()]
    assert results
    for result in results:
        assert len(result["errors"]) >= 3
        assert record.page_line(result) in page


def test_each_result_belongs_to_a_script(record):
    for path in record.RESULTS.iterdir():
        assert (FOLDER / f"{path.stem}.py").is_file()
        assert f"examples/records/{path.stem}.py --test" in path.read_text(encoding="utf-8")


def test_models_are_chosen_with_training_images_only(record):
    X, X_held_out, y, y_held_out = record.split(test=False)
    assert (len(X), len(X_held_out), len(y), len(y_held_out)) == (50_000, 10_000, 50_000, 10_000)
    rows = {row.tobytes() for row in record.load_mnist(subset="train", return_X_y=True)[0]}
    assert all(row.tobytes() in rows for row in X_held_out)
