"""From the pixels of a picture to ink: how far each is from the paper around it."""

import numpy as np
from scipy import ndimage

LARGEST = 1024  # pixels on the longer side that are looked at; more are averaged
NOTHING = (
    "image shows no digit: nothing in it stands out from the rest; "
    "crop the picture to the paper around one digit"
)
_SMALLEST = 4
_SHEET = 0.2  # share of the picture that a sheet of paper fills at least
_SOLID = 0.8  # share of its bounding box that it fills, for it may be tilted
_SHARP = 0.5  # of the step from it to the table, the share that is done in a few pixels


def light_of(image):
    """The picture in grey, no larger than needed."""
    return _grey(_reduced(_checked(image)))


def sheets_of(light):
    """The sheet of paper on a table, if there is one, its light carried on over the table."""
    step = -(-max(light.shape) // 400)
    small = _smaller(light - light.min(), step)
    bright = small > otsu(small)
    for piece in (_largest(bright), _largest(~bright)):
        if _is_sheet(piece, small):
            sheet = ndimage.binary_fill_holes(piece)
            sheet = ndimage.binary_erosion(sheet, iterations=3, border_value=1)
            if sheet.any():
                yield _carried_on(light, sheet, step)


def _carried_on(light, sheet, step):
    """The light, where it is not on the sheet that of the nearest pixel that is."""
    rows, columns = (
        np.minimum(np.arange(length) // step, last - 1)
        for length, last in zip(light.shape, sheet.shape, strict=True)
    )
    nearest = ndimage.distance_transform_edt(
        ~sheet[np.ix_(rows, columns)], return_distances=False, return_indices=True
    )
    return light[tuple(nearest)]


def _largest(side):
    pieces, _ = ndimage.label(side)
    sizes = np.bincount(pieces.ravel())
    return pieces == 1 + sizes[1:].argmax() if len(sizes) > 1 else side


def _is_sheet(piece, small):
    """A large solid piece that ends with a step nearly everywhere, as no light on paper does."""
    sheet = ndimage.binary_fill_holes(piece)
    if piece.mean() < _SHEET or sheet.all():
        return False
    edge = sheet & ~ndimage.binary_erosion(sheet, border_value=1)
    steps = ndimage.morphological_gradient(small, 5)[edge]
    whole_step = abs(np.median(small[sheet]) - np.median(small[~sheet]))
    [box] = ndimage.find_objects(piece.astype(int))
    return piece[box].mean() > _SOLID and np.percentile(steps, 10) > _SHARP * whole_step


def _checked(image):
    image = np.asarray(image)
    if image.dtype.kind not in "buif":
        raise ValueError(f"image must be an array of numbers, got dtype {image.dtype}")
    channels = image.shape[2:]
    if image.ndim not in (2, 3) or (channels and channels[0] not in (1, 3, 4)):
        raise ValueError(
            "image must have the shape (height, width) or (height, width, channels) with 3 "
            f"channels, or 4 with transparency, got {image.shape}"
        )
    smallest = max(_SMALLEST, _block(image))
    if min(image.shape[:2]) < smallest:
        raise ValueError(
            f"image must have at least {smallest} pixels on its shorter side, got "
            f"{image.shape[0]} × {image.shape[1]}"
        )
    return image


def _reduced(image):
    """Averages of blocks, so that the work is bounded; of large blocks, of some pixels."""
    block = _block(image)
    height, width = (max(length // block, 1) for length in image.shape[:2])
    total, offsets = 0, range(0, block, -(-block // 3))
    for row in offsets:
        for column in offsets:
            part = image[row::block, column::block][:height, :width]
            total = total + part.astype(np.float32)
    if not np.isfinite(total).all():
        raise ValueError("image must not contain NaN or infinity")
    return total / len(offsets) ** 2


def _block(image):
    return -(-max(image.shape[:2]) // LARGEST)


def _grey(image):
    """One number a pixel; where nothing but transparency varies, that number is it."""
    if image.ndim == 2:
        return image
    grey = image[:, :, :3].mean(axis=2)
    if image.shape[2] < 4 or np.ptp(image[:, :, 3]) == 0:
        return grey
    opaque = image[:, :, 3] / image[:, :, 3].max()
    visible = grey[opaque > 0.5]
    if visible.std() < 0.05 * image[:, :, 3].max():
        return opaque
    return grey * opaque + np.median(visible) * (1 - opaque)


def ink_of(light):
    """How far each pixel is from the paper around it, on the side of the ink."""
    light = light - light.min()
    if not light.any():
        raise ValueError(NOTHING)
    light = ndimage.gaussian_filter(light / light.max(), max(light.shape) / LARGEST)
    if _is_light_on_dark(light):
        light = 1 - light
    return np.clip(_around(light, 80, 0.4) - light, 0, None)


def _is_light_on_dark(light):
    """Paper is what is most: the few that are far from it are ink."""
    return ((light - _around(light, 50, 0.6)) ** 3).sum() > 0


def _around(light, percentile, reach):
    """A percentile of the neighbourhood of each pixel, found on a small copy."""
    step = -(-max(light.shape) // 40)
    small = _smaller(light, step)
    size = int(reach * max(small.shape)) | 1
    wide = ndimage.percentile_filter(small, percentile, size, mode="nearest")
    wide = ndimage.gaussian_filter(wide, size / 8, mode="nearest")
    where = [(np.arange(length) - step // 2) / step for length in light.shape]
    return ndimage.map_coordinates(
        wide, np.meshgrid(*where, indexing="ij"), order=1, mode="nearest"
    )


def _smaller(light, step):
    return ndimage.uniform_filter(light, step)[step // 2 :: step, step // 2 :: step]


def otsu(values):
    """The threshold with the largest variance between what is above and below."""
    counts, edges = np.histogram(values.astype(float), 256)
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)[:-1]
    above = values.size - below
    sums = np.cumsum(counts * middles)
    means = sums[:-1] / np.maximum(below, 1) - (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    return edges[1 + np.argmax(below * above * means**2)]
