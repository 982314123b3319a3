"""Drawing that is interrupted: undo and clear during a stroke, keys and mouse together."""

import pytest
from page_events import (
    DIGITS,
    click,
    draw_with_mouse,
    expect_quiet,
    in_window,
    mouse,
    press,
    text_of,
    wait_for_frames,
)
from page_in_browser import run_core
from page_models import open_page, plain_model

CONTROL = 2  # the code of the modifier in the devtools protocol
UNDO, ESCAPE = ("z", "KeyZ", CONTROL), ("Escape",)


def strokes(browser):
    """Return the strokes on the page."""
    return browser.execute_script("return skmnist.strokes()")


@pytest.mark.parametrize("keys", [UNDO, ESCAPE])
def test_rest_of_a_stroke_that_is_undone_is_not_drawn(page, keys):
    draw_with_mouse(page, DIGITS["1"])
    before = strokes(page)
    [[first, second, third]] = in_window(page, [[(0.2, 0.2), (0.3, 0.3), (0.8, 0.3)]])
    mouse(page, "mousePressed", *first)
    mouse(page, "mouseMoved", *second)
    press(page, *keys)
    mouse(page, "mouseMoved", *third)
    mouse(page, "mouseReleased", *third, pressed=False)
    wait_for_frames(page)
    assert strokes(page) == (before if keys == UNDO else [])


def test_mouse_lifts_the_pen_of_the_keys(page):
    page.execute_script("document.getElementById('canvas').focus()")
    press(page, " ", "Space")
    press(page, "ArrowRight")
    draw_with_mouse(page, DIGITS["1"])
    drawn = strokes(page)
    press(page, "ArrowRight")
    assert strokes(page) == drawn
    assert len(drawn) == 2


def test_undo_brings_a_cleared_drawing_back(page):
    draw_with_mouse(page, DIGITS["4"])
    drawn, answer = strokes(page), text_of(page, "digit")
    click(page, "#clear")
    assert strokes(page) == []
    press(page, *UNDO)
    assert strokes(page) == drawn
    assert text_of(page, "digit") == answer
    press(page, "Escape")
    draw_with_mouse(page, DIGITS["1"])
    press(page, *UNDO)
    assert strokes(page) == []
    press(page, *UNDO)
    assert strokes(page) == []


def test_long_scribble_is_read(page):
    n_pixels = page.execute_script("""
        const point = (_, i) => [0.5 + 0.4 * Math.sin(i * 1.7), 0.5 + 0.4 * Math.sin(i * 1.1)];
        return skmnist.see([Array.from({ length: 20000 }, point)]).length;
    """)
    assert n_pixels == 28 * 28


def test_smooth_line_makes_no_loop_at_a_corner(page):
    # Half the way between the neighbours of the corner is far longer than the next part.
    corner = [[0.2, 0.3], [0.7, 0.3], [0.7, 0.32], [0.7, 0.8]]
    [line] = run_core(page, "return smooth([arguments[0]])", corner)
    assert max(x for x, _ in line) < 0.705
    assert all(point in line for point in corner)


def test_panels_that_come_into_view_show_the_drawing(browser, tmp_path):
    open_page(browser, tmp_path, plain_model, width=360, height=500)
    draw_with_mouse(browser, DIGITS["3"])
    for place in ("end", "start", "end"):
        browser.execute_script(
            "document.getElementById('inside').scrollIntoView({ block: arguments[0] })", place
        )
        wait_for_frames(browser)
    colours = browser.execute_script("""
        const canvas = document.querySelector("#inside canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return new Set(Array.from(data)).size;
    """)
    assert colours > 20
    expect_quiet(browser)
