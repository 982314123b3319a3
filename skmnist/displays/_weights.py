"""WeightsDisplay: what the neurons of a first layer look for."""

import numpy as np

from skmnist.base._rules import check, integer
from skmnist.displays._canvas import axes_for, remembering
from skmnist.displays._estimators import MLP, last_part, steps_of
from skmnist.displays._images import around_zero, find_shape
from skmnist.displays._tiling import figure_size, show_tiles
from skmnist.network._arrays import to_numpy


class WeightsDisplay:
    """The weights of neurons as images: red for ink that is welcome, blue for ink that is not.

    Make one with :meth:`from_estimator`. All parameters are stored as attributes.

    Parameters
    ----------
    weights : array of shape (n_neurons, height, width)
        What each neuron multiplies an image with.

    Attributes
    ----------
    im_ : matplotlib AxesImage
        All neurons side by side.
    ax_ : matplotlib Axes
        What was drawn on.
    figure_ : matplotlib Figure
        The figure around it.

    See Also
    --------
    KernelsDisplay : The same for kernels, which look for small pieces.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.displays import WeightsDisplay
    >>> display = WeightsDisplay(np.linspace(-1, 1, 32).reshape(2, 4, 4)).plot()
    >>> display.im_.get_clim()
    (-1.0, 1.0)
    """

    def __init__(self, weights):
        self.weights = weights

    @classmethod
    def from_estimator(cls, estimator, *, n_neurons=25, image_shape=None, ax=None, **plot_kw):
        """Draw the neurons of a network's first layer that have the largest weights.

        Parameters
        ----------
        estimator : MLPDigitClassifier, MLPClassifier or Pipeline
            A fitted one; a Pipeline must end in one, and its other steps must leave pixels
            pixels.
        n_neurons : int, default=25
            How many neurons at most: those with the largest norm, in that order.
        image_shape : tuple of int or None, default=None
            (height, width) or (height, width, channels); None is a square. Of channels the mean
            is shown.
        ax : matplotlib Axes or None, default=None
            Where to draw; None is a new figure.
        **plot_kw : dict
            How to draw, as in :meth:`plot`.

        Returns
        -------
        display : WeightsDisplay
            The display, drawn.

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
        columns = to_numpy(last_part(estimator, MLP, "coefs_").coefs_[0])
        _check_pixels(estimator, len(columns))
        largest = np.argsort(-np.linalg.norm(columns, axis=0), kind="stable")[:n_neurons]
        shape = find_shape(len(columns), image_shape)
        weights = columns[:, largest].T.reshape(-1, *shape)
        return cls(weights if len(shape) == 2 else weights.mean(axis=3)).plot(ax, **plot_kw)

    def plot(self, ax=None, *, im_kw=None, colorbar=True):
        """Draw the weights.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None is a new figure.
        im_kw : dict or None, default=None
            For the image, as in ``matplotlib.axes.Axes.imshow``.
        colorbar : bool, default=True
            Whether to draw a bar of the colours.

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
        self.ax_ = axes_for(self, ax, figure_size(weights))
        self.figure_ = self.ax_.figure
        self.im_ = show_tiles(self.ax_, weights, around_zero(weights), im_kw, colorbar)
        return remembering(self)


def _check_pixels(estimator, n_columns):
    """Raise a ValueError if a step before the network makes something else of the pixels."""
    n_pixels = getattr(estimator, "n_features_in_", n_columns)
    makers = [
        step
        for step in steps_of(estimator)
        if hasattr(step, "kernels_") or hasattr(step, "components_")
    ]
    if makers or n_pixels != n_columns:
        raise ValueError(
            f"the network was given {n_columns} features that steps before it made of "
            f"{n_pixels} pixels, so its weights are no images; KernelsDisplay shows what a "
            "ConvFeatureTransformer looks for"
        )
