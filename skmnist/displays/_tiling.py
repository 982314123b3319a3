"""Draw many small images as one image: an almost square grid of tiles with transparent gaps."""

import math

import numpy as np

from skmnist.displays._images import merge_im_kw

MIN_SIDE = 14  # the minimum side of a tile in pixels; smaller images are enlarged
GAP = 0.07  # as a fraction of the side of a tile


def grid_shape(n):
    """Return the numbers of rows and columns of an almost square grid; up to 3 tiles form a row."""
    n_columns = max(1, n if n <= 3 else math.ceil(math.sqrt(n)))
    return max(1, math.ceil(n / n_columns)), n_columns


def figure_size(images):
    """Return the size in inches of a figure for a grid of images and a colorbar."""
    n, height, width = images.shape[:3]
    n_rows, n_columns = grid_shape(n)
    return 6.4, min(max(1.6, 5.4 * n_rows * height / (n_columns * width)), 6.4)


def show_tiles(ax, images, colours, im_kw=None, colorbar=True):
    """Draw a grid of images, with a colorbar if `colorbar` is True and `colours` is not empty.

    The shape of the images is (n, height, width) for numbers, or (n, height, width, 4) for RGBA.
    """
    scale = math.ceil(MIN_SIDE / max(images.shape[1:3]))
    images = images.repeat(scale, axis=1).repeat(scale, axis=2)
    corners, size = _places(*images.shape[:3])
    mosaic = np.full((*size, *images.shape[3:]), 0.0 if images.ndim > 3 else np.nan)
    for image, (top, left) in zip(images, corners, strict=True):
        mosaic[top : top + len(image), left : left + image.shape[1]] = image
    im = ax.imshow(mosaic, **merge_im_kw(colours, im_kw))
    _outline(ax, corners, images.shape[1:3])
    ax.set_axis_off()
    if colours and colorbar:
        ax.figure.colorbar(im, ax=ax)
    return im


def _places(n, height, width):
    """Return the top left corner of each tile, and the height and width of all tiles."""
    gap = max(1, round(GAP * max(height, width)))
    n_rows, n_columns = grid_shape(n)
    cells = [divmod(number, n_columns) for number in range(n)]
    corners = [(row * (height + gap), column * (width + gap)) for row, column in cells]
    return corners, (n_rows * (height + gap) - gap, n_columns * (width + gap) - gap)


def _outline(ax, corners, size):
    """Draw a thin line around each tile, because a tile can have the colour of the background."""
    from matplotlib import rcParams
    from matplotlib.patches import Rectangle

    kwargs = {"fill": False, "edgecolor": rcParams["axes.edgecolor"], "linewidth": 0.5}
    for top, left in corners:
        ax.add_patch(Rectangle((left - 0.5, top - 0.5), size[1], size[0], clip_on=False, **kwargs))
