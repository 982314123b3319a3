"""Convert a photo or drawing of one digit to an image like those of MNIST.

The makers of MNIST scaled each digit to 20 × 20 pixels, and placed it in an image of 28 × 28 pixels
with its centre of mass in the centre. `photo_to_digit` does the same in three steps:
`_find_digit`, `_scale_to_box` and `_move_centre_of_mass_to_centre`.
"""

import contextlib
import warnings

import numpy as np
from scipy import ndimage

from skmnist.base._files import name_of
from skmnist.base._public import set_module
from skmnist.datasets._digit_count import count_digits
from skmnist.datasets._ink import (
    MAX_STROKE,
    NO_DIGIT,
    dark_on_light,
    fill_around_sheets,
    measure_ink,
    otsu_threshold,
    to_grey,
)
from skmnist.datasets._picture import read_pixels

_IMAGE_SIDE = 28  # pixels
_BOX_SIDE = 20  # pixels on the longer side of the digit
_FINE = 6  # strokes are thickened at this multiple of the resolution of the box
_MIN_STROKE = 2.8  # pixels of the box: thinner strokes are thickened
# Lengths of pieces are given as fractions of the length of the longest piece.
_MIN_PIECE = 0.1  # shorter pieces are specks
_MAX_PIECES = 50  # if more pieces are not specks, they are the grain of the paper
_MAX_GAP = 0.2  # pieces that are further apart do not belong together
_MIN_INNER = 0.2  # pieces that touch no border are preferred if one of them is longer
_MAX_DARK = 0.7  # if the longest piece crosses the picture, a shorter dark part of it is the digit
_MAX_WIDTH = 2.5  # the widest place of a stroke, as a multiple of its mean width
_GRAIN = 5  # ink below this multiple of the median ink can be the grain of the paper


@set_module("skmnist.datasets")
def read_photo(path_or_file):
    """Read a photo or a drawing of one digit as an image like those of MNIST.

    The picture is rotated according to the orientation that the camera has stored.
    Transparent pixels are treated as paper. Then :func:`photo_to_digit` converts the
    picture. If it is an animation, its first frame is used. The paper should fill most
    of the picture, with one upright digit on it and without dark lines through the
    digit. If the picture seems to show several digits side by side, a warning says
    so. This function needs Pillow.

    Parameters
    ----------
    path_or_file : str, path-like or binary file object
        The picture, in PNG, JPEG or another format that Pillow reads. A file
        object is read from its beginning and stays open.

    Returns
    -------
    digit : ndarray of shape (784,)
        The pixels, row after row, as uint8, from 0 (background) to 255 (ink).
        The rows of the data of :func:`load_mnist` have the same format.

    Raises
    ------
    ValueError
        If the file is not a picture that Pillow can read, if it has more pixels than
        Pillow allows, or if :func:`photo_to_digit` finds no digit in it.
    TypeError
        If `path_or_file` is neither a path nor a binary file object.
    OSError
        If the file cannot be opened.
    ImportError
        If Pillow is not installed.

    See Also
    --------
    photo_to_digit : Convert an array of pixels.

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
    pixels, name = read_pixels(path_or_file), name_of(path_or_file)
    try:
        return _convert(pixels, f"{name}: ").ravel()
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


@set_module("skmnist.datasets")
def photo_to_digit(image):
    """Convert the pixels of a photo or a drawing to an image like those of MNIST.

    The makers of MNIST scaled each digit to fit into 20 × 20 pixels, and placed it
    in an image of 28 × 28 pixels with its centre of mass in the centre. This
    function first finds the digit, also on unevenly lit paper, on a sheet of paper
    on a table, and next to specks, and lines and shadows that touch the border. Then
    it scales and places the digit in the same way. Thin strokes are made as thick as
    those of MNIST.

    The paper should fill most of the picture, with one upright digit on it. A
    sheet on a table should be rotated by a few degrees at most, and have a clear
    edge. The shadow of something with a straight edge is removed, unless it is as
    narrow as a stroke. Lines through the digit are removed only if they reach from
    border to border and are much paler than the ink. A shape around the digit,
    such as a box, may be mistaken for the digit. If there are several digits, the
    result contains one or more of them. A warning says so if they stand side by
    side without touching one another, and have about the same height.

    Parameters
    ----------
    image : array-like of shape (height, width) or (height, width, channels)
        The pixels, dark on light or light on dark, in any range. Three channels
        are red, green and blue. A fourth channel is the opacity.

    Returns
    -------
    digit : ndarray of shape (28, 28)
        The image, as uint8, from 0 (background) to 255 (ink).

    Raises
    ------
    ValueError
        If `image` has another shape, has fewer than 4 × 4 pixels, contains NaN or
        infinity, or shows no digit.

    See Also
    --------
    read_photo : Convert a picture in a file.

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
    return _convert(image)


def _convert(image, prefix=""):
    """Return the image of the digit; the warning about several digits starts with the prefix."""
    ink, n_digits = _find_digit(to_grey(image))
    if n_digits > 1:
        warnings.warn(
            f"{prefix}image seems to show {n_digits} digits side by side, but it is read as a "
            "single digit.",
            UserWarning,
            stacklevel=3,
        )
    return _move_centre_of_mass_to_centre(_scale_to_box(ink))


def _find_digit(grey):
    """Return the cropped ink of the digit, and the number of digits that stand side by side.

    They are looked for on a sheet of paper, or else in the whole picture.
    """
    for sheet in fill_around_sheets(grey):
        with contextlib.suppress(ValueError):
            ink, pieces, digit = _measure_digit(sheet)
            if digit.sum() == digit[1:-1, 1:-1].sum():  # the digit is not cut by the border
                return _crop(ink, digit), count_digits(pieces)
    ink, pieces, digit = _measure_digit(grey)
    return _crop(ink, digit), count_digits(pieces)


def _measure_digit(grey):
    """Return the ink, a mask of the pieces that digits consist of, and a mask of the digit."""
    grey = dark_on_light(grey)
    ink, pieces, digit = _digit_in(measure_ink(grey))
    # The narrower the strokes that count as ink, the less remains of the corners of a shadow.
    width = _MAX_WIDTH * _stroke_width(_crop(ink, digit)) / max(grey.shape)
    return _digit_in(measure_ink(grey, width)) if width < MAX_STROKE else (ink, pieces, digit)


def _digit_in(ink):
    """Return the ink, a mask of the pieces that digits consist of, and a mask of the digit."""
    pieces = _pieces_of_digits(ink)
    return ink, pieces, _heaviest_group(ink, pieces)


def _pieces_of_digits(ink):
    """Return a mask of the ink without specks, shadows at the border and other objects."""
    pieces, boxes, lengths = _connected_pieces(ink > _ink_threshold(ink))
    if _reaches_across(boxes[lengths.argmax()], ink.shape):
        dark = ink > otsu_threshold(ink[pieces > 0])
        # Lines or a shadow across the picture are paler than the digit.
        if max(_side_lengths(_bounding_box(dark))) < _MAX_DARK * lengths.max():
            pieces, boxes, lengths = _connected_pieces(dark)
    inner = lengths * [_is_inside(box, ink.shape) for box in boxes]
    if inner.max() > _MIN_INNER * lengths.max():
        lengths = inner
    chosen = 1 + np.flatnonzero(lengths > _MIN_PIECE * lengths.max())
    if len(chosen) > _MAX_PIECES:
        raise ValueError(NO_DIGIT)
    return np.isin(pieces, chosen)


def _heaviest_group(ink, pieces):
    """Return a mask of the pieces near each other that have the most ink."""
    _, _, lengths = _connected_pieces(pieces)
    distances = ndimage.distance_transform_edt(~pieces)
    groups, _ = ndimage.label(distances <= _MAX_GAP / 2 * lengths.max())
    masses = np.bincount(groups[pieces], ink[pieces])
    return pieces & (groups == masses.argmax())


def _connected_pieces(mask):
    """Return the connected pieces of a mask as labels, their bounding boxes and their lengths."""
    pieces, count = ndimage.label(mask, np.ones((3, 3)))
    if not count:
        raise ValueError(NO_DIGIT)
    boxes = ndimage.find_objects(pieces)
    return pieces, boxes, np.array([max(_side_lengths(box)) for box in boxes])


def _ink_threshold(ink):
    """Return Otsu's threshold, or a higher one if the grain of the paper is above it."""
    return max(otsu_threshold(ink), min(_GRAIN * np.median(ink), ink.max() / 2))


def _bounding_box(mask):
    """Return the slices of rows and columns that contain a mask."""
    return ndimage.find_objects(mask.astype(int))[0]


def _side_lengths(box):
    """Return the height and the width of a bounding box."""
    return [side.stop - side.start for side in box]


def _reaches_across(box, shape):
    """Return whether a bounding box reaches from border to border."""
    return any(side.start == 0 and side.stop == n for side, n in zip(box, shape, strict=True))


def _is_inside(box, shape):
    """Return whether a bounding box touches no border."""
    return all(side.start > 0 and side.stop < n for side, n in zip(box, shape, strict=True))


def _crop(ink, mask):
    """Return the ink of the digit alone, from 0 to 1, without the grain of the paper."""
    paper, strong = np.median(ink[~mask]), np.percentile(ink[mask], 75)
    if strong < 3 * paper:
        raise ValueError(NO_DIGIT)
    near = ndimage.binary_dilation(mask, np.ones((3, 3)), iterations=2)
    ink = near * np.clip((ink - paper) / (strong - paper), 0, 1)
    faint = min(3 * paper / strong, 0.2)
    return ink[_bounding_box(ink > faint)]


def _scale_to_box(ink):
    """Return the digit scaled to the box of 20 × 20 pixels, with strokes as thick as in MNIST."""
    fine = _BOX_SIDE * _FINE
    if max(ink.shape) < _BOX_SIDE:  # so few pixels that their corners would be visible
        ink = ndimage.zoom(ink, _FINE, order=1, mode="nearest", grid_mode=True)
    width = _stroke_width(ink) * fine / max(ink.shape)
    radius = round(max(_MIN_STROKE * _FINE - width, 0) / 2)
    scale = (fine - 2 * radius) / max(ink.shape)
    rows, columns = (max(1, round(length * scale)) for length in ink.shape)
    ink = _averaging_matrix(ink.shape[0], rows) @ ink @ _averaging_matrix(ink.shape[1], columns).T
    ink = np.pad(ink, [((fine - n) // 2, fine - n - (fine - n) // 2) for n in ink.shape])
    if radius:
        y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
        ink = ndimage.grey_dilation(ink, footprint=x**2 + y**2 <= radius**2 + 1)
    return ink.reshape(_BOX_SIDE, _FINE, _BOX_SIDE, _FINE).mean(axis=(1, 3))


def _stroke_width(ink):
    """Return the mean width of the strokes."""
    # Across a stroke, the mean distance to the nearer edge is a quarter of the width.
    distances = ndimage.distance_transform_edt(np.pad(ink > 0.5, 1))
    return 4 * distances[distances > 0].mean()


def _averaging_matrix(old, new):
    """Return the matrix that averages `old` pixels over the areas of `new` pixels."""
    edges = np.arange(new + 1)[:, None] * (old / new)
    covered = np.clip(edges - np.arange(old), 0, 1)
    return np.diff(covered, axis=0) * (new / old)


def _move_centre_of_mass_to_centre(ink):
    """Return the image with the digit's centre of mass in its centre, as uint8 from 0 to 255."""
    shift = np.round(_IMAGE_SIDE / 2 - np.array(ndimage.center_of_mass(ink))).astype(int)
    top, left = np.clip(shift, 0, _IMAGE_SIDE - _BOX_SIDE)
    digit = np.zeros((_IMAGE_SIDE, _IMAGE_SIDE), dtype=np.uint8)
    digit[top : top + _BOX_SIDE, left : left + _BOX_SIDE] = np.round(255 * ink / ink.max())
    return digit
