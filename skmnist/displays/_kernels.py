"""KernelsDisplay: the small pieces that a transformer looks for."""

import numpy as np

from skmnist.base._rules import check, integer
from skmnist.displays._canvas import axes_for, remembering
from skmnist.displays._estimators import part_with_kernels
from skmnist.displays._images import coloured
from skmnist.displays._tiling import figure_size, show_tiles
from skmnist.network._arrays import to_numpy


class KernelsDisplay:
    """Kernels as images: in greys, around 0 from blue to red, or in colour.

    Make one with :meth:`from_estimator`. All parameters are stored as attributes.

    Parameters
    ----------
    kernels : array of shape (n_kernels, height, width) or (n_kernels, height, width, 3)
        What to show. In colour, 0 is a middle grey.
    title : str or None, default=None
        What to write above them.

    Attributes
    ----------
    im_ : matplotlib AxesImage
        All kernels side by side.
    ax_ : matplotlib Axes
        What was drawn on.
    figure_ : matplotlib Figure
        The figure around it.

    See Also
    --------
    FeatureMapsDisplay : What comes out when they are laid on an image.

    Examples
    --------
    >>> from skmnist.datasets import load_xo
    >>> from skmnist.displays import KernelsDisplay
    >>> display = KernelsDisplay(load_xo().kernels).plot()
    >>> display.im_.get_clim()
    (-1.0, 1.0)
    """

    def __init__(self, kernels, *, title=None):
        self.kernels = kernels
        self.title = title

    @classmethod
    def from_estimator(cls, estimator, *, layer=0, n_kernels=64, ax=None, **plot_kw):
        """Draw the kernels of a transformer's layer.

        Parameters
        ----------
        estimator : ConvFeatureTransformer or Pipeline
            A fitted one, or a Pipeline with one.
        layer : int, default=0
            Which layer: 0 is the first, -1 the last. Where a later layer's kernels span many
            maps, the mean over these is shown.
        n_kernels : int, default=64
            How many kernels at most.
        ax : matplotlib Axes or None, default=None
            Where to draw; None is a new figure.
        **plot_kw : dict
            How to draw, as in :meth:`plot`.

        Returns
        -------
        display : KernelsDisplay
            The display, drawn.

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
        transformer, _ = part_with_kernels(estimator)
        n_layers = len(transformer.kernels_)
        check("layer", layer, integer(-n_layers, most=n_layers - 1))
        check("n_kernels", n_kernels, integer(1))
        kernels = to_numpy(transformer.kernels_[layer])[:n_kernels]
        title, n_channels = None, kernels.shape[3]
        if n_channels != 3 or layer % n_layers > 0:
            kernels = kernels.mean(axis=3)
            title = f"mean over {n_channels} {'maps' if layer % n_layers else 'channels'}"
        return cls(kernels, title=title if n_channels > 1 else None).plot(ax, **plot_kw)

    def plot(self, ax=None, *, im_kw=None, colorbar=True):
        """Draw the kernels.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None is a new figure.
        im_kw : dict or None, default=None
            For the image, as in ``matplotlib.axes.Axes.imshow``.
        colorbar : bool, default=True
            Whether to draw a bar of the colours. Kernels in colour have none.

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
        self.ax_ = axes_for(self, ax, figure_size(kernels))
        self.figure_ = self.ax_.figure
        if kernels.ndim == 4:
            self.im_ = show_tiles(self.ax_, _around_grey(kernels), {}, im_kw)
        else:
            self.im_ = show_tiles(self.ax_, kernels, coloured(kernels), im_kw, colorbar)
        if self.title is not None:
            self.ax_.set_title(self.title)
        return remembering(self)


def _around_grey(kernels):
    """Return kernels of red, green and blue as opaque colours; 0 becomes a middle grey."""
    colours = 0.5 + kernels / (2 * max(np.abs(kernels).max(), 1e-9))
    return np.concatenate([colours, np.ones((*kernels.shape[:3], 1))], axis=3)
