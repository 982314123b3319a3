"""ActivationsDisplay: the activations of all layers of a network for one image."""

import math
from typing import Self

import numpy as np
from sklearn.utils.validation import validate_data

from skmnist.base._public import set_module
from skmnist.displays._drawn_on_axes import DrawnOnAxesMixin
from skmnist.displays._images import as_images, dense, one_row, show_image
from skmnist.displays._layout import (
    BLUE,
    LINE,
    VERMILLION,
    font_size,
    inset,
    size_in_points,
    text_width,
)
from skmnist.displays._steps import image_shape_of, last_step, steps_of, transform_before
from skmnist.displays._tiling import grid_shape
from skmnist.network._arrays import to_numpy
from skmnist.network._mlp import forward

INCHES = 2.4  # the side of the axes of a layer
TITLE_SHARE = 0.15  # the maximum height of a title, as a fraction of the axes
NAME_SHARE = 0.4  # the maximum width of the names, as a fraction of the bar chart
EMPTY_HATCH = "////"  # the pattern of cells that belong to no neuron
PAD = 3  # points between axes and their texts


@set_module("skmnist.displays")
class ActivationsDisplay(DrawnOnAxesMixin):
    """Activations of the neurons of a network for one image.

    From left to right, the display shows the image, one grid per hidden layer and a bar chart of
    the outputs. Each cell of a grid is a neuron, and brighter cells have larger activations.

    It is recommended to use :meth:`from_estimator` to create a display. All parameters are
    stored as attributes.

    Parameters
    ----------
    image : array of shape (height, width) or (height, width, 3)
        Image that the activations are computed from.
    activations : list of arrays of shape (n_neurons,)
        Activations of each hidden layer, followed by the outputs.
    classes : array of shape (n_outputs,) or None, default=None
        Class of each output. None means 0, 1, 2 and so on.

    Attributes
    ----------
    bars_ : matplotlib BarContainer
        Bars of the outputs.
    axes_ : list of matplotlib Axes
        Axes of the image, the hidden layers and the outputs, inside `ax_`.
    ax_ : matplotlib Axes
        Axes of the display.
    figure_ : matplotlib Figure
        Figure that contains the axes.

    See Also
    --------
    WeightsDisplay : Weights of the neurons of the first layer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.datasets import load_xo
    >>> from skmnist.displays import ActivationsDisplay
    >>> layers = [np.arange(9), np.array([0.1, 0.8])]
    >>> display = ActivationsDisplay(load_xo().images[0], layers, classes=["O", "X"]).plot()
    >>> [ax.get_title() for ax in display.axes_]
    ['', 'hidden layer 1: 9 neurons', 'output: X']
    """

    def __init__(self, image, activations, *, classes=None) -> None:
        self.image = image
        self.activations = activations
        self.classes = classes

    @classmethod
    def from_estimator(cls, estimator, X, *, image_shape=None, ax=None, **plot_kw) -> Self:
        """Plot the activations of a fitted network for one image.

        Parameters
        ----------
        estimator : MLPDigitClassifier or Pipeline
            Fitted classifier, or a fitted Pipeline whose last step is an MLPDigitClassifier. The
            other steps transform the image, but the display shows the original image.
        X : array-like or sparse matrix of shape (n_pixels,) or (1, n_pixels)
            Image to plot.
        image_shape : tuple of int or None, default=None
            Shape of the image: (height, width) or (height, width, channels). None means the image
            shape of the ConvFeatureTransformer among the steps, or a square if there is none.
        ax : matplotlib Axes or None, default=None
            Axes to plot on. If None, a new figure and axes are created.
        **plot_kw : dict
            Keyword arguments passed to :meth:`plot`.

        Returns
        -------
        display : ActivationsDisplay
            The plotted display.

        Examples
        --------
        >>> from skmnist import MLPDigitClassifier
        >>> from skmnist.datasets import load_mnist
        >>> from skmnist.displays import ActivationsDisplay
        >>> X, y = load_mnist(return_X_y=True)
        >>> classifier = MLPDigitClassifier(max_iter=3, random_state=0).fit(X[:500], y[:500])
        >>> display = ActivationsDisplay.from_estimator(classifier, X[0])
        >>> [len(layer) for layer in display.activations]
        [512, 256, 10]
        """
        needed = "coefs_", "intercepts_", "classes_", "_fitted_as"
        network = last_step(estimator, "MLPDigitClassifier", *needed)
        X = one_row(X)
        inputs = transform_before(estimator, len(steps_of(estimator)) - 1, X)
        inputs = dense(validate_data(network, inputs, reset=False, accept_sparse=True))
        coefs, intercepts = map(_all_numpy, (network.coefs_, network.intercepts_))
        settings = network._fitted_as  # the parameters may have been changed since fit
        passed = forward(
            inputs.astype(coefs[0].dtype),
            coefs,
            intercepts,
            settings.activation,
            settings.output_activation,
        )
        if image_shape is None:
            image_shape = image_shape_of(estimator, np.shape(X)[1])
        image = as_images(dense(X), image_shape)[0]
        activations = [output[0] for output in passed.outputs]
        return cls(image, activations, classes=network.classes_).plot(ax, **plot_kw)

    def plot(self, ax=None, *, im_kw=None, bar_kw=None) -> Self:
        """Plot the image, the hidden layers and the outputs.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Axes to plot on. If None, a new figure and axes are created.
        im_kw : dict or None, default=None
            Keyword arguments passed to ``matplotlib.axes.Axes.imshow`` for the hidden layers.
        bar_kw : dict or None, default=None
            Keyword arguments passed to ``matplotlib.axes.Axes.barh`` for the outputs.

        Returns
        -------
        display : ActivationsDisplay
            The display itself.

        Examples
        --------
        >>> import numpy as np
        >>> from skmnist.displays import ActivationsDisplay
        >>> display = ActivationsDisplay(np.eye(3), [np.array([0.1, 0.8])])
        >>> len(display.plot(bar_kw={"height": 0.5}).bars_)
        2
        """
        *hidden, outputs = map(np.asarray, self.activations)
        n = len(hidden) + 2
        names, best = self._names_and_best(outputs)
        layers = [_layer_title(number, len(h)) for number, h in enumerate(hidden, 1)]
        titles = ["", *layers, f"output: {best}"]
        with self._drawing_on(ax, (INCHES * n, INCHES)) as ax:
            ax.set_axis_off()
            size = size_in_points(ax)
            points = font_size(names, NAME_SHARE * size[0] / n, 0.75 * size[1] / len(names))
            name_share = (max(map(text_width, names)) * points + 2 * PAD) / size[0]
            self.axes_ = _titled_axes(ax, titles, size, name_share)
            show_image(self.axes_[0], self.image)
            for inner, neurons in zip(self.axes_[1:], hidden, strict=False):
                show_image(inner, _as_grid(neurons), im_kw)
                inner.patch.set_hatch(EMPTY_HATCH)
            self.bars_ = _draw_outputs(self.axes_[-1], outputs, names, points, bar_kw or {})
        return self

    def _names_and_best(self, outputs):
        """Return the classes of the outputs as strings, and the class of the largest output.

        A single output has no class. Its string is empty, and its value is returned instead.
        """
        if len(outputs) == 1:
            return [""], f"{outputs[0]:.2f}"
        classes = range(len(outputs)) if self.classes is None else self.classes
        names = [str(name) for name in classes]
        return names, names[outputs.argmax()]


def _layer_title(number, n_neurons):
    """Return the title of a hidden layer."""
    return f"hidden layer {number}: {n_neurons} neuron{'s' if n_neurons > 1 else ''}"


def _titled_axes(ax, titles, size, name_share):
    """Return axes side by side inside other axes, with space for names to the left of the last."""
    n = len(titles)
    points = font_size(titles, 0.85 * size[0] / n, TITLE_SHARE * size[1])
    boxes = [(number / n, 0, 1 / n, 1) for number in range(n)]
    boxes[-1] = (1 - 1 / n + name_share, 0, 1 / n - name_share, 1)
    axes = [inset(ax, box, LINE * points / size[1]) for box in boxes]
    for inner, title in zip(axes, titles, strict=True):
        inner.set_title(title, fontsize=points, pad=PAD)
    axes[-1].title.set_x(0.5 - name_share / boxes[-1][2] / 2)  # centred above chart and names
    return axes


def _as_grid(neurons):
    """Return neurons row by row as an almost square image, in which unused cells are NaN."""
    shape = grid_shape(len(neurons))
    cells = np.full(math.prod(shape), np.nan)
    cells[: len(neurons)] = neurons
    return cells.reshape(shape)


def _draw_outputs(ax, outputs, names, points, bar_kw):
    """Draw a bar for each output, from top to bottom, and highlight the largest and its name."""
    largest = outputs.argmax()
    colours = [VERMILLION if number == largest else BLUE for number in range(len(outputs))]
    bars = ax.barh(range(len(outputs)), outputs, **{"color": colours} | bar_kw)
    ax.set_yticks(range(len(names)), names, fontsize=points)
    ax.tick_params(axis="y", length=0, pad=PAD)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.get_yticklabels()[largest].set_fontweight("bold")
    return bars


def _all_numpy(arrays):
    """Return arrays of any library as NumPy arrays."""
    return [to_numpy(array) for array in arrays]
