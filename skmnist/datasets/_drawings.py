"""Read the drawings that were corrected on a page of skmnist.io.to_page, and saved there.

Such a file is passed around, for example by the pupils of a class. It is JSON, which cannot
contain code, and everything in it is checked before it is used.
"""

import base64
import json
import re

import numpy as np
from sklearn.utils import Bunch

from skmnist.base._files import name_of, source
from skmnist.base._public import set_module
from skmnist.base._rules import short_repr

_FORMAT, _VERSION = "skmnist drawings", 1
_CHUNK_SIZE = 2**20  # bytes that are read at once
_MAX_SIZE = 32 * 2**20  # bytes, for thousands of drawings; JSON takes many times its size in memory
LONGEST_LABEL = 200  # characters; an array of strings has room for the longest one in each element
LARGEST_SIDE = 128  # pixels
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")  # as Python writes it, and within int64
HALF_CHARACTER = re.compile("[\ud800-\udfff]")  # JSON can contain it, UTF-8 cannot
_NAMES = {dict: "an object", list: "a list", bool: "true or false", type(None): "null"}


@set_module("skmnist.datasets")
def read_drawings(path_or_file, *, return_X_y=False):
    """Read drawings of digits that were corrected and saved on a drawing page.

    On the page that :func:`skmnist.io.to_page` makes, a person draws a digit, and
    says which digit it is if the model is wrong. The page saves these drawings in a
    file. A model that learns from them makes fewer mistakes on drawings of the same
    person. An invalid file raises a ValueError, so files from unknown sources are
    safe to read.

    Parameters
    ----------
    path_or_file : str, path-like or binary file object
        The file that the page has saved, usually ``drawings.json``. A file object
        is read from its current position to its end, and stays open.

    return_X_y : bool, default=False
        If True, return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    drawings : :class:`~sklearn.utils.Bunch`
        Dictionary-like object with these attributes, unless `return_X_y` is
        True:

        data : ndarray of shape (n_samples, side * side)
            The pixels of each drawing, row after row, as uint8, from 0
            (background) to 255 (ink). The drawings are scaled and centred like the
            images of :func:`load_mnist`, and are as large as the images that the
            model was trained on, usually 28 × 28 pixels.
        target : ndarray of shape (n_samples,)
            What each drawing shows, as the person has said: int64 if all labels
            are integers, such as "4", otherwise strings.
        predicted : ndarray of shape (n_samples,)
            What the model of the page predicted, with the type of `target`.
        images : ndarray of shape (n_samples, side, side)
            The drawings as squares, a view of `data`.
        strokes : list of lists of ndarrays of shape (n_points, 2)
            The strokes of each drawing, each as the points x, y that the pen went
            through. The upper left corner of the canvas is 0, 0, and the lower
            right corner 1, 1.

    (data, target) : tuple
        `data` and `target` as above, if `return_X_y` is True.

    Raises
    ------
    ValueError
        If the file is not a file of drawings, is incomplete, or is larger than
        32 MiB.
    TypeError
        If `path_or_file` is neither a path nor a binary file object.
    OSError
        If the file cannot be opened or read.

    See Also
    --------
    skmnist.io.to_page : Make the page.
    read_photo : Read a photo or a drawing of one digit.

    Examples
    --------
    >>> import io
    >>> from skmnist.datasets import read_drawings
    >>> file = io.BytesIO(
    ...     b'{"format": "skmnist drawings", "version": 1, "side": 2, "drawings": [{'
    ...     b'"label": "4", "predicted": "9", "pixels": "AP8AgA==",'
    ...     b'"strokes": [[[0.25, 0.5], [0.75, 0.5]]]}]}'
    ... )
    >>> drawings = read_drawings(file)
    >>> drawings.target, drawings.predicted
    (array([4]), array([9]))
    >>> drawings.images
    array([[[  0, 255],
            [  0, 128]]], dtype=uint8)
    """
    with source(path_or_file) as stream:
        try:
            side, drawings = _parse(_read_all(stream))
        except (ValueError, RecursionError) as error:
            reason = "it is nested too deeply." if isinstance(error, RecursionError) else error
            raise ValueError(
                f"{name_of(path_or_file)} is not a valid file of drawings: {reason}"
            ) from error
    pixels, labels, predicted, strokes = zip(*drawings, strict=True)
    data = np.frombuffer(bytearray().join(pixels), np.uint8).reshape(len(pixels), -1)
    target, predicted = np.split(_as_labels(labels + predicted), 2)
    if return_X_y:
        return data, target
    images = data.reshape(-1, side, side)
    return Bunch(
        data=data, target=target, predicted=predicted, images=images, strokes=list(strokes)
    )


def _read_all(stream):
    """Return the contents of a stream, or raise a ValueError if they are too large."""
    contents = bytearray()
    while chunk := stream.read(_CHUNK_SIZE):
        contents += chunk
        if len(contents) > _MAX_SIZE:
            raise ValueError(f"it must have at most {_MAX_SIZE // 2**20} MiB; got more.")
    return contents


def _parse(contents):
    """Return the side of the images, and the pixels, labels and strokes of each drawing."""
    try:
        page = json.loads(
            contents.decode("utf-8-sig"), parse_constant=_refuse
        )  # with or without BOM
    except ValueError as error:
        raise ValueError(f"it must be JSON in UTF-8, but {error}.") from error
    if not isinstance(page, dict) or page.get("format") != _FORMAT:
        raise ValueError(f'it must be an object with "format": "{_FORMAT}"; got other JSON.')
    version, side, drawings = (page.get(name) for name in ("version", "side", "drawings"))
    if not _is_integer(version) or version != _VERSION:
        raise ValueError(
            f"its version must be {_VERSION}; got {_shown(version)}. A newer version of skmnist "
            "may read it."
        )
    if not _is_integer(side) or not 1 <= side <= LARGEST_SIDE:
        raise ValueError(
            f"its side must be an integer from 1 to {LARGEST_SIDE}; got {_shown(side)}."
        )
    if not isinstance(drawings, list) or not drawings:
        raise ValueError("its drawings must be a list with at least one drawing.")
    return side, [_parse_drawing(each, side, n) for n, each in enumerate(drawings)]


def _parse_drawing(drawing, side, number):
    """Return the pixels, the label, the predicted label and the strokes of a drawing."""
    if not isinstance(drawing, dict):
        raise ValueError(f"drawings[{number}] must be an object; got {_shown(drawing)}.")
    readers = {
        "pixels": lambda value: _pixels(value, side),
        "label": _label,
        "predicted": _label,
        "strokes": _strokes,
    }
    values = []
    for name, read in readers.items():
        try:
            values.append(read(drawing.get(name)))
        except ValueError as error:
            raise ValueError(f"drawings[{number}].{name} must be {error}") from error
    return values


def _pixels(text, side):
    """Return the pixels as bytes."""
    try:
        pixels = base64.b64decode(text, validate=True)
    except (TypeError, ValueError):
        pixels = None
    if pixels is None or len(pixels) != side * side:
        got = _shown(text) if pixels is None else f"{len(pixels)} bytes"
        raise ValueError(f"{side * side} bytes in base64, one for each pixel; got {got}.")
    return pixels


def _label(text):
    """Return a label, which is text that NumPy can store and a file can contain."""
    if not isinstance(text, str) or len(text) > LONGEST_LABEL:
        raise ValueError(f"text of at most {LONGEST_LABEL} characters; got {_shown(text)}.")
    if "\0" in text:
        raise ValueError(f"text without the character NUL; got {_shown(text)}.")
    if HALF_CHARACTER.search(text):
        raise ValueError(f"text without halves of characters (surrogates); got {_shown(text)}.")
    return text


def _strokes(strokes):
    """Return the strokes as arrays of points."""
    if not isinstance(strokes, list) or not all(map(_is_stroke, strokes)):
        raise ValueError(
            "a list of strokes, each of them a list of points [x, y] with numbers from 0 to 1; got "
            "something else."
        )
    return [np.array(stroke, dtype=np.float64) for stroke in strokes]


def _is_stroke(stroke):
    return isinstance(stroke, list) and len(stroke) > 0 and all(map(_is_point, stroke))


def _is_point(point):
    return isinstance(point, list) and len(point) == 2 and all(map(_is_coordinate, point))


def _is_coordinate(value):
    return type(value) in (int, float) and 0 <= value <= 1


def _is_integer(value):
    return type(value) is int  # in Python, True is an integer as well


def _refuse(constant):
    """Raise an error for NaN and Infinity, which Python reads although JSON does not have them."""
    raise ValueError(f"it contains {constant}")


def _shown(value):
    """Return a value for an error message, without what a list or an object contains."""
    return _NAMES.get(type(value)) or short_repr(value)


def _as_labels(texts):
    """Return labels as an array, of integers if all of them are integers."""
    if all(map(_INTEGER.fullmatch, texts)):
        return np.array(list(map(int, texts)))
    return np.array(texts)
