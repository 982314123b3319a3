"""Where a display draws: its axes, smaller ones inside them, and texts that fit.

Axes inside axes, and not subplots, so that a display fits into one subplot of somebody's figure.
"""

# Okabe and Ito's colours, which colour-blind people can tell apart on light and on dark ground.
BLUE, VERMILLION = "#0072B2", "#D55E00"

LINE = 1.2  # the height of a line of text, in font sizes
SMALLEST = 1  # of a font, in points
MARGIN = 0.06  # of a cell's width and height, on each side of what stands in it


def axes_for(display, ax, figsize=None):
    """Return the axes that a display is drawn on: those given, or a new figure's.

    What the same display drew on them before is erased.
    """
    try:
        import matplotlib.pyplot as plt
    except ModuleNotFoundError as error:
        name = type(display).__name__
        raise ImportError(f"{name} needs matplotlib: pip install matplotlib") from error
    if ax is None:
        _, ax = plt.subplots(figsize=figsize, layout="constrained")
    if ax is getattr(display, "ax_", None):
        _erase(getattr(display, "_drawn", []), ax)
    display._others = _contents(ax)
    return ax


def remembering(display):
    """Return a display that knows what it drew, for `axes_for` to erase."""
    display._drawn = [each for each in _contents(display.ax_) if each not in display._others]
    return display


def _contents(ax):
    """Return what was drawn on axes, without the parts that all axes have."""
    return [*ax.lines, *ax.images, *ax.patches, *ax.texts, *ax.child_axes]


def _erase(artists, ax):
    """Remove what is still there of some artists, with their colour bars."""
    for artist in artists:
        if artist in _contents(ax):
            if getattr(artist, "colorbar", None) is not None:
                artist.colorbar.remove()
            artist.remove()


def frame_for(display, ax, figsize):
    """Do the same for a display whose axes only hold others."""
    ax = axes_for(display, ax, figsize)
    ax.set_axis_off()
    return ax


def size_in_points(ax):
    """Return the width and the height that an axes has, once its figure was laid out."""
    figure = ax.figure.figure  # of a subfigure, the whole
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)
    box = ax.get_window_extent()
    return box.width * 72 / figure.dpi, box.height * 72 / figure.dpi


def inset(ax, box, text_share=0):
    """Return new axes inside others, with a margin and so much of the height left to a text.

    The box is left, bottom, width and height, in parts of the outer axes.
    """
    left, bottom, width, height = box
    inner = ax.inset_axes(
        (
            left + MARGIN * width,
            bottom + MARGIN * height,
            (1 - 2 * MARGIN) * width,
            (1 - 2 * MARGIN - text_share) * height,
        )
    )
    inner.set(xticks=[], yticks=[])
    return inner


def font_size(texts, width, height):
    """Return the size, no larger than usual, in which each text fits into so many points."""
    from matplotlib import rcParams

    n_lines = max(text.count("\n") + 1 for text in texts)
    widest = max(text_width(text) for text in texts)
    fitting = min(width / max(widest, 1e-9), height / (LINE * n_lines))
    return max(SMALLEST, min(rcParams["font.size"], fitting))


def text_look(usual, given):
    """Return how a text looks: as usual but for what is given, by any of matplotlib's names."""
    from matplotlib.cbook import normalize_kwargs
    from matplotlib.text import Text

    return normalize_kwargs(usual, Text) | normalize_kwargs(given, Text)


def text_width(text):
    """Return the width of the longest line, in font sizes; bold, to be on the safe side."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    bold = FontProperties(weight="bold")
    paths = [TextPath((0, 0), line, 1, bold) for line in text.split("\n") if line.strip()]
    return max((path.vertices[:, 0].max() for path in paths), default=0)
