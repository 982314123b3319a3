"""Axes inside the axes of a display, the sizes of texts, and colours.

Displays use axes inside axes, not subplots, so that each display fits into one subplot of a figure.
"""

# The colours of Okabe and Ito, which people with colour blindness can distinguish on light and
# dark backgrounds.
BLUE, VERMILLION = "#0072B2", "#D55E00"

LINE = 1.2  # the height of a line of text, in font sizes
MARGIN = 0.06  # on each side of inner axes, as a fraction of their box
MIN_FONT_SIZE = 1  # in points


def size_in_points(ax):
    """Return the width and height of axes after the figure is laid out."""
    figure = ax.figure.figure  # the figure itself if ax.figure is a subfigure
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)
    box = ax.get_window_extent()
    return box.width * 72 / figure.dpi, box.height * 72 / figure.dpi


def inset(ax, box, text_share=0):
    """Return new axes inside other axes, with a margin, and with space for a text above them.

    The box is (left, bottom, width, height), as fractions of the outer axes. ``text_share`` is the
    height of the text, as a fraction of the height of the box.
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
    """Return the largest font size, up to the default, at which each text fits into a box.

    The width and height of the box are in points.
    """
    from matplotlib import rcParams

    n_lines = max(text.count("\n") + 1 for text in texts)
    widest = max(text_width(text) for text in texts)
    fitting = min(width / max(widest, 1e-9), height / (LINE * n_lines))
    return max(MIN_FONT_SIZE, min(rcParams["font.size"], fitting))


def merge_text_kw(defaults, text_kw):
    """Return the keyword arguments of a text: `text_kw` replaces defaults, even by alias."""
    from matplotlib.cbook import normalize_kwargs
    from matplotlib.text import Text

    return normalize_kwargs(defaults, Text) | normalize_kwargs(text_kw, Text)


def text_width(text):
    """Return the width of the longest line, in font sizes, as if the text were bold."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    bold = FontProperties(weight="bold")
    paths = [TextPath((0, 0), line, 1, bold) for line in text.split("\n") if line.strip()]
    return max((path.vertices[:, 0].max() for path in paths), default=0)
