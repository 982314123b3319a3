"""Count the digits that stand side by side in a picture."""

import numpy as np
from scipy import ndimage

# Lengths are given as fractions of the height of the tallest piece.
_MAX_BREAK = 0.08  # pieces that are closer to each other are parts of a broken stroke
_MIN_HEIGHT = 0.7  # lower pieces are parts of a digit, such as the bar of a 5
_MIN_SHARED_ROWS = 0.5  # the rows that two digits share, as a fraction of the lower one's height
_MAX_SHARED_COLUMNS = 0.3  # as a fraction of the narrower one's width, for slanted digits


def count_digits(pieces):
    """Return the number of digits that stand side by side in a mask of pieces of ink."""
    boxes = sorted(_boxes_of_broken_strokes(pieces), key=lambda box: box[1].start)
    tallest = max(boxes, key=_height)
    digits = []
    for box in boxes:
        is_tall = _height(box) >= _MIN_HEIGHT * _height(tallest)
        is_beside = not digits or not _overlap(digits[-1][1], box[1], _MAX_SHARED_COLUMNS)
        if is_tall and is_beside and _overlap(tallest[0], box[0], _MIN_SHARED_ROWS):
            digits.append(box)
    return len(digits)


def _boxes_of_broken_strokes(pieces):
    """Return the bounding boxes of pieces, after joining those that are close to each other."""
    labels, _ = ndimage.label(pieces, np.ones((3, 3)))
    longest = max(_height(box) for box in ndimage.find_objects(labels))
    distances = ndimage.distance_transform_edt(~pieces)
    groups, _ = ndimage.label(distances <= _MAX_BREAK / 2 * longest)
    return ndimage.find_objects(groups * pieces)


def _height(box):
    return box[0].stop - box[0].start


def _overlap(one, other, share):
    """Return whether two slices share more than a fraction of the shorter one."""
    shared = min(one.stop, other.stop) - max(one.start, other.start)
    return shared > share * min(one.stop - one.start, other.stop - other.start)
