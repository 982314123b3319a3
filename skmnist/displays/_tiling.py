"""Many small images as a single one, in a near-square grid with gaps that one can see through."""

import math

import numpy as np

from skmnist.displays._images import im_look

FINE = 14  # pixels of a tile's side, at least: those of smaller images are repeated
GAP = 0.07  # of a tile's side


def grid(n):
    """Return the rows and columns of a near-square grid for so many, or of a short row."""
    n_columns = max(1, n if n <= 3 else math.ceil(math.sqrt(n)))
    return max(1, math.ceil(n / n_columns)), n_columns


def figure_size(images):
    """Return the inches of a figure of its own that a grid of images and its bar just fill."""
    n, height, width = images.shape[:3]
    n_rows, n_columns = grid(n)
    return 6.4, min(max(1.6, 5.4 * n_rows * height / (n_columns * width)), 6.4)


def show_tiles(ax, images, look, im_kw=None, colorbar=True):
    """Draw a grid of images, with or without a bar of the colours that numbers have.

    They are numbers (n, height, width), or red, green, blue and alpha (n, height, width, 4).
    """
    scale = math.ceil(FINE / max(images.shape[1:3]))
    images = images.repeat(scale, axis=1).repeat(scale, axis=2)
    corners, size = _places(*images.shape[:3])
    mosaic = np.full((*size, *images.shape[3:]), 0.0 if images.ndim > 3 else np.nan)
    for image, (top, left) in zip(images, corners, strict=True):
        mosaic[top : top + len(image), left : left + image.shape[1]] = image
    im = ax.imshow(mosaic, **im_look(look, im_kw))
    _outline(ax, corners, images.shape[1:3])
    ax.set_axis_off()
    if look and colorbar:
        ax.figure.colorbar(im, ax=ax)
    return im


def _places(n, height, width):
    """Return the top and left of each tile, and the height and width of all."""
    gap = max(1, round(GAP * max(height, width)))
    n_rows, n_columns = grid(n)
    numbers = [divmod(number, n_columns) for number in range(n)]
    corners = [(row * (height + gap), column * (width + gap)) for row, column in numbers]
    return corners, (n_rows * (height + gap) - gap, n_columns * (width + gap) - gap)


def _outline(ax, corners, size):
    """Draw a thin line around each tile: some are as pale, or as dark, as the ground."""
    from matplotlib import rcParams
    from matplotlib.patches import Rectangle

    look = {"fill": False, "edgecolor": rcParams["axes.edgecolor"], "linewidth": 0.5}
    for top, left in corners:
        ax.add_patch(Rectangle((left - 0.5, top - 0.5), size[1], size[0], clip_on=False, **look))
