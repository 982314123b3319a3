"""Convert rows of pixels to images, and choose the keyword arguments to show them."""

import math

import numpy as np
from scipy.sparse import issparse

from skmnist.base._image_shape import colour_hint
from skmnist.base._rules import short_repr
from skmnist.network._arrays import to_numpy

SHAPES = "(height, width) or (height, width, channels)"


def dense(X):
    """Return a table as a dense NumPy array."""
    return X.toarray() if issparse(X) else to_numpy(X)


def one_row(X):
    """Return one image as a table with one row; a DataFrame or sparse matrix keeps its type."""
    shape = np.shape(X)
    if hasattr(X, "to_frame") and hasattr(X, "index"):  # a Series, whose index names the pixels
        return X.to_frame().T
    if len(shape) == 1:
        return to_numpy(X).reshape(1, -1)
    if len(shape) != 2 or shape[0] != 1:
        raise ValueError(
            f"X must be one image of shape (n_pixels,) or (1, n_pixels); got shape {shape}."
        )
    return X


def as_images(rows, image_shape=None):
    """Return rows of pixels as images (n, height, width), or (n, height, width, 3) for RGB."""
    shape = find_shape(rows.shape[1], image_shape)
    return _without_channels(rows.reshape(len(rows), *shape))


def find_shape(n_pixels, image_shape=None):
    """Return ``image_shape`` if it has ``n_pixels`` entries; None means a square."""
    if image_shape is None:
        side = math.isqrt(n_pixels)
        if side**2 == n_pixels:
            return side, side
        raise ValueError(
            f"image_shape must be {SHAPES} for images that are not square; "
            f"got None for {n_pixels} pixels. {colour_hint(n_pixels)}".rstrip()
        )
    shape = tuple(image_shape)
    if len(shape) not in (2, 3) or math.prod(shape) != n_pixels:
        raise ValueError(
            f"image_shape must be {SHAPES} with the product {n_pixels}; "
            f"got {short_repr(image_shape)}."
        )
    return shape


def _without_channels(images):
    """Return the mean over the channels of each image, unless they are red, green and blue."""
    if images.ndim == 3 or images.shape[3] == 3:
        return images
    return images[..., 0] if images.shape[3] == 1 else images.mean(axis=3)


def prepare_images(images):
    """Return images to show, and keyword arguments of imshow for a common scale."""
    images = _without_channels(images)
    if images.ndim > 3:
        return _scale_rgb(images), {}
    low = min(0, np.nanmin(images))
    high = max(low + 1e-9, np.nanmax(images))
    return images, {"cmap": "gray", "vmin": low, "vmax": high}


def _scale_rgb(images):
    """Return RGB images, which can be bytes or floats in any range, with values from 0 to 1."""
    if images.dtype.kind in "iu":
        return np.clip(images / 255, 0, 1)
    low, high = images.min(), images.max()
    if low >= 0 and high <= 1:
        return images * 1.0  # also converts booleans
    return (images - low) / max(high - low, 1e-9)


def show_image(ax, image, im_kw=None):
    """Draw a single image in greys or RGB."""
    [image], defaults = prepare_images(np.asarray(image)[None])
    return ax.imshow(image, **merge_im_kw(defaults, im_kw))


def merge_im_kw(defaults, im_kw):
    """Return the defaults updated with `im_kw`; if it has a norm, without the default limits."""
    im_kw = im_kw or {}
    if im_kw.get("norm") is not None:
        defaults = {name: each for name, each in defaults.items() if name not in ("vmin", "vmax")}
    return {"interpolation": "nearest"} | defaults | im_kw


def diverging_colours(values):
    """Return keyword arguments of imshow: 0 is white, positive values red, negative values blue."""
    largest = max(np.abs(values).max(), 1e-9)
    return {"cmap": "RdBu_r", "vmin": -largest, "vmax": largest}


def colours_for(values):
    """Return keyword arguments of imshow: greys if no value is negative, else diverging colours."""
    if values.min() < 0:
        return diverging_colours(values)
    return {"cmap": "gray", "vmin": 0, "vmax": max(values.max(), 1e-9)}
