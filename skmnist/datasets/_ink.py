"""Measure the ink: how much darker each pixel of a picture is than the paper around it."""

import numpy as np
from scipy import ndimage

MAX_SIDE = 1024  # pixels on the longer side; a larger picture is averaged
NO_DIGIT = (
    "image shows no digit: nothing in it differs enough from the background. "
    "Crop the picture to the paper around one digit."
)
MAX_STROKE = 0.3  # the widest strokes, as a fraction of the longer side of the picture
_MIN_PAPER = 0.1  # the darkest paper, as a fraction of the lightest pixel
_MIN_SIDE = 4  # pixels on the shorter side
_MIN_SHEET_SHARE = 0.2  # the smallest sheet of paper, as a fraction of the picture
_MIN_BOX_SHARE = 0.8  # the smallest sheet, as a fraction of its bounding box
_MAX_BORDERS = 2  # a region at more borders of the picture is paper beside a shadow
_MIN_EDGE_STEP = 0.5  # the smallest step at an edge, as a fraction of sheet minus table


def to_grey(image):
    """Return the picture as a grey image of at most MAX_SIDE pixels on its longer side."""
    return _grey_values(_average_blocks(_check_image(image)))


def fill_around_sheets(grey):
    """For each sheet of paper, yield the grey image with the border of the sheet continued."""
    step = -(-max(grey.shape) // 400)
    small = _downsample(grey - grey.min(), step)
    bright = small > otsu_threshold(small)
    for region in (_largest_region(bright), _largest_region(~bright)):
        if _is_sheet(region, small):
            sheet = ndimage.binary_fill_holes(region)
            sheet = ndimage.binary_erosion(sheet, iterations=3, border_value=1)
            if sheet.any():
                yield _fill_around(grey, sheet, step)


def _fill_around(grey, sheet, step):
    """Return the image with each pixel outside the sheet replaced by the nearest one inside it."""
    rows, columns = (
        np.minimum(np.arange(length) // step, last - 1)
        for length, last in zip(grey.shape, sheet.shape, strict=True)
    )
    nearest = ndimage.distance_transform_edt(
        ~sheet[np.ix_(rows, columns)], return_distances=False, return_indices=True
    )
    return grey[tuple(nearest)]


def _largest_region(mask):
    """Return a mask of the largest connected region of a mask."""
    regions, _ = ndimage.label(mask)
    sizes = np.bincount(regions.ravel())
    return regions == 1 + sizes[1:].argmax() if len(sizes) > 1 else mask


def _is_sheet(region, small):
    """Return whether a region is a sheet: large, almost rectangular and with a sharp edge."""
    sheet = ndimage.binary_fill_holes(region)
    if region.mean() < _MIN_SHEET_SHARE or _count_borders(sheet) > _MAX_BORDERS:
        return False
    edge = sheet & ~ndimage.binary_erosion(sheet, border_value=1)
    # Unevenly lit paper also has bright regions, but without a step along the whole edge.
    steps = ndimage.morphological_gradient(small, 5)[edge]
    whole_step = abs(np.median(small[sheet]) - np.median(small[~sheet]))
    [box] = ndimage.find_objects(region.astype(int))
    is_rectangular = region[box].mean() > _MIN_BOX_SHARE
    return is_rectangular and np.percentile(steps, 10) > _MIN_EDGE_STEP * whole_step


def _count_borders(mask):
    """Return how many borders of the picture a mask touches."""
    return sum(border.any() for border in (mask[0], mask[-1], mask[:, 0], mask[:, -1]))


def _check_image(image):
    """Return the image as an array; raise ValueError if its type, shape or size is invalid."""
    image = np.asarray(image)
    if image.dtype.kind not in "buif":
        hint = " For a picture file, use read_photo." if image.dtype.kind in "US" else ""
        raise ValueError(f"image must be an array of numbers; got dtype {image.dtype}.{hint}")
    channels = image.shape[2:]
    if image.ndim not in (2, 3) or (channels and channels[0] not in (1, 3, 4)):
        raise ValueError(
            "image must have the shape (height, width) or (height, width, channels) with 1, 3 or "
            f"4 channels; got {image.shape}."
        )
    smallest = max(_MIN_SIDE, _block_side(image))
    if min(image.shape[:2]) < smallest:
        raise ValueError(
            f"image must have at least {smallest} pixels on its shorter side; got "
            f"{image.shape[0]} × {image.shape[1]}."
        )
    return image


def _average_blocks(image):
    """Return the averages of square blocks of pixels, so that a large picture takes little time.

    In large blocks, only some of the pixels are used.
    """
    side = _block_side(image)
    height, width = (max(length // side, 1) for length in image.shape[:2])
    total, offsets = 0, range(0, side, -(-side // 3))
    for row in offsets:
        for column in offsets:
            part = image[row::side, column::side][:height, :width]
            total = total + part.astype(np.float32)
    if not np.isfinite(total).all():
        raise ValueError("image must not contain NaN or infinity.")
    return total / len(offsets) ** 2


def _block_side(image):
    """Return the side of the blocks that make the picture small enough."""
    return -(-max(image.shape[:2]) // MAX_SIDE)


def _grey_values(image):
    """Return one number per pixel: its grey value, or its opacity if all ink has one colour."""
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


def dark_on_light(grey):
    """Return smooth grey values up to 1, in which the ink is darker than the paper."""
    grey = grey - min(grey.min(), 0)
    if not np.ptp(grey):
        raise ValueError(NO_DIGIT)
    grey = ndimage.gaussian_filter(grey / grey.max(), max(grey.shape) / MAX_SIDE)
    return 1 - grey if _is_light_on_dark(grey) else grey


def measure_ink(grey, width=MAX_STROKE):
    """Return how much darker each pixel is than the paper around it, for dark ink.

    Only strokes up to a width, given as a fraction of the longer side, count as ink.
    """
    grey = grey / np.maximum(_paper(grey, width), _MIN_PAPER)
    return np.clip(_local_percentile(grey, 80, 0.4) - grey, 0, None)


def _is_light_on_dark(grey):
    """Return whether the few pixels that differ most from their surroundings are lighter."""
    small = _downsample(grey, -(-max(grey.shape) // 60))
    # A linear filter has opposite values on both sides of the edge of a shadow, which cancel out.
    around = ndimage.gaussian_filter(small, 0.1 * max(small.shape), mode="nearest")
    return ((small - around) ** 3).sum() > 0


def _paper(grey, width):
    """Return the paper without strokes up to a width, but with the sharp edges of shadows."""
    size = int(width * max(grey.shape)) | 1
    return ndimage.minimum_filter(ndimage.maximum_filter(grey, size), size)


def _local_percentile(grey, percentile, reach):
    """Return a percentile of the neighbourhood of each pixel, computed on a smaller image."""
    step = -(-max(grey.shape) // 40)
    small = _downsample(grey, step)
    size = int(reach * max(small.shape)) | 1
    smooth = ndimage.percentile_filter(small, percentile, size, mode="nearest")
    smooth = ndimage.gaussian_filter(smooth, size / 8, mode="nearest")
    where = [(np.arange(length) - step // 2) / step for length in grey.shape]
    return ndimage.map_coordinates(
        smooth, np.meshgrid(*where, indexing="ij"), order=1, mode="nearest"
    )


def _downsample(grey, step):
    """Return the averages of blocks of step by step pixels."""
    return ndimage.uniform_filter(grey, step)[step // 2 :: step, step // 2 :: step]


def otsu_threshold(values):
    """Return Otsu's threshold, which maximises the variance between the values on both sides."""
    counts, edges = np.histogram(values.astype(float), 256)
    centres = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)[:-1]
    above = values.size - below
    sums = np.cumsum(counts * centres)
    means = sums[:-1] / np.maximum(below, 1) - (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    return edges[1 + np.argmax(below * above * means**2)]
