"""ActivationsDisplay: the way of one image through a network."""

import math

import numpy as np
from sklearn.utils.validation import validate_data

from skmnist.displays._canvas import (
    BLUE,
    LINE,
    VERMILLION,
    font_size,
    frame_for,
    inset,
    remembering,
    size_in_points,
    text_width,
)
from skmnist.displays._estimators import image_shape_of, last_part, steps_of, transformed
from skmnist.displays._images import as_images, dense, one_row, show_ink
from skmnist.displays._tiling import grid
from skmnist.network._arrays import to_numpy
from skmnist.network._mlp import forward

INCHES = 2.4  # the side of a layer's picture
TITLE_SHARE = 0.15  # of the height, at most
NAME_SHARE = 0.4  # of the width of the chart, at most
NOTHING = "////"  # where a grid has more cells than there are neurons
PAD = 3  # points between a chart and its texts


class ActivationsDisplay:
    """What one image excites: bright cells are neurons that found what they look for.

    Make one with :meth:`from_estimator`. All parameters are stored as attributes.

    Parameters
    ----------
    image : array of shape (height, width) or (height, width, 3)
        What the network was shown.
    activations : list of arrays of shape (n_neurons,)
        What each layer made of it, the outputs last.
    classes : array of shape (n_outputs,) or None, default=None
        What the outputs stand for; None counts from 0.

    Attributes
    ----------
    bars_ : matplotlib BarContainer
        The outputs.
    axes_ : list of matplotlib Axes
        The image's, one for each hidden layer, and the outputs', inside `ax_`.
    ax_ : matplotlib Axes
        What was drawn on.
    figure_ : matplotlib Figure
        The figure around it.

    See Also
    --------
    WeightsDisplay : What the neurons of the first layer look for.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.datasets import load_xo
    >>> from skmnist.displays import ActivationsDisplay
    >>> layers = [np.arange(9), np.array([0.1, 0.8])]
    >>> display = ActivationsDisplay(load_xo().images[0], layers, classes=["O", "X"]).plot()
    >>> [ax.get_title() for ax in display.axes_]
    ['', 'h1: 9', 'out: X']
    """

    def __init__(self, image, activations, *, classes=None):
        self.image = image
        self.activations = activations
        self.classes = classes

    @classmethod
    def from_estimator(cls, estimator, X, *, image_shape=None, ax=None, **plot_kw):
        """Draw what an image excites in a fitted network.

        Parameters
        ----------
        estimator : MLPDigitClassifier or Pipeline
            A fitted one; a Pipeline must end in one. The steps before it are applied, but the
            image is shown as it came.
        X : array-like or sparse matrix of shape (n_pixels,) or (1, n_pixels)
            One image.
        image_shape : tuple of int or None, default=None
            (height, width) or (height, width, channels); None is what a ConvFeatureTransformer
            among the steps was given, or a square.
        ax : matplotlib Axes or None, default=None
            Where to draw; None is a new figure.
        **plot_kw : dict
            How to draw, as in :meth:`plot`.

        Returns
        -------
        display : ActivationsDisplay
            The display, drawn.

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
        network = last_part(estimator, "MLPDigitClassifier", *needed)
        X = one_row(X)
        given = transformed(estimator, len(steps_of(estimator)) - 1, X)
        given = dense(validate_data(network, given, reset=False, accept_sparse=True))
        coefs, intercepts = map(_all_numpy, (network.coefs_, network.intercepts_))
        how = network._fitted_as  # the parameters may have been changed since
        X_float = given.astype(coefs[0].dtype)
        passed = forward(X_float, coefs, intercepts, how.activation, how.output_activation)
        if image_shape is None:
            image_shape = image_shape_of(estimator, np.shape(X)[1])
        image = as_images(dense(X), image_shape)[0]
        activations = [output[0] for output in passed.outputs]
        return cls(image, activations, classes=network.classes_).plot(ax, **plot_kw)

    def plot(self, ax=None, *, im_kw=None, bar_kw=None):
        """Draw the image, the hidden layers and the outputs.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None is a new figure.
        im_kw : dict or None, default=None
            For the hidden layers, as in ``matplotlib.axes.Axes.imshow``.
        bar_kw : dict or None, default=None
            For the outputs, as in ``matplotlib.axes.Axes.barh``.

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
        self.ax_ = frame_for(self, ax, (INCHES * n, INCHES))
        self.figure_ = self.ax_.figure
        names, best = self._names_and_best(outputs)
        titles = ["", *[f"h{k}: {len(h)}" for k, h in enumerate(hidden, 1)], f"out: {best}"]
        size = size_in_points(self.ax_)
        points = font_size(names, NAME_SHARE * size[0] / n, 0.75 * size[1] / len(names))
        name_share = (max(map(text_width, names)) * points + 2 * PAD) / size[0]
        self.axes_ = _titled_axes(self.ax_, titles, size, name_share)
        show_ink(self.axes_[0], self.image)
        for inner, neurons in zip(self.axes_[1:], hidden, strict=False):
            show_ink(inner, _as_grid(neurons), im_kw)
            inner.patch.set_hatch(NOTHING)
        self.bars_ = _draw_outputs(self.axes_[-1], outputs, names, points, bar_kw or {})
        return remembering(self)

    def _names_and_best(self, outputs):
        """Return what each output stands for, and the largest; a single one is its number."""
        if len(outputs) == 1:
            return [""], f"{outputs[0]:.2f}"
        classes = range(len(outputs)) if self.classes is None else self.classes
        names = [str(name) for name in classes]
        return names, names[outputs.argmax()]


def _titled_axes(ax, titles, size, name_share):
    """Return axes side by side inside others; to the left of the last, names have their share."""
    n = len(titles)
    points = font_size(titles, 0.85 * size[0] / n, TITLE_SHARE * size[1])
    boxes = [(number / n, 0, 1 / n, 1) for number in range(n)]
    boxes[-1] = (1 - 1 / n + name_share, 0, 1 / n - name_share, 1)
    axes = [inset(ax, box, LINE * points / size[1]) for box in boxes]
    for inner, title in zip(axes, titles, strict=True):
        inner.set_title(title, fontsize=points, pad=PAD)
    axes[-1].title.set_x(0.5 - name_share / boxes[-1][2] / 2)  # above chart and names
    return axes


def _as_grid(neurons):
    """Return neurons as a near-square image, row after row, with nothing where there are none."""
    shape = grid(len(neurons))
    cells = np.full(math.prod(shape), np.nan)
    cells[: len(neurons)] = neurons
    return cells.reshape(shape)


def _draw_outputs(ax, outputs, names, points, bar_kw):
    """Draw a bar for each output, from the top; the largest one and its name stand out."""
    largest = outputs.argmax()
    colours = [VERMILLION if number == largest else BLUE for number in range(len(outputs))]
    bars = ax.barh(range(len(outputs)), outputs, **{"color": colours} | bar_kw)
    ax.set_yticks(range(len(names)), names, fontsize=points)
    ax.tick_params(axis="y", length=0, pad=PAD)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.get_yticklabels()[largest].set_fontweight("bold")
    return bars


def _all_numpy(arrays):
    """Return the arrays of any library as NumPy's."""
    return [to_numpy(array) for array in arrays]
