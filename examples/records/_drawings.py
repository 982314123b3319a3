"""Drawings of digits with hand-like strokes, which no model has been trained on.

A digit is a few strokes, each a list of points in a box of width and height 1. To draw one, a
variant of the digit is chosen, its points are moved a little, and smooth curves through them are
slanted by up to 20 degrees, rotated, scaled and placed on a sheet of paper. A pen of random width
draws them, and `photo_to_digit` converts the sheet to an image like those of MNIST, as it would
convert a photo.
"""

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw
from scipy.interpolate import PchipInterpolator

from skmnist.datasets import photo_to_digit

WOBBLE = 0.06  # the standard deviation of the points of a stroke, in heights of the digit
# For each digit, some ways to write it: a list of strokes, each a list of points (x, y).
VARIANTS = {
    0: [
        [[(0.6, 0), (0.2, 0.15), (0.05, 0.5), (0.25, 0.95), (0.7, 0.95), (0.95, 0.5), (0.6, 0)]],
        [[(0.4, 0.02), (0.8, 0.1), (0.98, 0.5), (0.7, 1), (0.2, 0.9), (0.05, 0.4), (0.45, 0)]],
    ],
    1: [
        [[(0.5, 0), (0.5, 0.5), (0.5, 1)]],
        [[(0.25, 0.25), (0.5, 0)], [(0.5, 0), (0.5, 0.5), (0.5, 1)]],
    ],
    2: [
        [[(0.1, 0.25), (0.35, 0), (0.8, 0.1), (0.8, 0.4), (0.1, 1)], [(0.1, 1), (0.95, 0.97)]],
        [[(0.1, 0.2), (0.6, 0), (0.8, 0.3), (0.4, 0.8), (0.1, 0.9), (0.3, 0.8), (0.95, 1)]],
    ],
    3: [
        [
            [(0.1, 0.1), (0.5, 0), (0.85, 0.2), (0.7, 0.42), (0.35, 0.5)],
            [(0.35, 0.5), (0.8, 0.58), (0.9, 0.82), (0.5, 1), (0.08, 0.88)],
        ],
        [
            [(0.1, 0.05), (0.9, 0.02)],
            [(0.9, 0.02), (0.4, 0.42)],
            [(0.4, 0.42), (0.85, 0.55), (0.88, 0.85), (0.5, 1), (0.08, 0.92)],
        ],
    ],
    4: [
        [[(0.3, 0), (0.1, 0.55)], [(0.1, 0.55), (0.95, 0.55)], [(0.72, 0.15), (0.68, 1)]],
        [[(0.65, 0), (0.05, 0.65)], [(0.05, 0.65), (0.95, 0.65)], [(0.65, 0), (0.65, 1)]],
    ],
    5: [
        [
            [(0.85, 0), (0.25, 0.02)],
            [(0.25, 0.02), (0.2, 0.45)],
            [(0.2, 0.45), (0.6, 0.38), (0.92, 0.65), (0.7, 0.95), (0.1, 0.95)],
        ],
    ],
    6: [
        [[(0.75, 0), (0.3, 0.3), (0.08, 0.75), (0.4, 1), (0.85, 0.85), (0.65, 0.55), (0.15, 0.7)]],
        [[(0.4, 0), (0.15, 0.5), (0.2, 0.9), (0.6, 1), (0.85, 0.75), (0.55, 0.55), (0.2, 0.75)]],
    ],
    7: [
        [[(0.1, 0.02), (0.9, 0)], [(0.9, 0), (0.6, 0.45), (0.4, 1)]],
        [[(0.1, 0), (0.9, 0.02)], [(0.9, 0.02), (0.4, 1)], [(0.3, 0.5), (0.85, 0.48)]],
    ],
    8: [
        [
            [
                *[(0.8, 0.15), (0.5, 0), (0.2, 0.18), (0.5, 0.46), (0.85, 0.75), (0.5, 1)],
                *[(0.15, 0.75), (0.5, 0.48), (0.85, 0.15)],
            ]
        ],
        [
            [(0.5, 0), (0.2, 0.2), (0.5, 0.45), (0.8, 0.2), (0.5, 0)],
            [(0.5, 0.45), (0.1, 0.75), (0.5, 1), (0.9, 0.75), (0.5, 0.45)],
        ],
    ],
    9: [
        [[(0.85, 0.2), (0.5, 0), (0.15, 0.25), (0.45, 0.5), (0.85, 0.22), (0.82, 0.6), (0.7, 1)]],
        [
            [(0.8, 0.05), (0.25, 0.1), (0.2, 0.42), (0.7, 0.42), (0.85, 0.08)],
            [(0.85, 0.08), (0.85, 1)],
        ],
    ],
}


class Drawing(NamedTuple):
    """Strokes, each an array of points (x, y), and the pen, in widths of the sheet; grey values."""

    strokes: list
    pen: float
    ink: int
    paper: int


def load_drawings(n=500, seed=0):
    """Return n drawings as rows of 784 bytes, and their digits, with about as many of each."""
    drawings, digits = draw_digits(n, seed)
    return as_rows(drawings), digits


def draw_digits(n=500, seed=0):
    """Return n drawings and their digits, with about as many of each digit."""
    rng = np.random.default_rng(seed)
    digits = np.arange(n) % 10
    return [draw(digit, rng) for digit in digits], digits


def as_rows(drawings):
    """Return drawings as rows of 784 bytes, as if they were photos."""
    return np.stack([photo_to_digit(render(drawing)).ravel() for drawing in drawings])


def draw(digit, rng):
    """Return a drawing of a digit."""
    strokes = VARIANTS[digit][rng.integers(len(VARIANTS[digit]))]
    size = rng.uniform(0.3, 0.75)
    place = rng.uniform(0.55 * size, 1 - 0.55 * size, 2)
    move, moved = _random_map(rng), {}  # strokes that share a point still do when it is moved
    lines = []
    for stroke in strokes:
        points = [moved.setdefault(p, np.array(p) + rng.normal(0, WOBBLE, 2)) for p in stroke]
        lines.append(place + size * (_curve(points) - 0.5) @ move)
    pen = size * rng.uniform(0.04, 0.14)
    return Drawing(lines, pen, int(rng.integers(0, 90)), int(rng.integers(200, 256)))


def render(drawing, side=240):
    """Return a drawing on a sheet of paper as grey values of shape (side, side)."""
    sheet = Image.new("L", (side, side), drawing.paper)
    pen, width = ImageDraw.Draw(sheet), max(3, round(side * drawing.pen))
    for stroke in drawing.strokes:
        line = [tuple(point) for point in side * stroke]
        pen.line(line, fill=drawing.ink, width=width, joint="curve")
        for x, y in (line[0], line[-1]):
            pen.circle((x, y), width / 2, fill=drawing.ink)
    return np.asarray(sheet)


def _curve(points):
    """Return a smooth curve through the points, as an array of points."""
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    at = np.concatenate([[0], np.cumsum(lengths)])
    return PchipInterpolator(at, points)(np.linspace(0, at[-1], 40))


def _random_map(rng):
    """Return a matrix that narrows a digit, slants it by up to 20 degrees, and rotates it."""
    narrow = np.diag([rng.uniform(0.4, 1.1), 1])
    slant = np.array([[1, 0], [-np.tan(np.deg2rad(rng.uniform(-20, 20))), 1]])
    angle = np.deg2rad(rng.uniform(-12, 12))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return narrow @ slant @ turn
