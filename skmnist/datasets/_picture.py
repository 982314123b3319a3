"""Reading picture files with Pillow."""

import warnings

import numpy as np

from skmnist.base._files import name_of, source
from skmnist.base._optional import optional
from skmnist.datasets._ink import MAX_SIDE


def read_pixels(path_or_file):
    """Return the pixels of a picture file as an array, rotated as its metadata say."""
    Image = optional("PIL.Image", "read_photo", package="pillow")
    ImageOps = optional("PIL.ImageOps", "read_photo", package="pillow")
    with source(path_or_file) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            image = Image.open(file)
            image.draft(None, (MAX_SIDE, MAX_SIDE))  # decodes a JPEG at a smaller size
            return _to_array(ImageOps.exif_transpose(image))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise ValueError(f"{name_of(path_or_file)} is too large: {error}") from error
        except MemoryError:
            raise
        except Exception as error:  # for damaged files, Pillow raises errors of many kinds
            message = f"{name_of(path_or_file)} is not a picture that Pillow can read"
            if not isinstance(error, Image.UnidentifiedImageError):
                message += f": {error}".removesuffix(".")
            raise ValueError(f"{message}.") from error


def _to_array(image):
    """Return the pixels as an array, with the opacity if there is any; large images are reduced."""
    if image.mode not in ("1", "L", "F") and not image.mode.startswith("I"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    elif image.mode == "L" and image.has_transparency_data:
        image = image.convert("RGBA")
    factor = max(image.size) // MAX_SIDE
    if factor > 1 and image.mode in ("L", "RGB", "RGBA"):
        image = image.reduce(factor)
    return np.asarray(image)
