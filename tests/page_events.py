"""Real mouse and touch events for the page that one draws on, and strokes of the ten digits."""

import itertools
import math
import time

import numpy as np


def arc(centre, radii, start, stop, n=16):
    """Return points on an ellipse between two angles in degrees, which run clockwise from east."""
    angles = [math.radians(start + (stop - start) * i / n) for i in range(n + 1)]
    return [
        (centre[0] + radii[0] * math.cos(angle), centre[1] + radii[1] * math.sin(angle))
        for angle in angles
    ]


def polyline(*corners, n=8):
    """Return points on the straight lines between corners."""
    points = [
        (x + (right - x) * i / n, y + (bottom - y) * i / n)
        for (x, y), (right, bottom) in itertools.pairwise(corners)
        for i in range(n)
    ]
    return [*points, corners[-1]]


# Each digit is a list of strokes, in units of the side of the canvas.
DIGITS = {
    "0": [arc((0.5, 0.5), (0.19, 0.3), -90, 270, 32)],
    "1": [polyline((0.52, 0.2), (0.5, 0.5), (0.48, 0.8))],
    "2": [
        arc((0.49, 0.36), (0.17, 0.16), -160, 40)
        + polyline((0.58, 0.52), (0.34, 0.78), (0.68, 0.76))
    ],
    "3": [arc((0.47, 0.36), (0.17, 0.15), -150, 80) + arc((0.47, 0.65), (0.2, 0.16), -80, 140)],
    "4": [
        polyline((0.38, 0.2), (0.34, 0.5), (0.68, 0.49)),
        polyline((0.62, 0.22), (0.6, 0.5), (0.58, 0.8)),
    ],
    "5": [
        polyline((0.66, 0.22), (0.4, 0.23), (0.37, 0.46))
        + arc((0.47, 0.6), (0.18, 0.17), -115, 140)
    ],
    "6": [
        polyline((0.58, 0.19), (0.44, 0.36), (0.37, 0.6))
        + arc((0.5, 0.64), (0.14, 0.15), 180, 540, 24)
    ],
    "7": [polyline((0.32, 0.24), (0.66, 0.23), (0.56, 0.5), (0.45, 0.8))],
    "8": [
        arc((0.5, 0.36), (0.13, 0.14), 90, -270, 24) + arc((0.5, 0.66), (0.16, 0.16), -90, 270, 24)
    ],
    "9": [
        arc((0.49, 0.36), (0.15, 0.15), -20, -380, 24)
        + polyline((0.63, 0.36), (0.61, 0.56), (0.57, 0.8))
    ],
}


def canvas_box(browser):
    """Return the left edge, the top edge and the side of the canvas in the window."""
    return browser.execute_script("""
        const canvas = document.getElementById("canvas");
        canvas.scrollIntoView({ block: "nearest" });
        const { left, top, width } = canvas.getBoundingClientRect();
        return [left, top, width];
    """)


def in_window(browser, strokes):
    """Return strokes in pixels of the window."""
    left, top, side = canvas_box(browser)
    return [[(left + x * side, top + y * side) for x, y in stroke] for stroke in strokes]


def mouse(browser, kind, x, y, pressed=True):
    """Send one mouse event, as a mouse would."""
    event = {
        "type": kind,
        "x": x,
        "y": y,
        "button": "left",
        "buttons": int(pressed),
        "clickCount": 1,
    }
    browser.execute_cdp_cmd("Input.dispatchMouseEvent", event)


def touch(browser, kind, points):
    """Send one touch event, as fingers would."""
    fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})


def draw_with_mouse(browser, strokes):
    """Draw strokes with the mouse."""
    for stroke in in_window(browser, strokes):
        mouse(browser, "mousePressed", *stroke[0])
        for point in stroke[1:]:
            mouse(browser, "mouseMoved", *point)
        mouse(browser, "mouseReleased", *stroke[-1], pressed=False)
    wait_for_frames(browser)


def draw_with_finger(browser, strokes):
    """Draw strokes with one finger."""
    for stroke in in_window(browser, strokes):
        touch(browser, "touchStart", [stroke[0]])
        for point in stroke[1:]:
            touch(browser, "touchMove", [point])
        touch(browser, "touchEnd", [])
    wait_for_frames(browser)


def press(browser, key, code=None, modifiers=0):
    """Press and release a key."""
    event = {"key": key, "code": code or key, "modifiers": modifiers}
    if len(key) == 1 and not modifiers:
        event["text"] = key
    browser.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyDown", **event})
    browser.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyUp", **event})
    wait_for_frames(browser)


def wait_for_frames(browser):
    """Wait until the page has shown what was drawn."""
    browser.execute_async_script(
        "const done = arguments[0];"
        "requestAnimationFrame(() => requestAnimationFrame(() => done()));"
    )


def wait_until(condition, seconds=10):
    """Wait until a condition is true, and return its value."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "the condition did not become true"
        time.sleep(0.05)
    return value


def text_of(browser, element):
    """Return the text of the element with an id."""
    return browser.execute_script("return document.getElementById(arguments[0]).innerText", element)


def click(browser, selector):
    """Click an element with the mouse, in its middle."""
    x, y = browser.execute_script(
        """
        const element = document.querySelector(arguments[0]);
        element.scrollIntoView({ block: "nearest" });
        const { left, top, width, height } = element.getBoundingClientRect();
        return [left + width / 2, top + height / 2];
        """,
        selector,
    )
    mouse(browser, "mousePressed", x, y)
    mouse(browser, "mouseReleased", x, y, pressed=False)
    wait_for_frames(browser)


def expect_quiet(browser):
    """Expect no errors in the console, and that nothing was loaded."""
    # Tests that read a canvas cause a hint that this can be made faster.
    log = [entry for entry in browser.get_log("browser") if entry["source"] != "rendering"]
    assert log == []
    loaded = "return performance.getEntriesByType('resource').map(entry => entry.name)"
    assert browser.execute_script(loaded) == []


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
    """Return the captions of the drawings that are kept."""
    return browser.execute_script(
        "return [...document.querySelectorAll('#kept .caption')].map(each => each.textContent)"
    )
