"""WeightsDisplay: the weights of the first layer of a network as images."""

from typing import Self

import numpy as np

from skmnist.base._public import set_module
from skmnist.base._rules import check, integer
from skmnist.displays._drawn_on_axes import DrawnOnAxesMixin
from skmnist.displays._images import diverging_colours, find_shape
from skmnist.displays._steps import MLP, last_step, steps_of
from skmnist.displays._tiling import figure_size, show_tiles
from skmnist.network._arrays import to_numpy


@set_module("skmnist.displays")
class WeightsDisplay(DrawnOnAxesMixin):
    """Weights of the first layer of a network, one image per neuron.

    Positive weights are red, negative weights are blue, and 0 is white. Bright pixels of an image
    increase the activation of the neuron where the weights are red, and decrease it where they are
    blue.

    It is recommended to use :meth:`from_estimator` to create a display. All parameters are
    stored as attributes.

    Parameters
    ----------
    weights : array of shape (n_neurons, height, width)
        Weights of each neuron, one per pixel.

    Attributes
    ----------
    im_ : matplotlib AxesImage
        Image that contains the weights of all neurons.
    ax_ : matplotlib Axes
        Axes of the display.
    figure_ : matplotlib Figure
        Figure that contains the axes.

    See Also
    --------
    KernelsDisplay : Kernels of a ConvFeatureTransformer.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.displays import WeightsDisplay
    >>> display = WeightsDisplay(np.linspace(-1, 1, 32).reshape(2, 4, 4)).plot()
    >>> display.im_.get_clim()
    (-1.0, 1.0)
    """

    def __init__(self, weights) -> None:
        self.weights = weights

    @classmethod
    def from_estimator(
        cls, estimator, *, n_neurons=25, image_shape=None, ax=None, **plot_kw
    ) -> Self:
        """Plot the weights of the neurons with the largest weights in the first layer.

        Parameters
        ----------
        estimator : MLPDigitClassifier, MLPClassifier or Pipeline
            Fitted classifier, or a fitted Pipeline whose last step is one of these classifiers.
            The other steps must keep one feature per pixel.
        n_neurons : int, default=25
            Maximum number of neurons. Neurons are sorted by the norm of their weights in
            decreasing order.
        image_shape : tuple of int or None, default=None
            Shape of the images: (height, width) or (height, width, channels). None means that
            images are square. The mean over the channels is shown.
        ax : matplotlib Axes or None, default=None
            Axes to plot on. If None, a new figure and axes are created.
        **plot_kw : dict
            Keyword arguments passed to :meth:`plot`.

        Returns
        -------
        display : WeightsDisplay
            The plotted display.

        Examples
        --------
        >>> from skmnist import MLPDigitClassifier
        >>> from skmnist.datasets import load_mnist
        >>> from skmnist.displays import WeightsDisplay
        >>> X, y = load_mnist(return_X_y=True)
        >>> classifier = MLPDigitClassifier(max_iter=3, random_state=0).fit(X[:500], y[:500])
        >>> WeightsDisplay.from_estimator(classifier).weights.shape
        (25, 28, 28)
        """
        check("n_neurons", n_neurons, integer(1))
        columns = to_numpy(last_step(estimator, MLP, "coefs_").coefs_[0])
        _check_pixels(estimator, len(columns))
        largest = np.argsort(-np.linalg.norm(columns, axis=0), kind="stable")[:n_neurons]
        shape = find_shape(len(columns), image_shape)
        weights = columns[:, largest].T.reshape(-1, *shape)
        return cls(weights if len(shape) == 2 else weights.mean(axis=3)).plot(ax, **plot_kw)

    def plot(self, ax=None, *, im_kw=None, colorbar=True) -> Self:
        """Plot the weights.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Axes to plot on. If None, a new figure and axes are created.
        im_kw : dict or None, default=None
            Keyword arguments passed to ``matplotlib.axes.Axes.imshow``.
        colorbar : bool, default=True
            Whether to draw a colorbar.

        Returns
        -------
        display : WeightsDisplay
            The display itself.

        Examples
        --------
        >>> import numpy as np
        >>> from skmnist.displays import WeightsDisplay
        >>> display = WeightsDisplay(np.eye(4).reshape(1, 4, 4)).plot(im_kw={"cmap": "PuOr_r"})
        >>> display.im_.get_cmap().name
        'PuOr_r'
        """
        weights = np.asarray(self.weights)
        with self._drawing_on(ax, figure_size(weights)) as ax:
            self.im_ = show_tiles(ax, weights, diverging_colours(weights), im_kw, colorbar)
        return self


def _check_pixels(estimator, n_columns):
    """Raise a ValueError if the steps before the network replace the pixels by other features."""
    n_pixels = getattr(estimator, "n_features_in_", n_columns)
    extractors = [
        step
        for step in steps_of(estimator)
        if hasattr(step, "kernels_") or hasattr(step, "components_")
    ]
    if extractors or n_pixels != n_columns:
        raise ValueError(
            "The features of the network must be pixels; got "
            f"{n_columns} features that earlier steps compute from {n_pixels} pixels. "
            "KernelsDisplay shows the kernels of a ConvFeatureTransformer."
        )
