"""Drawings of digits by a simulated hand, and their pictures, drawn by Pillow."""

import itertools

import numpy as np

PICTURE_SIDE, SUPERSAMPLING = 560, 2


def _arc(x, y, across, down, start, stop):
    """Return points of an ellipse; angles are in degrees, clockwise from the right."""
    angles = np.radians(np.linspace(start, stop, 24))
    return np.column_stack([x + across * np.cos(angles), y + down * np.sin(angles)])


def _line(*corners):
    """Return points of a polyline."""
    corners = np.array(corners, dtype=float)
    parts = [np.linspace(start, stop, 10) for start, stop in itertools.pairwise(corners)]
    return np.concatenate(parts)


# The strokes of each digit in a unit square, with y downwards.
_DIGITS = {
    0: [_arc(0.5, 0.5, 0.3, 0.45, -80, 290)],
    1: [_line((0.35, 0.25), (0.55, 0.05), (0.55, 0.95))],
    2: [_arc(0.5, 0.3, 0.28, 0.25, -170, 30), _line((0.72, 0.45), (0.2, 0.95), (0.82, 0.95))],
    3: [_arc(0.45, 0.27, 0.27, 0.22, -150, 90), _arc(0.45, 0.72, 0.32, 0.23, -90, 150)],
    4: [_line((0.5, 0.05), (0.2, 0.6), (0.85, 0.6)), _line((0.65, 0.35), (0.65, 0.98))],
    5: [
        _line((0.78, 0.07), (0.3, 0.07), (0.27, 0.45)),
        _arc(0.47, 0.68, 0.3, 0.27, -130, 140),
    ],
    6: [_line((0.65, 0.05), (0.35, 0.4)), _arc(0.48, 0.7, 0.24, 0.24, -160, 200)],
    7: [_line((0.2, 0.08), (0.8, 0.08), (0.42, 0.96))],
    8: [
        _arc(0.5, 0.28, 0.22, 0.22, -60, -270),
        _arc(0.5, 0.73, 0.27, 0.23, -90, 270),
        _arc(0.5, 0.28, 0.22, 0.22, 90, -60),
    ],
    9: [_arc(0.48, 0.3, 0.24, 0.24, -20, -380), _line((0.72, 0.3), (0.6, 0.96))],
}
_LIFTED = (4,)  # digits whose strokes are not connected


def draw_digit(digit, rng):
    """Return the strokes of a digit as lists of points, by a hand that varies and trembles."""
    angle, lean = rng.normal(0, 0.08), rng.normal(0.1, 0.15)
    size, ratio = rng.uniform(0.4, 0.8), rng.uniform(0.75, 1.1)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    change = size * np.array([[ratio, 0], [-lean, 1]]) @ turn
    strokes = _DIGITS[digit] if digit in _LIFTED else [np.vstack(_DIGITS[digit])]
    moved = [(stroke - 0.5) @ change + _tremble(stroke, rng) for stroke in strokes]
    low = np.min(np.vstack(moved), axis=0)
    room = 1 - (np.max(np.vstack(moved), axis=0) - low)
    corner = 0.04 + rng.uniform(0, 1, 2) * np.maximum(room - 0.08, 0)
    return [np.clip(stroke - low + corner, 0, 1).round(4).tolist() for stroke in moved]


def _tremble(stroke, rng):
    """Return a smooth random displacement of the points of a stroke."""
    times = np.linspace(0, np.pi, len(stroke))[:, None]
    return sum(rng.normal(0, 0.012 / k, 2) * np.cos(k * times) for k in range(1, 5))


def draw_digits(n, seed):
    """Return drawings of n digits in turn, and their labels."""
    rng, labels = np.random.default_rng(seed), np.arange(n) % 10
    return [draw_digit(digit, rng) for digit in labels.tolist()], labels


def picture(lines, pen):
    """Return the grey picture of lines, drawn by a round pen, dark on light."""
    from PIL import Image, ImageDraw

    side = PICTURE_SIDE * SUPERSAMPLING
    image = Image.new("L", (side, side), 255)
    # The coordinates of Pillow are the middles of pixels, and a box contains its last pixel.
    drawing, radius = ImageDraw.Draw(image), (pen * side - 1) / 2
    for line in lines:
        points = [(x * side - 0.5, y * side - 0.5) for x, y in line]
        drawing.line(points, 0, round(pen * side))
        for x, y in points:
            drawing.ellipse((x - radius, y - radius, x + radius, y + radius), 0)
    return np.asarray(image.reduce(SUPERSAMPLING))
