"""FeatureMapsDisplay: an image, and what comes out when kernels are laid on it."""

import math
from typing import NamedTuple

import numpy as np

from skmnist.base._rules import check, integer
from skmnist.displays._canvas import (
    LINE,
    MARGIN,
    font_size,
    frame_for,
    inset,
    remembering,
    size_in_points,
)
from skmnist.displays._estimators import part_with_kernels, transformed
from skmnist.displays._images import as_images, coloured, dense, im_look, one_row, show_ink
from skmnist.displays._values import is_written, write_values
from skmnist.network._arrays import to_numpy

IMAGE_WIDTH, GAP = 1.5, 0.4  # in widths of a map
INCHES, WRITTEN_INCHES = 1.3, 2.4  # a map, without numbers and with them
MOST_ROWS = 4
NAME_SHARE = 0.2  # of the height of a map's place, at most


class FeatureMapsDisplay:
    """An image and the maps that are made of it, layer after layer, from left to right.

    Make one with :meth:`from_estimator`. All parameters are stored as attributes. The maps of a
    layer share one scale of colours: around 0 from blue to red, or greys if none is negative.

    Parameters
    ----------
    image : array of shape (height, width) or (height, width, 3)
        What the kernels were laid on.
    maps : list of arrays of shape (height, width, n_maps)
        The maps of each layer.
    names : list of lists of str, or None, default=None
        What to write above the maps of each layer. None, also for a layer, numbers them.

    Attributes
    ----------
    axes_ : list of matplotlib Axes
        The image's, then one for each map, inside `ax_`.
    ax_ : matplotlib Axes
        What was drawn on.
    figure_ : matplotlib Figure
        The figure around it.

    See Also
    --------
    KernelsDisplay : The kernels themselves.

    Examples
    --------
    >>> from skmnist.datasets import load_xo
    >>> from skmnist.displays import FeatureMapsDisplay
    >>> image = load_xo().images[0]
    >>> display = FeatureMapsDisplay(image, [image[:, :, None], image[::3, ::3, None]]).plot()
    >>> [ax.get_title() for ax in display.axes_]
    ['', 'layer 0, map 0', 'layer 1, map 0']
    """

    def __init__(self, image, maps, *, names=None):
        self.image = image
        self.maps = maps
        self.names = names

    @classmethod
    def from_estimator(cls, estimator, X, *, n_maps=8, values="auto", ax=None, **plot_kw):
        """Draw what a transformer makes of an image.

        Parameters
        ----------
        estimator : ConvFeatureTransformer or Pipeline
            A fitted one, or a Pipeline with one; the steps before it are applied.
        X : array-like or sparse matrix of shape (n_pixels,) or (1, n_pixels)
            One image.
        n_maps : int, default=8
            How many maps of each layer at most.
        values : "auto", bool or callable, default="auto"
            Whether to write the numbers, as in :meth:`plot`.
        ax : matplotlib Axes or None, default=None
            Where to draw; None is a new figure.
        **plot_kw : dict
            How to draw, as in :meth:`plot`.

        Returns
        -------
        display : FeatureMapsDisplay
            The display, drawn.

        Examples
        --------
        >>> from skmnist import ConvFeatureTransformer
        >>> from skmnist.datasets import load_xo
        >>> from skmnist.displays import FeatureMapsDisplay
        >>> X = load_xo().data
        >>> strokes = ConvFeatureTransformer("strokes", activation=None, pool=None).fit(X)
        >>> display = FeatureMapsDisplay.from_estimator(strokes, X[0])
        >>> [ax.get_title() for ax in display.axes_]
        ['', 'falling', 'crossing', 'rising']
        >>> sum(text.get_text() == "1.00" for text in display.axes_[2].texts)
        1
        """
        check("n_maps", n_maps, integer(1))
        transformer, n_before = part_with_kernels(estimator)
        X = one_row(X)
        given = transformed(estimator, n_before, X)
        maps = [
            to_numpy(transformer.feature_maps(given, layer=layer))[0, :, :, :n_maps]
            for layer in range(len(transformer.kernels_))
        ]
        shape = transformer.image_shape_
        shown = dense(X if np.shape(X)[1] == math.prod(shape) else given)
        display = cls(as_images(shown, shape)[0], maps, names=_names_of(transformer, maps))
        return display.plot(ax, values=values, **plot_kw)

    def plot(self, ax=None, *, values="auto", im_kw=None, text_kw=None):
        """Draw the image and its maps.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None is a new figure.
        values : "auto", bool or callable, default="auto"
            Whether to write the number into each cell of the maps, with two decimals, or a
            function from number to str; "auto" does it in layers of at most 4 maps of at most
            12×12 cells.
        im_kw : dict or None, default=None
            For the maps, as in ``matplotlib.axes.Axes.imshow``.
        text_kw : dict or None, default=None
            For the numbers, as in ``matplotlib.axes.Axes.text``.

        Returns
        -------
        display : FeatureMapsDisplay
            The display itself.

        Examples
        --------
        >>> import numpy as np
        >>> from skmnist.displays import FeatureMapsDisplay
        >>> display = FeatureMapsDisplay(np.eye(3), [np.eye(3)[:, :, None] / 3])
        >>> def cut(number):
        ...     return str(number)[:4]
        >>> display.plot(values=cut).axes_[1].texts[0].get_text()
        '0.33'
        """
        written = [is_written(maps, values) for maps in self.maps]
        plan = _arrange([maps.shape[2] for maps in self.maps])
        inches = WRITTEN_INCHES if any(written) else INCHES
        self.ax_ = frame_for(self, ax, (inches * plan.width, inches * plan.n_rows))
        self.figure_ = self.ax_.figure
        size = size_in_points(self.ax_)
        self.axes_ = [inset(self.ax_, plan.image)]
        show_ink(self.axes_[0], self.image)
        for layer, (maps, boxes) in enumerate(zip(self.maps, plan.layers, strict=True)):
            axes = _show_maps(self.ax_, maps, boxes, self._names(layer), size, im_kw)
            if written[layer]:
                side = _cell_side(maps, boxes[0], size)
                write_values(axes, side, values, text_kw or {})
            _point_at(self.ax_, boxes[0][0], GAP / plan.width)
            self.axes_ += axes
        return remembering(self)

    def _names(self, layer):
        if self.names is not None and self.names[layer] is not None:
            return self.names[layer]
        prefix = f"layer {layer}, " if len(self.maps) > 1 else ""
        return [f"{prefix}map {number}" for number in range(self.maps[layer].shape[2])]


class _Plan(NamedTuple):
    """Where the image and each layer's maps go, as boxes, and how large it all is in maps."""

    image: tuple
    layers: list
    width: float
    n_rows: int


def _arrange(counts):
    """Plan for so many maps in each layer: a column, or more of them when it gets too high."""
    shapes = [(min(count, MOST_ROWS), math.ceil(count / MOST_ROWS)) for count in counts]
    width = IMAGE_WIDTH + sum(GAP + n_columns for _, n_columns in shapes)
    layers, left = [], IMAGE_WIDTH
    for count, (n_rows, n_columns) in zip(counts, shapes, strict=True):
        left += GAP
        places = [(left + n // n_rows, 1 - (n % n_rows + 1) / n_rows) for n in range(count)]
        layers.append([(x / width, bottom, 1 / width, 1 / n_rows) for x, bottom in places])
        left += n_columns
    return _Plan((0, 0, IMAGE_WIDTH / width, 1), layers, width, max(shape[0] for shape in shapes))


def _show_maps(ax, maps, boxes, names, size, im_kw):
    """Draw a layer's maps with their names, and return their axes."""
    *_, width, height = np.multiply(boxes[0], [*size, *size])
    points = font_size(names, 0.85 * width, NAME_SHARE * height)
    look = im_look(coloured(maps), im_kw)
    axes = [inset(ax, box, LINE * points / height) for box in boxes]
    for inner, image, name in zip(axes, np.moveaxis(maps, 2, 0), names, strict=True):
        inner.imshow(image, **look)
        inner.set_title(name, fontsize=points, pad=2)
    return axes


def _cell_side(maps, box, size):
    """Return the side of a map's cell in points, a little less than what it will be."""
    width, height = box[2] * size[0], box[3] * size[1] * (1 - NAME_SHARE)
    return (1 - 2 * MARGIN) * min(width / maps.shape[1], height / maps.shape[0])


def _point_at(ax, x, gap):
    """Draw an arrow through the gap to the left of a layer."""
    from matplotlib import rcParams

    ends = {"xytext": (x - 0.8 * gap, 0.5), "xy": (x - 0.1 * gap, 0.5)}
    look = {"arrowstyle": "->", "color": rcParams["text.color"], "linewidth": 1.5}
    ax.annotate("", **ends, xycoords="axes fraction", textcoords="axes fraction", arrowprops=look)


def _names_of(transformer, maps):
    """Return the names of the last layer's maps, which the columns have; others have none."""
    columns = transformer.get_feature_names_out()[: maps[-1].shape[2]]
    return [None] * (len(maps) - 1) + [[name.removesuffix("_0_0") for name in columns]]
