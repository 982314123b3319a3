"""Photos of digits of MNIST on paper: noisy, lit from one side, in a shadow, or in a row."""

import numpy as np
from scipy import ndimage


def photo_of(digit, rng):
    """Return a photo of a digit on paper: off the centre, lit from one side, with noise."""
    ink = np.clip(1.5 * ndimage.zoom(digit / 255, 4, order=1) - 0.25, 0, 1)
    sheet = np.zeros((200, 180))
    top, left = rng.integers(1, 60, 2)
    sheet[top : top + 112, left : left + 112] = ink
    light = np.linspace(*rng.uniform(0.5, 1, 2), 180)
    return 200 * light * (1 - 0.7 * sheet) + rng.normal(0, 4, sheet.shape)


def with_shadow(photo, angle, position):
    """Return a photo with a hard shadow on one side of a line, with a slightly blurred edge."""
    y, x = np.indices(photo.shape)
    distances = np.cos(angle) * x + np.sin(angle) * y
    is_dark = distances > np.quantile(distances, position)
    return photo * ndimage.gaussian_filter(np.where(is_dark, 0.55, 1.0), 3, mode="nearest")


def side_by_side(images, gap, rng):
    """Return a photo of several digits in a row, `gap` pixels of MNIST apart."""
    parts = []
    for image in images:
        [box] = ndimage.find_objects((image > 30).astype(int))
        digit = ndimage.zoom(image[box] / 255, 4, order=1)
        top = (120 - len(digit)) // 2 + rng.integers(-8, 9)
        parts += [np.pad(digit, ((top, 120 - top - len(digit)), (0, 4 * gap)))]
    ink = np.clip(1.5 * np.pad(np.hstack(parts), 30) - 0.25, 0, 1)
    return 200 * (1 - 0.7 * ink) + rng.normal(0, 4, ink.shape)
