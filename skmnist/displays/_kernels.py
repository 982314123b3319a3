"""KernelsDisplay: the kernels of a ConvFeatureTransformer as images."""

from typing import Self

import numpy as np

from skmnist.base._public import set_module
from skmnist.base._rules import check, integer
from skmnist.displays._drawn_on_axes import DrawnOnAxesMixin
from skmnist.displays._images import colours_for
from skmnist.displays._steps import step_with_kernels
from skmnist.displays._tiling import figure_size, show_tiles
from skmnist.network._arrays import to_numpy


@set_module("skmnist.displays")
class KernelsDisplay(DrawnOnAxesMixin):
    """Kernels of a ConvFeatureTransformer, one image per kernel.

    Positive entries are red, negative entries are blue, and 0 is white. Kernels without negative
    entries are shown in greys, and kernels of RGB images in colour.

    It is recommended to use :meth:`from_estimator` to create a display. All parameters are
    stored as attributes.

    Parameters
    ----------
    kernels : array of shape (n_kernels, height, width) or (n_kernels, height, width, 3)
        Kernels to show. With four axes, the last axis is red, green and blue, and 0 is a medium
        grey.
    title : str or None, default=None
        Title of the axes.

    Attributes
    ----------
    im_ : matplotlib AxesImage
        Image that contains all kernels.
    ax_ : matplotlib Axes
        Axes of the display.
    figure_ : matplotlib Figure
        Figure that contains the axes.

    See Also
    --------
    FeatureMapsDisplay : Feature maps that kernels compute from an image.

    Examples
    --------
    >>> from skmnist.datasets import load_xo
    >>> from skmnist.displays import KernelsDisplay
    >>> display = KernelsDisplay(load_xo().kernels).plot()
    >>> display.im_.get_clim()
    (-1.0, 1.0)
    """

    def __init__(self, kernels, *, title=None) -> None:
        self.kernels = kernels
        self.title = title

    @classmethod
    def from_estimator(cls, estimator, *, layer=0, n_kernels=64, ax=None, **plot_kw) -> Self:
        """Plot the kernels of one layer of a transformer.

        Parameters
        ----------
        estimator : ConvFeatureTransformer or Pipeline
            Fitted transformer, or a fitted Pipeline with one.
        layer : int, default=0
            Index of the layer: 0 is the first layer and -1 the last. For kernels with several
            channels, the mean over the channels is shown, except that kernels of RGB images are
            shown in colour.
        n_kernels : int, default=64
            Maximum number of kernels.
        ax : matplotlib Axes or None, default=None
            Axes to plot on. If None, a new figure and axes are created.
        **plot_kw : dict
            Keyword arguments passed to :meth:`plot`.

        Returns
        -------
        display : KernelsDisplay
            The plotted display.

        Examples
        --------
        >>> from skmnist import ConvFeatureTransformer
        >>> from skmnist.datasets import load_mnist
        >>> from skmnist.displays import KernelsDisplay
        >>> X, y = load_mnist(return_X_y=True)
        >>> convolve = ConvFeatureTransformer(n_kernels=9, random_state=0).fit(X[:500])
        >>> KernelsDisplay.from_estimator(convolve).kernels.shape
        (9, 7, 7)
        """
        transformer, _ = step_with_kernels(estimator)
        n_layers = len(transformer.kernels_)
        check("layer", layer, integer(-n_layers, most=n_layers - 1))
        check("n_kernels", n_kernels, integer(1))
        kernels = to_numpy(transformer.kernels_[layer])[:n_kernels]
        title, n_channels = None, kernels.shape[3]
        if n_channels != 3 or layer % n_layers > 0:
            kernels = kernels.mean(axis=3)
            title = f"mean over {n_channels} {'maps' if layer % n_layers else 'channels'}"
        return cls(kernels, title=title if n_channels > 1 else None).plot(ax, **plot_kw)

    def plot(self, ax=None, *, im_kw=None, colorbar=True) -> Self:
        """Plot the kernels.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Axes to plot on. If None, a new figure and axes are created.
        im_kw : dict or None, default=None
            Keyword arguments passed to ``matplotlib.axes.Axes.imshow``.
        colorbar : bool, default=True
            Whether to draw a colorbar. Kernels in colour never have a colorbar.

        Returns
        -------
        display : KernelsDisplay
            The display itself.

        Examples
        --------
        >>> from skmnist.datasets import load_xo
        >>> from skmnist.displays import KernelsDisplay
        >>> display = KernelsDisplay(load_xo().kernels).plot(im_kw={"cmap": "gray"})
        >>> display.im_.get_cmap().name
        'gray'
        """
        kernels = np.asarray(self.kernels)
        with self._drawing_on(ax, figure_size(kernels)) as ax:
            if kernels.ndim == 4:
                self.im_ = show_tiles(ax, _to_rgba(kernels), {}, im_kw)
            else:
                self.im_ = show_tiles(ax, kernels, colours_for(kernels), im_kw, colorbar)
            if self.title is not None:
                ax.set_title(self.title)
        return self


def _to_rgba(kernels):
    """Return kernels with the channels red, green and blue as opaque colours; 0 is medium grey."""
    colours = 0.5 + kernels / (2 * max(np.abs(kernels).max(), 1e-9))
    return np.concatenate([colours, np.ones((*kernels.shape[:3], 1))], axis=3)
