"""Read images at positions between their pixels, with bilinear interpolation."""

from skmnist.network._arrays import namespace, rows_at


def sample(images, y, x, fill):
    """Return images [n, height, width, channels] at the coordinates y, x: [n, m].

    The result has the shape [n, m, channels]. Outside of the images, all pixels are ``fill``.
    """
    xp = namespace(images)
    n, height, width, channels = images.shape
    framed = _framed(images, fill)
    # With a frame of one pixel, the neighbours of all pixels exist. Farther out, all is fill.
    y, x = xp.clip(y, -1, height) + 1, xp.clip(x, -1, width) + 1
    top, left = xp.floor(y), xp.floor(x)
    y -= top
    x -= left
    # The product with the width is exact in floats, and faster than in integers.
    top *= width + 3
    top += left
    corner = xp.astype(top, xp.int64)
    corner += _first_pixels(framed)
    down, right = xp.reshape(y, (n, -1, 1)), xp.reshape(x, (n, -1, 1))
    pixels = xp.reshape(framed, (-1, channels))
    upper = _between(pixels, pixels[1:, :], corner, right)
    lower = _between(pixels[width + 3 :, :], pixels[width + 4 :, :], corner, right)
    return _mix(upper, lower, down)


def _framed(images, fill):
    """Return the images within a frame: one pixel above and to the left, two below and right."""
    xp = namespace(images)
    n, height, width, channels = images.shape
    shape = (n, height + 3, width + 3, channels)
    framed = xp.full(shape, fill, dtype=images.dtype, device=images.device)
    framed[:, 1 : height + 1, 1 : width + 1, :] = images
    return framed


def _first_pixels(framed):
    """Return the number of the first pixel of each framed image, as a column."""
    xp = namespace(framed)
    n, height, width, _ = framed.shape
    numbers = xp.arange(n, dtype=xp.int64, device=framed.device)
    return xp.reshape(numbers * (height * width), (n, 1))


def _between(pixels, neighbours, numbers, share):
    """Return pixels [n, m, channels] with these numbers, each mixed with its neighbour."""
    return _mix(rows_at(pixels, numbers), rows_at(neighbours, numbers), share)


def _mix(one, other, share):
    """Return (1 - share) * one + share * other; this overwrites both."""
    other -= one
    other *= share
    one += other
    return one
