"""skmnist report: the sections of the page, which is a single file."""

import base64
import io
import subprocess
import sys
from html.parser import HTMLParser

import joblib
import pytest
from PIL import Image

from skmnist.cli import main

SECTIONS = {
    "pixels": {"Loss curve", "Weights of the first layer", "Activations", "Draw a digit"},
    "features": {"Loss curve", "Kernels", "Feature maps", "Activations", "Draw a digit"},
    "ridge": set(),
}
OF_EVERY_MODEL = {
    *("Accuracy per class", "Most frequent mistakes", "Confusion matrix", "Misclassified images"),
}


class Page(HTMLParser):
    """The headings of a page and the addresses that it refers to."""

    def __init__(self, text):
        super().__init__()
        self.references, self.headings, self.tag = [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tag = tag
        self.references += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data):
        if self.tag in ("h1", "h2") and data.strip():
            self.headings.append(data)


@pytest.mark.parametrize("model", SECTIONS)
def test_sections_are_those_that_apply_to_the_model(model, models, unseen, tmp_path):
    out = tmp_path / "page.html"
    assert main(["report", model, "--data", "test.npz", "--out", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    page = Page(text)
    assert page.headings[0] == model
    assert len(page.headings[1:]) == len(set(page.headings[1:]))
    assert set(page.headings[1:]) == SECTIONS[model] | OF_EVERY_MODEL
    X, y = unseen
    assert f"{joblib.load(model).score(X, y):.2%}" in text


def test_reason_is_printed_if_there_is_no_page_to_draw_on(models, tmp_path, capsys):
    out = tmp_path / "page.html"
    assert main(["report", "ridge", "--data", "test.npz", "--out", str(out)]) == 0
    printed = capsys.readouterr().err
    assert printed.startswith("skmnist: warning: The report contains no page to draw on: model ")
    assert printed.endswith("got a RidgeClassifier.\n")
    assert printed.count("\n") == 1
    assert main(["report", "pixels", "--data", "test.npz", "--out", str(out)]) == 0
    assert capsys.readouterr().err == ""


def test_pictures_are_part_of_the_page(models, tmp_path):
    out = tmp_path / "page.html"
    main(["report", "features", "--data", "test.npz", "--out", str(out)])
    pictures = Page(out.read_text(encoding="utf-8")).references
    assert len(pictures) == 6
    for picture in pictures:
        kind, content = picture.split(",")
        assert kind == "data:image/png;base64"
        assert Image.open(io.BytesIO(base64.b64decode(content))).width > 500


def test_name_of_the_model_is_escaped(models, tmp_path):
    name = "<b>&"
    (tmp_path / name).write_bytes((models / "ridge").read_bytes())
    out = tmp_path / "page.html"
    main(["report", str(tmp_path / name), "--data", "test.npz", "--out", str(out)])
    assert "&lt;b&gt;&amp;" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", ["pixels", "test.npz"])
def test_report_does_not_replace_its_inputs(file, models, capsys):
    before = (models / file).read_bytes()
    assert main(["report", "pixels", "--data", "test.npz", "--out", file]) == 2
    assert f"--out must not be an input file; got {file}." in capsys.readouterr().err
    assert (models / file).read_bytes() == before


@pytest.mark.parametrize(
    ("missing", "argv", "advice"),
    [
        ("PIL", ["predict", "pixels", "0.png"], "pip install pillow"),
        ("matplotlib", ["report", "pixels", "--data", "test.npz"], "pip install matplotlib"),
    ],
)
def test_error_names_a_missing_package(missing, argv, advice, models):
    code = (
        f"import sys; sys.modules[{missing!r}] = None; from skmnist.cli import main; main({argv})"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=models, capture_output=True, text=True)
    assert done.stderr.startswith("skmnist: error: ")
    assert done.stderr.count("\n") == 1
    assert advice in done.stderr
    assert not (models / "report.html").exists()
