"""The layout of the page from small phones to a wall, in light and dark."""

import pytest
from page_events import DIGITS, click, draw_with_mouse, wait_for_frames
from page_models import feature_model, open_page, plain_model, prefer

# From a small phone to a projector.
SIZES = [(320, 568), (360, 740), (740, 360), (800, 1280), (1280, 720), (1600, 900), (2560, 1440)]


def edges(browser, selector):
    """Return left, top, right and bottom of an element in the window."""
    return browser.execute_script(
        "const box = document.querySelector(arguments[0]).getBoundingClientRect();"
        "return [box.left, box.top, box.right, box.bottom]",
        selector,
    )


@pytest.mark.parametrize("make_model", [plain_model, feature_model])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_page_fits_the_window(browser, tmp_path, make_model, width, height):
    open_page(browser, tmp_path, make_model, width, height)
    for drawn in (False, True):
        if drawn:
            draw_with_mouse(browser, DIGITS["4"])
            click(browser, "#choices button:nth-child(10)")
            browser.execute_script("scrollTo(0, 0)")
        assert browser.execute_script("return document.scrollingElement.scrollWidth") <= width
        cut = browser.execute_script("""
            return [...document.querySelectorAll("main *")].filter((each) => {
              const { left, right } = each.getBoundingClientRect();
              return right > innerWidth + 1 || left < -1;
            }).map((each) => each.outerHTML.slice(0, 100));
        """)
        assert cut == []


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_paper_is_a_square_that_is_seen_as_a_whole(browser, tmp_path, width, height):
    open_page(browser, tmp_path, plain_model, width, height)
    left, top, right, bottom = edges(browser, "#canvas")
    assert right - left == pytest.approx(bottom - top, abs=1)
    assert right - left >= 220
    assert top >= 0
    assert bottom <= height


@pytest.mark.parametrize(("width", "height"), [size for size in SIZES if size != (740, 360)])
def test_answer_is_seen_while_one_draws(browser, tmp_path, width, height):
    open_page(browser, tmp_path, plain_model, width, height)
    draw_with_mouse(browser, DIGITS["4"])
    assert browser.execute_script("return scrollY") == 0
    left, top, right, bottom = edges(browser, "#digit")
    assert right > left
    assert 0 <= top < bottom <= height


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_lines_are_as_fine_as_the_screen(browser, tmp_path, scale):
    open_page(browser, tmp_path, plain_model, 800, 900, scale=scale)
    sizes = "const c = document.getElementById('canvas'); return [c.width, c.clientWidth]"
    pixels, width = browser.execute_script(sizes)
    assert pixels == pytest.approx(scale * width, abs=1)


def test_strokes_stay_when_the_window_changes(browser, tmp_path):
    open_page(browser, tmp_path, plain_model, 1280, 900)
    draw_with_mouse(browser, DIGITS["4"])
    before = browser.execute_script(
        "return [skmnist.strokes(), document.getElementById('digit').textContent]"
    )
    size = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    wait_for_frames(browser)
    wait_for_frames(browser)
    after = browser.execute_script(
        "return [skmnist.strokes(), document.getElementById('digit').textContent]"
    )
    assert after == before
    ink = browser.execute_script("""
        const canvas = document.getElementById("canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return data.some((value) => value > 0);
    """)
    assert ink


def test_dark_mode_is_dark_with_light_ink(browser, tmp_path):
    open_page(browser, tmp_path, plain_model, 1280, 900, scheme="dark")
    draw_with_mouse(browser, [[(0.2, 0.5), (0.8, 0.5)]])
    ground = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert max(map(int, ground[4:-1].split(","))) < 60
    ink = browser.execute_script("""
        const canvas = document.getElementById("canvas");
        const middle = canvas.width / 2;
        return Array.from(canvas.getContext("2d").getImageData(middle, middle, 1, 1).data);
    """)
    assert min(ink) > 200


def test_ink_changes_with_the_mode(browser, tmp_path):
    open_page(browser, tmp_path, plain_model, 1280, 900)
    draw_with_mouse(browser, [[(0.2, 0.5), (0.8, 0.5)]])
    prefer(browser, "dark")
    wait_for_frames(browser)
    wait_for_frames(browser)
    red = browser.execute_script("""
        const canvas = document.getElementById("canvas");
        const middle = canvas.width / 2;
        return canvas.getContext("2d").getImageData(middle, middle, 1, 1).data[0];
    """)
    assert red > 200


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_buttons_are_large_enough_for_fingers(browser, tmp_path, scheme):
    open_page(browser, tmp_path, plain_model, 360, 740, scheme=scheme)
    small = browser.execute_script("""
        return [...document.querySelectorAll(".tools button, #choices button")]
          .filter((each) => each.clientHeight < 40 || each.clientWidth < 40).length;
    """)
    assert small == 0
