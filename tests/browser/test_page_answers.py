"""What the page shows about an answer: mistakes, reasons, and a kernel on its place."""

import numpy as np
import pytest
from page_events import (
    DIGITS,
    click,
    draw_with_mouse,
    expect_quiet,
    kept_labels,
    mouse,
    outputs_on_page,
    press,
    seen_pixels,
    strokes_of,
    text_of,
    wait_for_frames,
    wait_until,
)
from page_models import feature_model, images, open_page, plain_model


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
