"""Drawing with a mouse, a finger and keys: answers, undo, clear, corrections and mistakes."""

import json

import numpy as np
import pytest
from page_events import (
    DIGITS,
    click,
    draw_with_finger,
    draw_with_mouse,
    expect_quiet,
    in_window,
    mouse,
    press,
    text_of,
    touch,
    wait_for_frames,
    wait_until,
)
from page_models import feature_model, images, open_page, plain_model

from skmnist.datasets import read_drawings

CONTROL = 2  # the code of the modifier in the devtools protocol
# Counts the pixels of the canvas that are not transparent.
INK = """
    const canvas = document.getElementById("canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, i) => i % 4 === 3 && value > 0).length;
"""


@pytest.fixture
def page(browser, tmp_path):
    """Open the page of a classifier of pixels, and check afterwards that it was quiet."""
    open_page(browser, tmp_path, plain_model)
    yield browser
    expect_quiet(browser)


def seen_pixels(browser):
    """Return what the network sees, read from the colours of the picture on the page."""
    red = browser.execute_script("""
        const canvas = document.getElementById("seen");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return Array.from(data.filter((_, i) => i % 4 === 0));
    """)
    # The style sheet says which red the darkest and the brightest pixel have.
    return (np.array(red) - 0x12) / (0xF4 - 0x12) * 255


def strokes_of(browser, strokes):
    """Return what the page sees in strokes, as a row of X."""
    pixels = browser.execute_script("return Array.from(skmnist.see(arguments[0]))", strokes)
    return np.array([pixels], dtype=np.uint8)


def outputs_on_page(browser):
    values = browser.execute_script(
        "return [...document.querySelectorAll('#outputs .value')].map(each => each.textContent)"
    )
    return [float(value.replace("\u2212", "-")) for value in values if value]


def kept_labels(browser):
    return browser.execute_script(
        "return [...document.querySelectorAll('#kept .caption')].map(each => each.textContent)"
    )


def download(browser, folder):
    """Click on the button that saves the drawings, and return the path of the file."""
    behavior = {"behavior": "allow", "downloadPath": str(folder)}
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", behavior)
    click(browser, "#save")
    path = folder / "drawings.json"
    wait_until(lambda: path.exists() and path.read_bytes().endswith(b"}"))
    return path


@pytest.mark.parametrize("make_model", [plain_model, feature_model])
@pytest.mark.parametrize("draw", [draw_with_mouse, draw_with_finger])
def test_ten_digits_are_read_as_python_reads_them(browser, tmp_path, make_model, draw):
    open_page(browser, tmp_path, make_model, is_phone=draw is draw_with_finger)
    model, right = make_model(), 0
    for digit, strokes in DIGITS.items():
        draw(browser, strokes)
        drawn = browser.execute_script("return skmnist.strokes()")
        assert len(drawn) == len(strokes)
        expected = model.predict(strokes_of(browser, drawn))[0]
        assert text_of(browser, "digit") == str(expected)
        right += digit == str(expected)
        click(browser, "#clear")
    assert right >= 8
    expect_quiet(browser)


def test_strokes_are_where_the_mouse_was(page):
    draw_with_mouse(page, DIGITS["4"])
    drawn = page.execute_script("return skmnist.strokes()")
    for stroke, expected in zip(drawn, DIGITS["4"], strict=True):
        np.testing.assert_allclose(stroke, expected, atol=0.003)


def test_outputs_are_those_of_python(page):
    draw_with_mouse(page, DIGITS["3"])
    X = strokes_of(page, page.execute_script("return skmnist.strokes()"))
    expected = plain_model().decision_function(X)[0]
    np.testing.assert_allclose(outputs_on_page(page), expected, atol=0.02)


def test_empty_paper_says_nothing(page):
    for _ in range(2):
        assert text_of(page, "digit") == ""
        assert text_of(page, "chance") == ""
        assert outputs_on_page(page) == []
        assert text_of(page, "invitation") == "Draw a digit"
        assert len(np.unique(seen_pixels(page))) == 1
        assert page.execute_script(INK) == 0
        enabled = "return document.querySelectorAll('.answer button:enabled').length"
        assert page.execute_script(enabled) == 0
        draw_with_mouse(page, DIGITS["2"])
        assert text_of(page, "digit") != ""
        click(page, "#clear")


@pytest.mark.parametrize("how", ["button", "Ctrl+Z", "Backspace"])
def test_undo_takes_the_last_stroke_away(page, how):
    draw_with_mouse(page, DIGITS["4"][:1])
    ink, answer = page.execute_script(INK), text_of(page, "digit")
    draw_with_mouse(page, DIGITS["4"][1:])
    assert page.execute_script(INK) > ink
    if how == "button":
        click(page, "#undo")
    elif how == "Ctrl+Z":
        press(page, "z", "KeyZ", CONTROL)
    else:
        press(page, "Backspace")
    assert page.execute_script(INK) == ink
    assert text_of(page, "digit") == answer
    assert len(page.execute_script("return skmnist.strokes()")) == 1


def test_escape_clears(page):
    draw_with_mouse(page, DIGITS["4"])
    press(page, "Escape")
    assert page.execute_script(INK) == 0
    assert page.execute_script("return skmnist.strokes()") == []


def test_stroke_goes_on_outside_of_the_paper(page):
    [[inside, outside]] = in_window(page, [[(0.5, 0.5), (0.5, 1.3)]])
    mouse(page, "mousePressed", *inside)
    mouse(page, "mouseMoved", *outside)
    wait_for_frames(page)
    mouse(page, "mouseReleased", *outside, pressed=False)
    mouse(page, "mouseMoved", *inside, pressed=False)
    [stroke] = page.execute_script("return skmnist.strokes()")
    np.testing.assert_allclose(stroke, [[0.5, 0.5], [0.5, 1]], atol=0.003)


def test_right_button_draws_nothing(page):
    [[(x, y)]] = in_window(page, [[(0.5, 0.5)]])
    event = {"type": "mousePressed", "x": x, "y": y, "button": "right", "buttons": 2}
    page.execute_cdp_cmd("Input.dispatchMouseEvent", event)
    wait_for_frames(page)
    assert page.execute_script("return skmnist.strokes()") == []


def test_dot_is_ink(page):
    draw_with_mouse(page, [[(0.5, 0.5)]])
    assert page.execute_script(INK) > 100


def test_second_finger_draws_nothing(browser, tmp_path):
    open_page(browser, tmp_path, plain_model, is_phone=True)
    [[first, moved], [second, away]] = in_window(
        browser, [[(0.3, 0.3), (0.3, 0.6)], [(0.7, 0.3), (0.7, 0.6)]]
    )
    touch(browser, "touchStart", [first])
    touch(browser, "touchStart", [first, second])
    touch(browser, "touchMove", [moved, away])
    touch(browser, "touchEnd", [])
    wait_for_frames(browser)
    [stroke] = browser.execute_script("return skmnist.strokes()")
    assert np.allclose(np.array(stroke)[:, 0], 0.3, atol=0.01)


def test_page_stays_where_it_is_while_a_finger_draws(browser, tmp_path):
    open_page(browser, tmp_path, plain_model, 360, 640, is_phone=True)
    style = "return getComputedStyle(document.getElementById('canvas')).touchAction"
    assert browser.execute_script(style) == "none"
    upwards = [[(0.5, 0.9 - 0.05 * i) for i in range(17)]]
    draw_with_finger(browser, upwards)
    assert browser.execute_script("return scrollY") == 0
    assert len(browser.execute_script("return skmnist.strokes()")) == 1
    # Below the paper, the same movement scrolls.
    start = browser.execute_script(
        "const { left, top } = document.getElementById('seen').getBoundingClientRect();"
        "return [left + 40, top + 40]"
    )
    touch(browser, "touchStart", [start])
    for i in range(17):
        touch(browser, "touchMove", [(start[0], start[1] - 20 * i)])
    touch(browser, "touchEnd", [])
    wait_until(lambda: browser.execute_script("return scrollY") > 100)


def test_arrow_keys_draw_while_the_pen_is_down(page):
    page.execute_script("document.getElementById('canvas').focus()")
    press(page, "ArrowUp")
    assert page.execute_script("return skmnist.strokes()") == []
    press(page, " ", "Space")
    for _ in range(8):
        press(page, "ArrowDown")
    press(page, " ", "Space")
    press(page, "ArrowRight")
    [stroke] = page.execute_script("return skmnist.strokes()")
    np.testing.assert_allclose(stroke[0], [0.5, 0.475])
    np.testing.assert_allclose(stroke[-1], [0.5, 0.675])
    assert text_of(page, "digit") == str(plain_model().predict(strokes_of(page, [stroke]))[0])


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


def test_mistakes_are_shown_as_the_network_sees_them(page):
    X, y = images("test", 2_000)
    wrong = np.flatnonzero(plain_model().predict(X) != y)
    click(page, "#wrong li:nth-child(3) .show")
    caption = page.execute_script(
        "return document.querySelector('#wrong li:nth-child(3)').innerText"
    )
    label, predicted = caption.split(", not ")
    assert text_of(page, "digit") == predicted
    pixels = seen_pixels(page)
    shown = [i for i in wrong if np.abs(X[i] - pixels).max() < 2]
    assert [str(y[i]) for i in shown] == [label]
    assert kept_labels(page) == []
    draw_with_mouse(page, DIGITS["1"])
    assert text_of(page, "digit") == "1"
    assert text_of(page, "error") == ""


def test_at_most_forty_mistakes_are_shown(page):
    n = page.execute_script("return document.querySelectorAll('#wrong li').length")
    X, y = images("test", 2_000)
    assert n == min(40, np.sum(plain_model().predict(X) != y))


def test_screen_readers_are_told_once_per_stroke(page):
    page.execute_script("""
        window.told = [];
        const status = document.getElementById("status");
        new MutationObserver(() => told.push(status.textContent))
          .observe(status, { childList: true, characterData: true, subtree: true });
    """)
    draw_with_mouse(page, DIGITS["8"])
    wait_until(lambda: page.execute_script("return told.length"))
    told = page.execute_script("return told")
    assert told == [f"The answer is {text_of(page, 'digit')}, {text_of(page, 'chance')}."]


def test_reasons_add_up_to_the_output(page):
    draw_with_mouse(page, DIGITS["6"])
    for row in (1, 7):
        click(page, f"#outputs li:nth-child({row}) button")
        assert text_of(page, "reasons-title") == f"For and against {row - 1}"
        sums = text_of(page, "sums").replace("\u2212", "-").split()[1::2]
        assert sum(map(float, sums)) == pytest.approx(outputs_on_page(page)[row - 1], abs=0.02)


def test_panels_are_painted_once_per_frame(page):
    n_frames = page.execute_script("""
        const canvas = document.getElementById("canvas");
        const { left, top, width } = canvas.getBoundingClientRect();
        let frames = 0;
        const request = window.requestAnimationFrame;
        window.requestAnimationFrame = (work) => { frames++; return request(work); };
        const send = (type, x) => canvas.dispatchEvent(new PointerEvent(type, {
          pointerId: 1, button: 0, clientX: left + x * width, clientY: top + 0.5 * width,
        }));
        canvas.setPointerCapture = () => {};
        send("pointerdown", 0.2);
        for (let i = 0; i < 30; i++) send("pointermove", 0.2 + 0.02 * i);
        window.requestAnimationFrame = request;
        return frames;
    """)
    assert n_frames == 1


def test_kernel_is_laid_on_the_place_that_is_pointed_at(browser, tmp_path):
    open_page(browser, tmp_path, feature_model)
    draw_with_mouse(browser, DIGITS["3"])
    X = strokes_of(browser, browser.execute_script("return skmnist.strokes()"))
    number, row, column = 2, 13, 14  # the kernel, and the pixel in its middle
    browser.execute_script("document.querySelector('.kernels canvas').focus()")
    for key in ("ArrowLeft", *number * ["ArrowRight"]):
        press(browser, key)
    point_at_pixel(browser, ".lens canvas", row, column)
    kernel = feature_model()[0].kernels_[0][number, ..., 0]
    patch = X.reshape(28, 28)[row - 1 : row + 2, column - 1 : column + 2]
    assert shown_mean(browser) == pytest.approx((kernel * patch).mean(), abs=0.6)
    # The arrow keys move it to the next place.
    browser.execute_script("document.querySelector('.lens canvas').focus()")
    press(browser, "ArrowDown")
    patch = X.reshape(28, 28)[row : row + 3, column - 1 : column + 2]
    assert shown_mean(browser) == pytest.approx((kernel * patch).mean(), abs=0.6)
    expect_quiet(browser)


def point_at_pixel(browser, selector, row, column):
    """Let the mouse rest on a pixel of a picture of 28 × 28 pixels."""
    left, top, cell = browser.execute_script(
        """
        const canvas = document.querySelector(arguments[0]);
        canvas.scrollIntoView({ block: "center" });
        const { left, top, width } = canvas.getBoundingClientRect();
        return [left, top, width / 28];
        """,
        selector,
    )
    place = left + (column + 0.5) * cell, top + (row + 0.5) * cell
    mouse(browser, "mouseMoved", *place, pressed=False)
    wait_for_frames(browser)


def shown_mean(browser):
    text = browser.execute_script("return document.querySelector('.lens .mean').textContent")
    return float(text.replace("\u2212", "-"))
