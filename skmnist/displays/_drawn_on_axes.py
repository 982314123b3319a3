"""The axes of a display, and what the display drew on them."""

from contextlib import contextmanager

from skmnist.base._optional import optional


class DrawnOnAxesMixin:
    """Mixin for displays that sets `ax_` and `figure_` and replaces an earlier drawing."""

    _drawn = ()

    @contextmanager
    def _drawing_on(self, ax, figsize=None):
        """Return a context manager that gives the axes to draw on, new ones if `ax` is None.

        On entry, what this display drew on the same axes before is removed. On exit, what was
        drawn in the block is remembered.
        """
        plt = optional("matplotlib.pyplot", type(self).__name__, package="matplotlib")
        if ax is None:
            _, ax = plt.subplots(figsize=figsize, layout="constrained")
        if self._was_drawn_on(ax):
            _remove(self._drawn, ax)
        before = _contents(ax)
        self.ax_, self.figure_ = ax, ax.figure
        yield ax
        self._drawn = [artist for artist in _contents(ax) if artist not in before]

    def _was_drawn_on(self, ax):
        """Tell whether the display was last drawn on these axes."""
        return ax is not None and ax is getattr(self, "ax_", None)


def _contents(ax):
    """Return what was drawn on axes, without the parts that all axes have."""
    return [*ax.lines, *ax.images, *ax.patches, *ax.texts, *ax.child_axes]


def _remove(artists, ax):
    """Remove artists and their colorbars from axes, except those that are already gone."""
    for artist in artists:
        if artist in _contents(ax):
            if getattr(artist, "colorbar", None) is not None:
                artist.colorbar.remove()
            artist.remove()
