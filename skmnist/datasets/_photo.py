"""From a photo or a drawing of one digit to an image as MNIST's makers made theirs."""

import contextlib

import numpy as np
from scipy import ndimage

from skmnist.base._files import name_of
from skmnist.datasets._ink import NOTHING, ink_of, light_of, otsu, sheets_of
from skmnist.datasets._picture import pixels_of

_BOX, _SIDE = 20, 28  # the digit's box inside the image, in pixels
_FINE = 6  # strokes are thickened on a grid so many times finer than the box
_PEN = 2.8  # pixels of the box: thinner strokes than this are thickened
_SPECK = 0.1  # share of the digit's length below which a piece is dirt
_GRAIN = 5  # times the median, above which it is not the grain of the paper
_PIECES = 50  # more of about the same length are the grain of the paper
_FROM_BORDER = 0.2  # share of the longest piece above which one inside the border is the digit
_SHORTER = 0.7  # share of the length of what spans the picture below which it is the digit
_GAP = 0.2  # share of the digit's length that its pieces may lie apart


def read_photo(path_or_file):
    """Read a photo or a drawing of one digit as an image like those of MNIST.

    The picture is turned upright as the camera noted it, laid on a tone of paper
    where it is transparent, and handed to :func:`photo_to_digit`. Of an animation
    it is the first frame. The paper should fill most of the picture, with one digit
    on it, upright, and no dark lines through it. Needs Pillow.

    Parameters
    ----------
    path_or_file : str, path-like or binary file object
        The picture: PNG, JPEG or whatever else Pillow reads. A file object is
        read from its beginning and left open.

    Returns
    -------
    digit : ndarray of shape (784,)
        The pixels, row after row, as uint8: 0 is the background, 255 full ink.
        This is what a row of :func:`load_mnist` looks like.

    Raises
    ------
    ValueError
        If the file is not a picture that Pillow can read, has too many pixels to
        be harmless, or if :func:`photo_to_digit` finds no digit in it.
    TypeError
        If `path_or_file` is neither a path nor a binary file object.
    OSError
        If the file cannot be opened.
    ImportError
        If Pillow is not installed.

    See Also
    --------
    photo_to_digit : The same for pixels that are an array already.

    Examples
    --------
    >>> import io
    >>> from PIL import Image, ImageDraw
    >>> from skmnist.datasets import read_photo
    >>> picture, file = Image.new("RGB", (300, 400), "ivory"), io.BytesIO()
    >>> ImageDraw.Draw(picture).line([(90, 60), (170, 60), (110, 200)], "navy", 5)
    >>> picture.save(file, "PNG")
    >>> digit = read_photo(file)
    >>> digit.shape, digit.dtype, digit.max()
    ((784,), dtype('uint8'), np.uint8(255))
    """
    pixels = pixels_of(path_or_file)
    try:
        return photo_to_digit(pixels).ravel()
    except ValueError as error:
        raise ValueError(f"{name_of(path_or_file)}: {error}") from None


def photo_to_digit(image):
    """Make an image like those of MNIST from the pixels of a photo or a drawing.

    MNIST's makers scaled each digit to fit into 20 × 20 pixels, which made its
    edges grey, and moved it until its centre of mass was the centre of 28 × 28
    pixels. Here the digit has to be found before: against paper that is lit
    unevenly, on a sheet on a table, beside specks, lines and shadows that come in
    from the border. Strokes of a thin pen are made as wide as those of MNIST.

    The paper should fill most of the picture, with one digit on it, upright. A
    sheet on a table should be straight to within a few degrees, with a clear edge.
    Lines and shadows through the digit are left out only where they reach from
    border to border and are much paler than its ink. What is drawn around the
    digit, such as a box, may be taken for it, and of two digits the result is
    either one or both as one.

    Parameters
    ----------
    image : array-like of shape (height, width) or (height, width, channels)
        The pixels, dark on light or light on dark, in any range. Three channels
        are red, green and blue; a fourth says how opaque the pixel is.

    Returns
    -------
    digit : ndarray of shape (28, 28)
        The image, as uint8: 0 is the background, 255 full ink.

    Raises
    ------
    ValueError
        If `image` has another shape, fewer than 4 × 4 pixels, NaN or infinity in
        it, or shows no digit.

    See Also
    --------
    read_photo : The same for a picture in a file.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.datasets import photo_to_digit
    >>> seven = np.full((300, 200), 240)
    >>> seven[50:60, 60:150] = 30
    >>> seven[50:200, 140:150] = 30
    >>> photo_to_digit(seven).shape
    (28, 28)
    """
    return _centred(_shrunk(_found(light_of(image))))


def _found(light):
    """The digit on the sheet of paper, or if it is not on one, in the whole picture."""
    for sheet in sheets_of(light):
        with contextlib.suppress(ValueError):
            ink = ink_of(sheet)
            mask = _digit(ink)
            if mask.sum() == mask[1:-1, 1:-1].sum():  # not cut by the edge of the sheet
                return _cropped(ink, mask)
    ink = ink_of(light)
    return _cropped(ink, _digit(ink))


def _digit(ink):
    """Where the digit is: not dirt, not a shadow from the border, not another thing."""
    pieces, boxes, lengths = _pieces(ink > _threshold(ink))
    if _spans(boxes[lengths.argmax()], ink.shape):
        dark = ink > otsu(ink[pieces > 0])
        if max(_lengths(_box(dark))) < _SHORTER * lengths.max():  # lines or a shadow are paler
            pieces, boxes, lengths = _pieces(dark)
    inner = lengths * [_is_inside(box, ink.shape) for box in boxes]
    if inner.max() > _FROM_BORDER * lengths.max():
        lengths = inner
    chosen = 1 + np.flatnonzero(lengths > _SPECK * lengths.max())
    if len(chosen) > _PIECES:
        raise ValueError(NOTHING)
    mask = np.isin(pieces, chosen)
    away = ndimage.distance_transform_edt(~mask)
    groups, _ = ndimage.label(away <= _GAP / 2 * lengths.max())
    masses = np.bincount(groups[mask], ink[mask])
    return mask & (groups == masses.argmax())


def _pieces(mask):
    pieces, count = ndimage.label(mask, np.ones((3, 3)))
    if not count:
        raise ValueError(NOTHING)
    boxes = ndimage.find_objects(pieces)
    return pieces, boxes, np.array([max(_lengths(box)) for box in boxes])


def _threshold(ink):
    """Otsu's, but above the grain of the paper, which drowns a digit that is small."""
    return max(otsu(ink), min(_GRAIN * np.median(ink), ink.max() / 2))


def _box(mask):
    return ndimage.find_objects(mask.astype(int))[0]


def _lengths(box):
    return [side.stop - side.start for side in box]


def _spans(box, shape):
    return any(side.start == 0 and side.stop == n for side, n in zip(box, shape, strict=True))


def _is_inside(box, shape):
    return all(side.start > 0 and side.stop < n for side, n in zip(box, shape, strict=True))


def _cropped(ink, mask):
    """The digit alone, in shares of its strongest ink, without the grain of the paper."""
    paper, strong = np.median(ink[~mask]), np.percentile(ink[mask], 75)
    if strong < 3 * paper:
        raise ValueError(NOTHING)
    near = ndimage.binary_dilation(mask, np.ones((3, 3)), iterations=2)
    ink = near * np.clip((ink - paper) / (strong - paper), 0, 1)
    faint = min(3 * paper / strong, 0.2)
    return ink[_box(ink > faint)]


def _shrunk(ink):
    """The digit as 20 pixels on its longer side, its strokes no thinner than MNIST's."""
    fine = _BOX * _FINE
    if max(ink.shape) < _BOX:  # too few pixels to leave their corners standing
        ink = ndimage.zoom(ink, _FINE, order=1, mode="nearest", grid_mode=True)
    width = _stroke_width(ink) * fine / max(ink.shape)
    radius = round(max(_PEN * _FINE - width, 0) / 2)
    scale = (fine - 2 * radius) / max(ink.shape)
    rows, columns = (max(1, round(length * scale)) for length in ink.shape)
    ink = _shares(ink.shape[0], rows) @ ink @ _shares(ink.shape[1], columns).T
    ink = np.pad(ink, [((fine - n) // 2, fine - n - (fine - n) // 2) for n in ink.shape])
    if radius:
        y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
        ink = ndimage.grey_dilation(ink, footprint=x**2 + y**2 <= radius**2 + 1)
    return ink.reshape(_BOX, _FINE, _BOX, _FINE).mean(axis=(1, 3))


def _stroke_width(ink):
    """Across a stroke, the mean distance to its nearer edge is a quarter of its width."""
    distances = ndimage.distance_transform_edt(np.pad(ink > 0.5, 1))
    return 4 * distances[distances > 0].mean()


def _shares(old, new):
    """The matrix that averages old pixels over the areas of new ones."""
    edges = np.arange(new + 1)[:, None] * (old / new)
    covered = np.clip(edges - np.arange(old), 0, 1)
    return np.diff(covered, axis=0) * (new / old)


def _centred(ink):
    """The image with its centre of mass in the centre, and its strongest ink 255."""
    shift = np.round(_SIDE / 2 - np.array(ndimage.center_of_mass(ink))).astype(int)
    top, left = np.clip(shift, 0, _SIDE - _BOX)
    digit = np.zeros((_SIDE, _SIDE), dtype=np.uint8)
    digit[top : top + _BOX, left : left + _BOX] = np.round(255 * ink / ink.max())
    return digit
