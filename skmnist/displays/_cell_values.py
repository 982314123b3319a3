"""Write numbers into the cells of small feature maps."""

import numpy as np

from skmnist.base._rules import is_bool, short_repr
from skmnist.displays._layout import font_size, merge_text_kw

MOST_CELLS, MOST_MAPS = 12, 4  # with "auto", the limits per side and per layer
DARK = 0.18  # numbers are white in cells with a lower luminance
GAMMA = 2.2
LUMINANCE = (0.2126, 0.7152, 0.0722)  # weights of red, green and blue


def has_values(maps, values):
    """Return whether numbers are written into the maps (height, width, n_maps) of a layer."""
    if is_bool(values) or callable(values):
        return bool(values)
    if not isinstance(values, str) or values != "auto":
        raise ValueError(
            "values must be 'auto', True, False or a function that converts a number to a str; "
            f"got {short_repr(values)}."
        )
    height, width, n_maps = maps.shape
    return max(height, width) <= MOST_CELLS and n_maps <= MOST_MAPS


def write_values(axes, side, values, text_kw):
    """Write the numbers of all maps in one font size; ``side`` is the side of a cell in points."""
    to_text = values if callable(values) else _two_decimals
    images = [ax.images[0] for ax in axes]
    texts = [[(cell, to_text(v)) for cell, v in np.ndenumerate(_numbers(im))] for im in images]
    longest = max((text for each in texts for _, text in each), key=len)
    size = font_size([longest], 0.8 * side, side)
    defaults = {"ha": "center", "va": "center", "fontsize": size}
    for ax, image, each in zip(axes, images, texts, strict=True):
        colours = np.where(_luminance(image) < DARK, "white", "black")
        for (row, column), text in each:
            kwargs = merge_text_kw(defaults | {"color": colours[row, column]}, text_kw)
            ax.text(column, row, text, **kwargs)


def _numbers(image):
    """Return the numbers that an AxesImage shows."""
    return np.asarray(image.get_array())


def _luminance(image):
    """Return the luminance of each cell of an AxesImage, from 0 to 1."""
    return image.to_rgba(_numbers(image))[..., :3] ** GAMMA @ LUMINANCE


def _two_decimals(number):
    """Return a number with two decimals, without a minus sign if it is rounded to 0."""
    return f"{number:z.2f}"
