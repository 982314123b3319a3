"""The parameter image_shape: which images the columns of X are."""

import warnings
from math import isqrt, prod

from skmnist.base._rules import Rule, is_integer

# Rows with fewer pixels may not be images, so their shape causes no warning.
FEW_PIXELS = 64


def _is_shape(value):
    """Return whether a value can be the shape of an image."""
    return value is None or (len(value) in (2, 3) and all(is_integer(side, 1) for side in value))


IMAGE_SHAPE = Rule(
    (tuple, list, type(None)),
    _is_shape,
    "None, (height, width) or (height, width, channels), with integers of at least 1",
)


def image_shape(asked, n_columns):
    """Return (height, width, channels) of images with this number of columns."""
    if asked is None:
        shape = square_or_row(n_columns)
        if shape[0] == 1 and n_columns > FEW_PIXELS:
            _warn_about_row(n_columns)
        return shape
    shape = tuple(int(side) for side in asked)
    if prod(shape) != n_columns:
        raise ValueError(
            f"image_shape must have the product {n_columns}, the number of columns of X; got "
            f"{asked!r} with the product {prod(shape)}."
        )
    return shape if len(shape) == 3 else (*shape, 1)


def _warn_about_row(n_columns):
    """Warn that probable images are treated as rows of pixels."""
    any_shape = "For other images, pass image_shape=(height, width) or (height, width, channels)."
    warnings.warn(
        f"X has {n_columns} columns, which is not a square number, so each row is treated as an "
        f"image of 1×{n_columns} pixels. {colour_hint(n_columns) or any_shape}",
        UserWarning,
        stacklevel=4,
    )


def square_or_row(n_columns):
    """Return the shape of a square grey image, or else of a single row of pixels."""
    side = isqrt(n_columns)
    return (side, side, 1) if side * side == n_columns else (1, n_columns, 1)


def colour_hint(n_columns):
    """Return a sentence about square colour images with this number of columns, or no text."""
    side = isqrt(n_columns // 3)
    if 3 * side * side != n_columns:
        return ""
    return f"For colour images, pass image_shape=({side}, {side}, 3)."
