"""The pixels of a picture file, by Pillow."""

import warnings

import numpy as np

from skmnist.base._files import name_of, source
from skmnist.base._optional import optional
from skmnist.datasets._ink import LARGEST


def pixels_of(path_or_file):
    """The pixels of a picture file, upright, as an array that photo_to_digit takes."""
    Image = optional("PIL.Image", "read_photo", package="pillow")
    ImageOps = optional("PIL.ImageOps", "read_photo", package="pillow")
    with source(path_or_file) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            image = Image.open(file)
            image.draft(None, (LARGEST, LARGEST))  # a JPEG is decoded smaller
            return _pixels(ImageOps.exif_transpose(image))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise ValueError(f"{name_of(path_or_file)} is too large: {error}") from error
        except MemoryError:
            raise
        except Exception as error:  # damaged files make Pillow raise all sorts
            reason = "" if isinstance(error, Image.UnidentifiedImageError) else f": {error}"
            raise ValueError(
                f"{name_of(path_or_file)} is not a picture that Pillow can read{reason}"
            ) from error


def _pixels(image):
    if image.mode not in ("1", "L", "F") and not image.mode.startswith("I"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    elif image.mode == "L" and image.has_transparency_data:
        image = image.convert("RGBA")
    factor = max(image.size) // LARGEST
    if factor > 1 and image.mode in ("L", "RGB", "RGBA"):
        image = image.reduce(factor)
    return np.asarray(image)
