"""Where each pixel of a distorted image comes from.

The coordinates of the source of a pixel are a rotated, sheared and scaled copy of the coordinates
of the pixel, plus a shift, plus smooth displacements. All of these are sums of fixed fields, so one
matrix product computes the coordinates for many images: ``coefficients @ fields``.
"""

from functools import lru_cache

import numpy as np

from skmnist.distortion._fields import smooth_fields


def coordinate_fields(distorter, height, width):
    """Return the fields [k, height * width]: y, x, and 1, then the smooth displacements."""
    return _fields(height, width, float(distorter.smoothness) if distorter.elastic else None)


@lru_cache(maxsize=2)  # for many calls with few images
def _fields(height, width, smoothness):
    y, x = np.indices((height, width)).reshape(2, -1)
    fields = np.stack([y - (height - 1) / 2, x - (width - 1) / 2, np.ones(height * width)])
    if smoothness is not None:
        fields = np.concatenate([fields, smooth_fields(height, width, smoothness)])
    fields.flags.writeable = False  # the cache returns the same array again
    return fields


def draw_coefficients(distorter, height, width, n_fields, n_images, rng):
    """Return the random coefficients [2, n_images, n_fields] of y and of x."""
    coefficients = np.empty((2, n_images, n_fields))
    coefficients[:, :, :2] = _draw_affine(distorter, n_images, rng)
    centre = np.array([height - 1, width - 1])[:, None] / 2
    shift, elastic = float(distorter.shift), float(distorter.elastic)
    coefficients[:, :, 2] = centre + shift * rng.uniform(-1, 1, (2, n_images))
    coefficients[:, :, 3:] = elastic * rng.standard_normal((2, n_images, n_fields - 3))
    # A single row or column of pixels is distorted along itself only.
    coefficients[np.array([height, width]) == 1] = 0
    return coefficients


def _draw_affine(distorter, n_images, rng):
    """Return [2, n_images, 2], the inverse of scaling, shearing and rotating, in this order.

    Scaling an image by 1.1 means that a pixel comes from 1 / 1.1 of its distance to the centre.
    """
    angle, shear, height, width = rng.uniform(-1, 1, (4, n_images))
    rotation, most, scale = map(float, (distorter.rotation, distorter.shear, distorter.scale))
    angle, shear = np.deg2rad(rotation) * angle, most * shear
    height, width = 1 + scale * height, 1 + scale * width
    cos, sin = np.cos(angle), np.sin(angle)
    y = np.stack([cos, sin], axis=1) / height[:, None]
    x = np.stack([-sin - shear * cos, cos - shear * sin], axis=1) / width[:, None]
    return np.stack([y, x])
