"""From rows of pixels to images, and from images to what can be shown of them."""

import math

import numpy as np
from scipy.sparse import issparse

from skmnist.network._arrays import to_numpy


def dense(X):
    """Return a table as NumPy's, be it a frame, sparse, or on a GPU."""
    return X.toarray() if issparse(X) else to_numpy(X)


def one_row(X):
    """Return one image as a table of one row; a table stays what it is, names and all."""
    shape = np.shape(X)
    if hasattr(X, "to_frame") and hasattr(X, "index"):  # a row of a table, with names
        return X.to_frame().T
    if len(shape) == 1:
        return to_numpy(X).reshape(1, -1)
    if len(shape) != 2 or shape[0] != 1:
        raise ValueError(
            f"X must be one image, of shape (n_pixels,) or (1, n_pixels), got shape {shape}"
        )
    return X


def as_images(rows, image_shape=None):
    """Return rows of pixels as images (n, height, width), or (n, height, width, 3) in colour."""
    shape = find_shape(rows.shape[1], image_shape)
    return _viewable(rows.reshape(len(rows), *shape))


def find_shape(n_pixels, image_shape=None):
    """Return `image_shape` if it has so many pixels, or that of a square if it is None."""
    if image_shape is None:
        side = math.isqrt(n_pixels)
        if side**2 == n_pixels:
            return side, side
        allowed = "be (height, width) or (height, width, channels)"
        raise ValueError(f"image_shape must {allowed}: {n_pixels} pixels make no square image")
    shape = tuple(image_shape)
    if len(shape) not in (2, 3) or math.prod(shape) != n_pixels:
        raise ValueError(
            "image_shape must be (height, width) or (height, width, channels) "
            f"with {n_pixels} pixels in all, got {image_shape!r}"
        )
    return shape


def _viewable(images):
    """Return images without an axis for channels, unless these are three: red, green, blue."""
    if images.ndim == 3 or images.shape[3] == 3:
        return images
    return images[..., 0] if images.shape[3] == 1 else images.mean(axis=3)


def inked(images):
    """Return images to show, and how: colours from 0 to 1, or greys with a common scale."""
    images = _viewable(images)
    if images.ndim > 3:
        return _as_colours(images), {}
    low = min(0, np.nanmin(images))
    high = max(low + 1e-9, np.nanmax(images))
    return images, {"cmap": "gray", "vmin": low, "vmax": high}


def _as_colours(images):
    """Return colours from 0 to 1: of bytes, or of floats that are stretched if they are beyond."""
    if images.dtype.kind in "iu":
        return np.clip(images / 255, 0, 1)
    low, high = images.min(), images.max()
    if low >= 0 and high <= 1:
        return images * 1.0  # of True and False, too
    return (images - low) / max(high - low, 1e-9)


def show_ink(ax, image, im_kw=None):
    """Draw a single image so."""
    [image], look = inked(np.asarray(image)[None])
    return ax.imshow(image, **im_look(look, im_kw))


def im_look(usual, im_kw):
    """Return keywords of imshow: as usual but for those given; a norm has limits of its own."""
    im_kw = im_kw or {}
    if im_kw.get("norm") is not None:
        usual = {name: value for name, value in usual.items() if name not in ("vmin", "vmax")}
    return {"interpolation": "nearest"} | usual | im_kw


def around_zero(values):
    """Return how to show numbers of both signs: white is 0, red is above and blue below."""
    largest = max(np.abs(values).max(), 1e-9)
    return {"cmap": "RdBu_r", "vmin": -largest, "vmax": largest}


def coloured(values):
    """Return how to show numbers: around 0, or in greys if none is below 0."""
    if values.min() < 0:
        return around_zero(values)
    return {"cmap": "gray", "vmin": 0, "vmax": max(values.max(), 1e-9)}
