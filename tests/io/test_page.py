"""The file that to_page makes: its weights, its size, its mistakes and its policy."""

import base64
import hashlib
import html
import json
import re
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from helpers import small_classifier, small_transformer
from sklearn.pipeline import make_pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.io import DrawingPage, to_page
from skmnist.io._page_html import _COMPUTING, _SHOWING
from skmnist.io._page_numbers import PRECISIONS, with_arrays, with_text

X, y = load_mnist(return_X_y=True)
X_TEST, Y_TEST = load_mnist(subset="test", return_X_y=True)
FOLDER = files("skmnist.io") / "page"


def content(page):
    """Return the model in a page."""
    return json.loads(re.search(r'id="model">(.*?)</script>', page.html, re.S)[1])


@pytest.fixture(scope="module")
def model():
    return small_classifier(hidden_layer_sizes=(32,)).fit(X[:1000], y[:1000])


@pytest.fixture(scope="module")
def page(model):
    return to_page(model, X=X_TEST[:500], y=Y_TEST[:500], title="Digits")


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shape", [(125, 81), (81, 125), (1, 10_001)])
def test_rounded_numbers_are_near_the_numbers(precision, shape):
    numbers = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    numbers[0] *= 1000  # this row has a scale of its own
    bits = PRECISIONS[precision]
    text = with_text({"W": [numbers]}, bits)
    read = with_arrays(json.loads(json.dumps(text)))["W"][0]
    step = abs(numbers).max(axis=1, keepdims=True) / (2 ** (bits - 1) - 1)
    if bits == 32:
        assert read.tolist() == numbers.tolist()
    else:
        error = abs(read - numbers)
        assert (error <= step / 2 * 1.01).all()
        assert error.max() > 0
        assert len(text["W"][0]["data"]) == pytest.approx(numbers.size * bits / 6, abs=4)


def test_small_arrays_and_biases_are_not_rounded():
    arrays = [np.random.default_rng(0).normal(size=shape) for shape in (20_000, (9, 11))]
    assert {text["type"] for text in with_text(arrays, 8)} == {"float32"}


@pytest.mark.parametrize("precision", PRECISIONS)
def test_precision_can_be_chosen(model, precision):
    page = to_page(model, X=X_TEST[:50], precision=precision)
    types = {"8 bits": "int8", "12 bits": "int12", "16 bits": "int16", "32 bits": "float32"}
    assert page.precision == content(page)["precision"] == precision
    assert content(page)["steps"][0]["coefs"][0]["type"] == types[precision]


def test_more_bits_are_used_if_a_label_would_change():
    rng = np.random.default_rng(0)
    model = small_classifier(hidden_layer_sizes=(32,)).fit(X[:300], y[:300])
    # Two classes whose outputs are almost equal for all images.
    model.coefs_[-1][:, 1] = model.coefs_[-1][:, 0] = 10
    model.intercepts_[-1][:] = -100
    model.intercepts_[-1][:2] = 1000
    model.coefs_[0][:] = rng.normal(size=model.coefs_[0].shape)
    model.coefs_[-1][:, 1] += rng.normal(size=32) * 1e-5
    page = to_page(model, X=X_TEST)
    assert page.changes["8 bits"] > 0
    assert page.precision != "8 bits"


def test_changed_labels_are_counted(model):
    exact = to_page(model, X=X_TEST, precision="32 bits")
    assert (exact.label_changes, exact.n_images) == (0, 10_000)
    coarse = to_page(model, X=X_TEST, precision="8 bits")
    step = with_arrays(content(coarse)["steps"])[0]
    hidden = np.maximum(X_TEST @ step["coefs"][0] + step["intercepts"][0], 0)
    outputs = np.maximum(hidden @ step["coefs"][1] + step["intercepts"][1], 0)
    expected = np.sum(model.predict(X_TEST) != outputs.argmax(axis=1))
    assert coarse.label_changes == expected


@pytest.mark.parametrize(
    ("model", "most"),
    [
        (MLPDigitClassifier(max_iter=3, random_state=0), 1_500_000),
        (
            make_pipeline(
                ConvFeatureTransformer(random_state=0),
                MLPDigitClassifier(max_iter=3, random_state=0),
            ),
            3_000_000,
        ),
    ],
    ids=["default network", "default features"],
)
def test_pages_are_small(model, most):
    page = to_page(model.fit(X[:2000], y[:2000]), X=X_TEST[:1000], y=Y_TEST[:1000])
    assert page.label_changes == 0
    assert len(page.html.encode()) < most


def test_mistakes_are_the_most_certain_ones(model, page):
    probabilities = model.predict_proba(X_TEST[:500])
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != Y_TEST[:500])
    mistakes = content(page)["mistakes"]
    assert len(mistakes) == min(len(wrong), 40)
    first = wrong[probabilities[wrong].max(axis=1).argmax()]
    assert base64.b64decode(mistakes[0]["pixels"]) == X_TEST[first].tobytes()
    assert mistakes[0]["label"] == str(Y_TEST[first])
    assert mistakes[0]["predicted"] == str(probabilities[first].argmax())


def test_images_in_floats_become_bytes():
    model = small_classifier().fit(X[:300] / 255, y[:300])
    page = to_page(model, X=X_TEST[:100] / 255, y=Y_TEST[:100])
    assert content(page)["pixel_max"] == 1
    sent = base64.b64decode(content(page)["mistakes"][0]["pixels"])
    assert sent in [row.tobytes() for row in X_TEST[:100]]


def test_page_has_no_mistakes_without_labels(model):
    assert content(to_page(model, X=X_TEST[:100]))["mistakes"] == []


def test_digits_as_strings_are_tested_with_the_bundled_images():
    model = small_classifier().fit(X[:300], y[:300].astype(str))
    assert len(content(to_page(model))["mistakes"]) == 40


def test_page_tells_what_it_contains(page, model):
    told = dict(content(page)["description"])
    assert told["Network"] == "784 → 32 → 10"
    assert told["Accuracy"].startswith(
        f"{np.mean(model.predict(X_TEST[:500]) == Y_TEST[:500]):.2%}"
    )


def test_policy_allows_only_the_script_and_the_style_of_the_page(page):
    policy = html.unescape(re.search(r'Policy" content="(.*?)"', page.html)[1])
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    for name, pattern in {
        "script-src": "<script>(.*)</script>",
        "style-src": "<style>(.*)</style>",
    }.items():
        text = re.search(pattern, page.html, re.S)[1]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in policy


def test_every_file_of_the_page_is_in_it(page):
    names = {
        path.name.removesuffix(".js") for path in FOLDER.iterdir() if path.name.endswith(".js")
    }
    assert sorted((*_COMPUTING, *_SHOWING)) == sorted(names)
    for name in names:
        assert (FOLDER / f"{name}.js").read_text(encoding="utf-8") in page.html


def test_names_in_javascript_are_unique():
    text = "\n".join(
        (FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in (*_COMPUTING, *_SHOWING)
    )
    names = re.findall(r"^(?:function|const|let|class) (\w+)", text, re.M)
    assert len(names) == len(set(names))


def test_page_mentions_no_other_address(page):
    addresses = re.findall(
        r"(?:src|href|url|import)\s*[=(]?\s*[\"'(](?!data:|#)[^\"')]*", page.html
    )
    assert [address for address in addresses if "://" in address or "//" in address] == []


def test_title_is_escaped():
    model = small_classifier().fit(X[:100], y[:100])
    page = to_page(model, X=X_TEST[:5], title="</title><script>alert(1)</script> {{script}}")
    assert "<script>alert(1)" not in page.html
    assert (
        "<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt; {{script}}</title>" in page.html
    )


def test_names_of_classes_cannot_end_the_script():
    labels = np.array(["</script><b>", "{{script}}", "é"])[y[:100] % 3]
    page = to_page(small_classifier().fit(X[:100], labels), X=X_TEST[:5])
    assert content(page)["classes"] == sorted(set(labels.tolist()))
    assert "</script><b>" not in page.html


def test_page_is_the_same_in_every_encoding(model, tmp_path):
    page = to_page(model, X=X_TEST[:50], title="Zahlen 0…9 für \ud800 <b>")
    page.save(tmp_path / "draw.html")
    assert (tmp_path / "draw.html").read_text(encoding="ascii") == page.html
    assert "<title>Zahlen 0&#8230;9 f&#252;r &#55296; &lt;b&gt;</title>" in page.html
    assert page._repr_html_().isascii()
    assert all(path.read_text(encoding="utf-8").isascii() for path in Path(FOLDER).glob("*.[cj]s*"))


def test_failed_save_keeps_the_old_file(page, tmp_path, files_limited_to):
    path = tmp_path / "draw.html"
    path.write_text("old")
    with files_limited_to(1000), pytest.raises(OSError, match=r"draw\.html"):
        page.save(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_notebook_shows_the_page_in_a_frame(page):
    frame = page._repr_html_()
    assert html.unescape(re.search(r'srcdoc="(.*?)"', frame, re.S)[1]) == page.html
    assert 'sandbox="allow-scripts allow-downloads"' in frame
    assert isinstance(page, DrawingPage)


def test_kernels_are_exact():
    model = make_pipeline(small_transformer(), small_classifier()).fit(X[:200], y[:200])
    layer = content(to_page(model, X=X_TEST[:20], precision="8 bits"))["steps"][0]["layers"][0]
    assert with_arrays(layer)["kernels"].tolist() == model[0].kernels_[0].tolist()
