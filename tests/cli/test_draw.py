"""skmnist draw: the page of a model in a file, and the same page in a report."""

import html
import re

import joblib
import numpy as np
import pytest
from helpers import small_classifier

from skmnist import MLPDigitClassifier
from skmnist.cli import main
from skmnist.io import to_page


def draw(*argv):
    return main(["draw", *map(str, argv)])


def test_page_is_the_one_made_in_python(models, tmp_path, capsys):
    out = tmp_path / "page.html"
    assert draw("pixels", "--out", out, "--title", "<b>7b</b>") == 0
    page = to_page(joblib.load("pixels"), title="<b>7b</b>")
    assert out.read_text(encoding="utf-8") == page.html
    printed = capsys.readouterr().out
    assert f"Wrote {out}: {out.stat().st_size / 1e6:.1f} MB, weights of {page.precision}" in printed
    assert "differ from those of the model: 0 of 10,000 test images." in printed


@pytest.mark.parametrize("model", ["pixels", "features"])
def test_images_of_data_are_those_that_the_page_tests(model, models, unseen, tmp_path):
    out = tmp_path / "page.html"
    assert draw(model, "--data", "test.npz", "--out", out) == 0
    X, y = unseen
    assert out.read_text(encoding="utf-8") == to_page(joblib.load(model), X=X, y=y).html


def test_model_predicts_only_for_the_page(models, tmp_path, monkeypatch):
    n_rows, predict = [], MLPDigitClassifier.predict

    def counted(self, X):
        n_rows.append(len(X))
        return predict(self, X)

    monkeypatch.setattr(MLPDigitClassifier, "predict", counted)
    assert draw("pixels", "--data", "test.npz", "--out", tmp_path / "page.html") == 0
    assert n_rows == [300]


def test_labels_have_the_type_of_the_classes(models, digits, unseen, tmp_path):
    X, y = digits
    joblib.dump(small_classifier().fit(X[:500], y[:500].astype(str)), "strings")
    assert draw("strings", "--data", "test.npz", "--out", tmp_path / "page.html") == 0
    X, y = unseen
    page = to_page(joblib.load("strings"), X=X, y=y.astype(str))
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page.html


def test_error_names_a_model_that_is_not_for_a_page(models, capsys):
    assert draw("ridge", "--out", "page.html") == 2
    printed = capsys.readouterr().err
    assert "got a RidgeClassifier." in printed
    assert printed.count("\n") == 1
    assert not (models / "page.html").exists()


@pytest.mark.parametrize("file", ["pixels", "test.npz"])
def test_page_does_not_replace_its_inputs(file, models, capsys):
    before = (models / file).read_bytes()
    assert draw("pixels", "--data", "test.npz", "--out", file) == 2
    assert f"--out must not be an input file; got {file}." in capsys.readouterr().err
    assert (models / file).read_bytes() == before


def test_error_for_images_of_another_size(models, capsys):
    np.savez("small.npz", x_test=np.zeros((3, 8, 8)), y_test=np.arange(3))
    assert draw("pixels", "--data", "small.npz", "--out", "page.html") == 2
    assert "test images of 784 pixels for pixels; got images of 64" in capsys.readouterr().err


def test_report_contains_the_page(models, unseen, tmp_path):
    out = tmp_path / "report.html"
    assert main(["report", "pixels", "--data", "test.npz", "--out", str(out)]) == 0
    [frame] = re.findall(r'<iframe[^>]*srcdoc="([^"]*)"', out.read_text(encoding="utf-8"))
    X, y = unseen
    assert html.unescape(frame) == to_page(joblib.load("pixels"), X=X, y=y).html
