"""skmnist evaluate, predict and report: a trained model put to use."""

import base64
import contextlib
import io
import re
import subprocess
import sys
import warnings
from html.parser import HTMLParser

import joblib
import numpy as np
import pytest
from PIL import Image
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import accuracy_score, recall_score
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.cli import main
from skmnist.datasets import load_mnist, read_photo


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a few models, test images in an .npz, and pictures of them."""
    folder = tmp_path_factory.mktemp("models")
    X, y = load_mnist(return_X_y=True)
    X_train, y_train, X_test, y_test = X[:2000], y[:2000], X[50_000:50_300], y[50_000:50_300]
    network = MLPDigitClassifier(hidden_layer_sizes=(32,), max_iter=5, random_state=0)
    features = ConvFeatureTransformer(n_kernels=8, random_state=0)
    models = {
        "pixels": network,
        "features": make_pipeline(features, network),
        "ridge": make_pipeline(StandardScaler(with_std=False), RidgeClassifier()),
    }
    for name, model in models.items():
        joblib.dump(model.fit(X_train, y_train), folder / name)
    np.savez(folder / "test.npz", x_test=X_test.reshape(-1, 28, 28), y_test=y_test)
    for number in range(5):
        image = Image.fromarray(255 - X_test[number].reshape(28, 28))  # dark on light
        image.resize((200, 200), Image.Resampling.BICUBIC).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def here(folder):
    with contextlib.chdir(folder):
        yield folder


def unseen():
    X, y = load_mnist(return_X_y=True)
    return X[50_000:50_300], y[50_000:50_300]


def test_evaluate_counts_what_is_right(here, capsys):
    X, y = unseen()
    y_pred = joblib.load("pixels").predict(X)
    assert main(["evaluate", "pixels", "--data", "test.npz"]) == 0
    printed = capsys.readouterr().out
    assert f"Accuracy: {accuracy_score(y, y_pred):.2%} of 300 test images." in printed
    [row] = re.findall(r"^ +3 +(\d+) +([\d.]+)%$", printed, re.MULTILINE)
    assert int(row[0]) == np.sum(y == 3)
    recall = recall_score(y, y_pred, average=None)[3]
    assert float(row[1]) == pytest.approx(100 * recall, abs=0.051)


def test_evaluate_lists_the_commonest_mistakes_first(here, capsys):
    X, y = unseen()
    y_pred = joblib.load("pixels").predict(X)
    main(["evaluate", "pixels", "--data", "test.npz"])
    table = capsys.readouterr().out.partition("predicted")[2].splitlines()[1:]
    pairs = [tuple(map(int, line.split())) for line in table]
    assert 0 < len(pairs) <= 10
    assert [times for *_, times in pairs] == sorted((times for *_, times in pairs), reverse=True)
    for true, predicted, times in pairs:
        assert true != predicted
        assert np.sum((y == true) & (y_pred == predicted)) == times


def test_evaluate_takes_the_test_images_of_the_box_by_default(here, capsys):
    X, y = load_mnist(subset="test", return_X_y=True)
    assert main(["evaluate", "ridge"]) == 0
    assert f"{joblib.load('ridge').score(X, y):.2%} of 10,000" in capsys.readouterr().out


def test_labels_may_be_words_where_the_images_have_numbers(here, capsys):
    X, y = load_mnist(return_X_y=True)
    model = MLPDigitClassifier(hidden_layer_sizes=(8,), max_iter=2, random_state=0)
    joblib.dump(model.fit(X[:500], y[:500].astype(str)), "words")
    X, y = unseen()
    assert main(["evaluate", "words", "--data", "test.npz"]) == 0
    assert f"{model.score(X, y.astype(str)):.2%}" in capsys.readouterr().out


def test_labels_of_another_kind_are_named(here, capsys):
    X, y = load_mnist(return_X_y=True)
    names = np.array(["even", "odd"])[y[:500] % 2]
    joblib.dump(RidgeClassifier().fit(X[:500], y[:500]), "numbers")
    np.savez("named.npz", x_test=X[:500], y_test=names)
    assert main(["evaluate", "numbers", "--data", "named.npz"]) == 2
    error = capsys.readouterr().err
    assert "odd" in error
    assert error.count("\n") == 1


@pytest.mark.filterwarnings("default:The model does not know")
def test_labels_that_a_model_cannot_know_are_named(here, capsys):
    X, y = unseen()
    np.savez("more.npz", x_test=X, y_test=np.where(y == 3, 12, y))
    assert main(["evaluate", "pixels", "--data", "more.npz"]) == 0
    printed = capsys.readouterr()
    assert "of more.npz, and mistakes these: 12\n" in printed.err
    assert re.search(r"^ +12 +\d+ +0.0%$", printed.out, re.MULTILINE)
    np.savez("others.npz", x_test=X, y_test=y + 20)
    assert main(["evaluate", "pixels", "--data", "others.npz"]) == 2
    assert "labels such as 0, but the test images of others.npz" in capsys.readouterr().err


@pytest.mark.parametrize("file", ["pixels", "test.npz"])
def test_a_report_does_not_take_the_place_of_what_it_is_about(file, here, capsys):
    before = (here / file).read_bytes()
    assert main(["report", "pixels", "--data", "test.npz", "--out", file]) == 2
    assert f"--out {file} would replace what is read from" in capsys.readouterr().err
    assert (here / file).read_bytes() == before


def test_predict_says_the_digit_and_how_sure_it_is(here, capsys):
    _, y = unseen()
    assert main(["predict", "features", *(f"{number}.png" for number in range(5))]) == 0
    lines = capsys.readouterr().out.splitlines()
    parsed = [re.fullmatch(r"(\d)\.png  (\d)  ([\d.]+)%", line).groups() for line in lines]
    assert [int(number) for number, *_ in parsed] == list(range(5))
    assert sum(int(digit) == true for (_, digit, _), true in zip(parsed, y, strict=False)) >= 4
    assert all(10 <= float(confidence) <= 100 for *_, confidence in parsed)


def test_the_confidence_is_that_of_the_answer(here, capsys):
    X, y = load_mnist(return_X_y=True)
    X, y = X[:300], (y[:300] == 7).astype(int)
    model = FixedThresholdClassifier(LogisticRegression(max_iter=10), threshold=0.99)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ten steps are few
        joblib.dump(model.fit(X / 255, y), "cautious")
    assert main(["predict", "cautious", "0.png"]) == 0
    label, confidence = capsys.readouterr().out.split()[1:]
    probabilities = model.predict_proba(read_photo("0.png")[None])[0]
    assert float(confidence[:-1]) == pytest.approx(100 * probabilities[int(label)], abs=0.06)


def test_predict_without_probabilities_says_the_digit_alone(here, capsys):
    assert main(["predict", "ridge", "0.png"]) == 0
    assert re.fullmatch(r"0\.png  \d\n", capsys.readouterr().out)


def test_a_picture_that_cannot_be_read_does_not_keep_back_the_others(here, capsys):
    (here / "junk.png").write_bytes(b"no picture")
    assert main(["predict", "pixels", "0.png", "junk.png", "nowhere.png", "1.png"]) == 2
    printed = capsys.readouterr()
    assert [line[:5] for line in printed.out.splitlines()] == ["0.png", "1.png"]
    errors = printed.err.splitlines()
    assert len(errors) == 2
    assert "junk.png" in errors[0]
    assert "nowhere.png: No such file" in errors[1]


def test_predict_refuses_a_model_of_other_images(here, capsys):
    X, y = np.eye(64), np.arange(64) % 2
    joblib.dump(RidgeClassifier().fit(X, y), "small")
    assert main(["predict", "small", "0.png"]) == 2
    assert "64" in capsys.readouterr().err


class Page(HTMLParser):
    """What a page refers to, and its headings."""

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


@pytest.mark.parametrize(
    ("model", "shown", "not_shown"),
    [
        ("pixels", ["Loss", "First weights", "One image's way"], ["Kernels", "Feature maps"]),
        ("features", ["Loss", "Kernels", "Feature maps", "One image's way"], ["First weights"]),
        ("ridge", ["Confusion"], ["Loss", "Kernels", "First weights", "One image's way"]),
    ],
)
def test_a_report_shows_what_there_is(model, shown, not_shown, here, tmp_path):
    out = tmp_path / "page.html"
    assert main(["report", model, "--data", "test.npz", "--out", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    page = Page(text)
    assert page.headings[0] == model
    assert set(shown) | {"What it gets wrong"} <= set(page.headings)
    assert not set(not_shown) & set(page.headings)
    X, y = unseen()
    assert f"{joblib.load(model).score(X, y):.2%}" in text


def test_a_report_needs_nothing_beside_it(here, tmp_path):
    out = tmp_path / "page.html"
    main(["report", "features", "--data", "test.npz", "--out", str(out)])
    pictures = Page(out.read_text(encoding="utf-8")).references
    assert len(pictures) == 6
    for picture in pictures:
        kind, content = picture.split(",")
        assert kind == "data:image/png;base64"
        assert Image.open(io.BytesIO(base64.b64decode(content))).width > 500


def test_a_model_s_name_is_no_html(here, tmp_path):
    name = "<b>&"
    (tmp_path / name).write_bytes((here / "ridge").read_bytes())
    out = tmp_path / "page.html"
    main(["report", str(tmp_path / name), "--data", "test.npz", "--out", str(out)])
    assert "&lt;b&gt;&amp;" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("missing", "argv", "advice"),
    [
        ("PIL", ["predict", "pixels", "0.png"], "pip install pillow"),
        ("matplotlib", ["report", "pixels", "--data", "test.npz"], "pip install matplotlib"),
    ],
)
def test_what_is_not_installed_is_named_with_the_way_to_it(missing, argv, advice, here):
    code = (
        f"import sys; sys.modules[{missing!r}] = None; from skmnist.cli import main; main({argv})"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=here, capture_output=True, text=True)
    assert done.stderr.startswith("skmnist: error: ")
    assert done.stderr.count("\n") == 1
    assert advice in done.stderr
    assert not (here / "report.html").exists()
