"""Numbers that are written into the cells of small maps."""

import numpy as np

from skmnist.base._rules import is_bool
from skmnist.displays._canvas import font_size, text_look

MOST_CELLS, MOST_MAPS = 12, 4  # a side and a layer, for numbers to be written unasked
DARK = 0.18  # the luminance below which a cell wants white figures
GAMMA = 2.2
LUMINANCE = (0.2126, 0.7152, 0.0722)  # of red, green and blue


def is_written(maps, values):
    """Tell whether a layer's maps (height, width, n_maps) get their numbers written."""
    if is_bool(values) or callable(values):
        return bool(values)
    if not isinstance(values, str) or values != "auto":
        raise ValueError(
            f"values must be 'auto', True, False or a function from number to str, got {values!r}"
        )
    height, width, n_maps = maps.shape
    return max(height, width) <= MOST_CELLS and n_maps <= MOST_MAPS


def write_values(axes, side, values, text_kw):
    """Write into each map its numbers, all of one size, for cells of so many points."""
    to_text = values if callable(values) else _two_decimals
    images = [ax.images[0] for ax in axes]
    texts = [[(place, to_text(v)) for place, v in np.ndenumerate(_numbers(im))] for im in images]
    longest = max((text for each in texts for _, text in each), key=len)
    size = font_size([longest], 0.8 * side, side)
    usual = {"ha": "center", "va": "center", "fontsize": size}
    for ax, image, each in zip(axes, images, texts, strict=True):
        colours = np.where(_luminance(image) < DARK, "white", "black")
        for (row, column), text in each:
            look = text_look(usual | {"color": colours[row, column]}, text_kw)
            ax.text(column, row, text, **look)


def _numbers(image):
    """Return the numbers that an image of matplotlib's shows."""
    return np.asarray(image.get_array())


def _luminance(image):
    """Return how bright each cell of an image is to the eye, from 0 to 1."""
    return image.to_rgba(_numbers(image))[..., :3] ** GAMMA @ LUMINANCE


def _two_decimals(number):
    """Return a number as text, without a minus in front of what is rounded to 0."""
    return f"{number:z.2f}"
