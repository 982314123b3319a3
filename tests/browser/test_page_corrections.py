"""Drawings whose labels are corrected on the page, and saved."""

import json

import numpy as np
import pytest
from page_events import (
    DIGITS,
    click,
    draw_with_mouse,
    kept_labels,
    press,
    strokes_of,
    text_of,
    wait_until,
)
from page_models import plain_model

from skmnist.datasets import read_drawings


def download(browser, folder):
    """Click on the button that saves the drawings, and return the path of the file."""
    behavior = {"behavior": "allow", "downloadPath": str(folder)}
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", behavior)
    click(browser, "#save")
    path = folder / "drawings.json"
    wait_until(lambda: path.exists() and path.read_bytes().endswith(b"}"))
    return path


def test_saved_corrections_are_read_by_python(page, tmp_path):
    drawn = []
    for digit, label in [("4", "9"), ("7", "7"), ("2", "0")]:
        draw_with_mouse(page, DIGITS[digit])
        drawn.append(page.execute_script("return skmnist.strokes()"))
        click(page, f"#choices button:nth-child({int(label) + 1})")
        click(page, "#clear")
    path = download(page, tmp_path)
    drawings = read_drawings(path)
    X = np.concatenate([strokes_of(page, strokes) for strokes in drawn])
    np.testing.assert_array_equal(drawings.data, X)
    np.testing.assert_array_equal(drawings.target, [9, 7, 0])
    np.testing.assert_array_equal(drawings.predicted, plain_model().predict(X))
    for strokes, expected in zip(drawings.strokes, drawn, strict=True):
        for points, stroke in zip(strokes, expected, strict=True):
            np.testing.assert_allclose(points, stroke, atol=1e-4)


def test_target_and_squared_error_are_shown_for_a_label(page):
    draw_with_mouse(page, DIGITS["5"])
    X = strokes_of(page, page.execute_script("return skmnist.strokes()"))
    assert text_of(page, "error") == ""
    click(page, "#choices button:nth-child(4)")
    target = "return [...document.querySelectorAll('#outputs .target')].map(t => t.textContent)"
    assert page.execute_script(target) == list("0001000000")
    error = np.sum((plain_model().decision_function(X)[0] - np.eye(10)[3]) ** 2)
    assert float(text_of(page, "error").removeprefix("Squared error ")) == pytest.approx(
        error, abs=0.03
    )
    click(page, "#choices button:nth-child(4)")
    assert page.execute_script(target) == [""] * 10
    assert text_of(page, "error") == ""


def test_label_that_is_taken_back_is_not_kept(page):
    draw_with_mouse(page, DIGITS["0"])
    click(page, "#choices button:nth-child(7)")
    assert kept_labels(page) == ["6, not 0"]
    click(page, "#choices button:nth-child(9)")
    assert kept_labels(page) == ["8, not 0"]
    click(page, "#choices button:nth-child(9)")
    assert kept_labels(page) == []
    assert not page.execute_script("return document.getElementById('drawings').checkVisibility()")


def test_key_of_a_class_labels_the_drawing(page):
    draw_with_mouse(page, DIGITS["0"])
    press(page, "6", "Digit6")
    assert kept_labels(page) == ["6, not 0"]


def test_stroke_after_a_label_begins_a_new_drawing(page, tmp_path):
    for digit in "12":
        draw_with_mouse(page, DIGITS[digit])
        assert len(page.execute_script("return skmnist.strokes()")) == 1
        press(page, digit, f"Digit{digit}")
    drawings = json.loads(download(page, tmp_path).read_text())["drawings"]
    assert [drawing["label"] for drawing in drawings] == ["1", "2"]
    assert [len(drawing["strokes"]) for drawing in drawings] == [1, 1]


def test_undo_changes_the_kept_drawing(page, tmp_path):
    draw_with_mouse(page, DIGITS["4"])
    press(page, "4", "Digit4")
    press(page, "Backspace")
    [drawing] = json.loads(download(page, tmp_path).read_text())["drawings"]
    assert len(drawing["strokes"]) == 1
    assert drawing["predicted"] == text_of(page, "digit")


def test_kept_drawings_are_opened_and_removed(page):
    for digit in "01":
        draw_with_mouse(page, DIGITS[digit])
        click(page, "#choices button:nth-child(9)")
        click(page, "#clear")
    click(page, "#kept li:first-child .show")
    assert text_of(page, "digit") == "0"
    assert (
        page.execute_script(
            "return document.querySelectorAll('#choices [aria-pressed=true]').length"
        )
        == 1
    )
    click(page, "#kept li:first-child .remove")
    assert kept_labels(page) == ["8, not 1"]
    # The drawing is still on the paper, without a label.
    assert text_of(page, "digit") == "0"
    assert text_of(page, "error") == ""
