"""The axes of a display, and what the display drew on them."""

from contextlib import contextmanager

from skmnist.base._optional import optional


class DrawnOnAxesMixin:
    """A mixin for displays that sets `ax_` and `figure_`, and replaces an earlier drawing."""

    _drawn = ()

    @contextmanager
    def _drawing_on(self, ax, figsize=None):
        """Return a context manager that yields the axes to draw on; if `ax` is None, new ones.

        On entry, everything that this display drew on the same axes before is removed. On exit,
        everything that was drawn in the block is stored.
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
        """Return whether the last drawing of the display is on these axes."""
        return ax is not None and ax is getattr(self, "ax_", None)


def _contents(ax):
    """Return the artists that were drawn on axes, without those that all axes have."""
    return [*ax.lines, *ax.images, *ax.patches, *ax.texts, *ax.child_axes]


def _remove(artists, ax):
    """Remove artists and their colorbars from axes, unless they were removed before."""
    for artist in artists:
        if artist in _contents(ax):
            if getattr(artist, "colorbar", None) is not None:
                artist.colorbar.remove()
            artist.remove()
