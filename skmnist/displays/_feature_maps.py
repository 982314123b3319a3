"""FeatureMapsDisplay: an image and the feature maps that are computed from it."""

import math
from collections.abc import Callable
from typing import NamedTuple, Self

import numpy as np

from skmnist.base._public import set_module
from skmnist.base._rules import check, integer
from skmnist.displays._cell_values import has_values, write_values
from skmnist.displays._drawn_on_axes import DrawnOnAxesMixin
from skmnist.displays._images import as_images, colours_for, dense, merge_im_kw, one_row, show_image
from skmnist.displays._layout import LINE, MARGIN, font_size, inset, size_in_points
from skmnist.displays._steps import step_with_kernels, transform_before
from skmnist.network._arrays import to_numpy

IMAGE_WIDTH, GAP = 1.5, 0.4  # in multiples of the width of a map
INCHES, INCHES_WITH_VALUES = 1.3, 2.4  # the side of a map
MOST_ROWS = 4
_Values = bool | str | Callable[[float], str]
NAME_SHARE = 0.2  # the maximum height of a name, as a fraction of the box of a map


@set_module("skmnist.displays")
class FeatureMapsDisplay(DrawnOnAxesMixin):
    """Feature maps that the layers of a ConvFeatureTransformer compute from one image.

    From left to right, the display shows the image and the maps of each layer. All maps of a layer
    have the same colour scale: greys if no value is negative, otherwise red for positive values,
    white for 0, and blue for negative values.

    It is recommended to use :meth:`from_estimator` to create a display. All parameters are
    stored as attributes.

    Parameters
    ----------
    image : array of shape (height, width) or (height, width, 3)
        Image that the maps are computed from.
    maps : list of arrays of shape (height, width, n_maps)
        Maps of each layer.
    names : list of lists of str, or None, default=None
        Titles of the maps of each layer. The maps of a layer are numbered if its item, or the
        whole list, is None.

    Attributes
    ----------
    axes_ : list of matplotlib Axes
        Axes of the image and the maps, inside `ax_`.
    ax_ : matplotlib Axes
        Axes of the display.
    figure_ : matplotlib Figure
        Figure that contains the axes.

    See Also
    --------
    KernelsDisplay : Kernels of a ConvFeatureTransformer.

    Examples
    --------
    >>> from skmnist.datasets import load_xo
    >>> from skmnist.displays import FeatureMapsDisplay
    >>> image = load_xo().images[0]
    >>> display = FeatureMapsDisplay(image, [image[:, :, None], image[::3, ::3, None]]).plot()
    >>> [ax.get_title() for ax in display.axes_]
    ['', 'layer 0, map 0', 'layer 1, map 0']
    """

    def __init__(self, image, maps, *, names=None) -> None:
        self.image = image
        self.maps = maps
        self.names = names

    @classmethod
    def from_estimator(
        cls, estimator, X, *, n_maps=8, values: _Values = "auto", ax=None, **plot_kw
    ) -> Self:
        """Plot the feature maps of a fitted transformer for one image.

        Parameters
        ----------
        estimator : ConvFeatureTransformer or Pipeline
            Fitted transformer, or a fitted Pipeline with one. The steps before the transformer are
            applied to the image.
        X : array-like or sparse matrix of shape (n_pixels,) or (1, n_pixels)
            Image to plot.
        n_maps : int, default=8
            Maximum number of maps per layer.
        values : "auto", bool or callable, default="auto"
            Whether to write the values into the cells of the maps, as in :meth:`plot`.
        ax : matplotlib Axes or None, default=None
            Axes to plot on. If None, a new figure and axes are created.
        **plot_kw : dict
            Keyword arguments passed to :meth:`plot`.

        Returns
        -------
        display : FeatureMapsDisplay
            The plotted display.

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
        transformer, n_before = step_with_kernels(estimator)
        X = one_row(X)
        inputs = transform_before(estimator, n_before, X)
        maps = [
            to_numpy(transformer.feature_maps(inputs, layer=layer))[0, :, :, :n_maps]
            for layer in range(len(transformer.kernels_))
        ]
        shape = transformer.image_shape_
        shown = dense(X if np.shape(X)[1] == math.prod(shape) else inputs)
        display = cls(as_images(shown, shape)[0], maps, names=_names_of(transformer, maps))
        return display.plot(ax, values=values, **plot_kw)

    def plot(self, ax=None, *, values: _Values = "auto", im_kw=None, text_kw=None) -> Self:
        """Plot the image and its feature maps.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Axes to plot on. If None, a new figure and axes are created.
        values : "auto", bool or callable, default="auto"
            Whether to write the values into the cells of the maps, with two decimals. A function
            converts each value to the str that is written. "auto" writes values in layers with at
            most 4 maps, if the maps have at most 12×12 cells.
        im_kw : dict or None, default=None
            Keyword arguments passed to ``matplotlib.axes.Axes.imshow`` for the maps.
        text_kw : dict or None, default=None
            Keyword arguments passed to ``matplotlib.axes.Axes.text`` for the values.

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
        with_values = [has_values(maps, values) for maps in self.maps]
        plan = _arrange([maps.shape[2] for maps in self.maps])
        inches = INCHES_WITH_VALUES if any(with_values) else INCHES
        with self._drawing_on(ax, (inches * plan.width, inches * plan.n_rows)) as ax:
            ax.set_axis_off()
            size = size_in_points(ax)
            self.axes_ = [inset(ax, plan.image)]
            show_image(self.axes_[0], self.image)
            for layer, (maps, boxes) in enumerate(zip(self.maps, plan.layers, strict=True)):
                axes = _show_maps(ax, maps, boxes, self._names(layer), size, im_kw)
                if with_values[layer]:
                    side = _cell_side(maps, boxes[0], size)
                    write_values(axes, side, values, text_kw or {})
                _draw_arrow(ax, boxes[0][0], GAP / plan.width)
                self.axes_ += axes
        return self

    def _names(self, layer):
        """Return the titles of the maps of a layer."""
        if self.names is not None and self.names[layer] is not None:
            return self.names[layer]
        prefix = f"layer {layer}, " if len(self.maps) > 1 else ""
        return [f"{prefix}map {number}" for number in range(self.maps[layer].shape[2])]


class _Plan(NamedTuple):
    """The boxes of the image and of the maps; `width` is in multiples of a map's width."""

    image: tuple
    layers: list
    width: float
    n_rows: int


def _arrange(counts):
    """Return the plan for these numbers of maps per layer, in columns of up to MOST_ROWS maps."""
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
    """Draw the maps of a layer with their names, and return their axes."""
    *_, width, height = np.multiply(boxes[0], [*size, *size])
    points = font_size(names, 0.85 * width, NAME_SHARE * height)
    kwargs = merge_im_kw(colours_for(maps), im_kw)
    axes = [inset(ax, box, LINE * points / height) for box in boxes]
    for inner, image, name in zip(axes, np.moveaxis(maps, 2, 0), names, strict=True):
        inner.imshow(image, **kwargs)
        inner.set_title(name, fontsize=points, pad=2)
    return axes


def _cell_side(maps, box, size):
    """Return a lower bound for the side of a cell of a map, in points."""
    width, height = box[2] * size[0], box[3] * size[1] * (1 - NAME_SHARE)
    return (1 - 2 * MARGIN) * min(width / maps.shape[1], height / maps.shape[0])


def _draw_arrow(ax, x, gap):
    """Draw an arrow in the gap to the left of a layer that starts at x."""
    from matplotlib import rcParams

    ends = {"xytext": (x - 0.8 * gap, 0.5), "xy": (x - 0.1 * gap, 0.5)}
    style = {"arrowstyle": "->", "color": rcParams["text.color"], "linewidth": 1.5}
    ax.annotate("", **ends, xycoords="axes fraction", textcoords="axes fraction", arrowprops=style)


def _names_of(transformer, maps):
    """Return the names of the maps of the last layer, and None for the other layers."""
    columns = transformer.get_feature_names_out()[: maps[-1].shape[2]]
    return [None] * (len(maps) - 1) + [[name.removesuffix("_0_0") for name in columns]]
