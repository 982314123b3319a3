"""The parameter image_shape: which images the columns of X are."""

from math import isqrt, prod

from skmnist.base._rules import Rule, is_integer


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
        side = isqrt(n_columns)
        return (side, side, 1) if side * side == n_columns else (1, n_columns, 1)
    shape = tuple(int(side) for side in asked)
    if prod(shape) != n_columns:
        raise ValueError(
            f"image_shape must have the product {n_columns}, the number of columns of X; got "
            f"{asked!r} with the product {prod(shape)}."
        )
    return shape if len(shape) == 3 else (*shape, 1)
