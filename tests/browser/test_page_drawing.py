"""Drawing with a mouse, a finger and keys: strokes, answers, undo and clear."""

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
    outputs_on_page,
    press,
    seen_pixels,
    strokes_of,
    text_of,
    touch,
    wait_for_frames,
    wait_until,
)
from page_models import feature_model, open_page, plain_model

CONTROL = 2  # the code of the modifier in the devtools protocol
# Counts the pixels of the canvas that are not transparent.
INK = """
    const canvas = document.getElementById("canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, i) => i % 4 === 3 && value > 0).length;
"""


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
