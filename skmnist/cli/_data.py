"""The images of ``--data``: MNIST, a folder of IDX files, an .npz file, or drawings to test on."""

import itertools
from typing import Any, NamedTuple

import numpy as np

from skmnist.base._image_shape import square_or_row
from skmnist.datasets import load_mnist, read_drawings, read_idx

IDX_PREFIX = {"train": "train", "test": "t10k"}
IDX_NAMES = ("images-idx3-ubyte", "labels-idx1-ubyte")
MNIST_SHAPE = (28, 28)
MNIST_PIXELS = 28 * 28


class LabelledImages(NamedTuple):
    """Images as rows of pixels, their labels, and the shape of each image."""

    X: Any
    y: Any
    image_shape: tuple


def read_images(path, subset):
    """Return the training or test images of a data set; None means MNIST."""
    if path is None:
        return LabelledImages(*load_mnist(subset=subset, return_X_y=True), MNIST_SHAPE)
    return _as_rows(path, *_reader(path)(path, subset))


def _reader(path):
    """Return the function that reads a data set of this kind."""
    if path.is_dir():
        return _read_folder
    return _read_drawings if is_drawings(path) else _read_npz


def is_drawings(path):
    """Return whether a data set is a file of drawings."""
    return path is not None and path.suffix.lower() == ".json" and not path.is_dir()


def has_test_images(path, trained_on):
    """Return whether a data set has test images of the same size as the training images."""
    if path is None:
        return True  # MNIST has test images
    try:
        return read_images(path, "test").X.shape[1] == trained_on.X.shape[1]
    except (OSError, ValueError):
        return False


def files_of(path):
    """Return the files from which a data set is read."""
    if path is None:
        return []
    if not path.is_dir():
        return [path]
    wanted = itertools.product(IDX_PREFIX.values(), IDX_NAMES)
    return [file for prefix, name in wanted for file in _existing(path, prefix, name)]


def _read_folder(path, subset):
    return [read_idx(_idx_file(path, IDX_PREFIX[subset], name)) for name in IDX_NAMES]


def _idx_file(folder, prefix, name):
    """Return the IDX file of that name, or raise a ValueError."""
    for file in _existing(folder, prefix, name):
        return file
    name = f"{prefix}-{name}"
    raise ValueError(f"--data must contain {name} or {name}.gz; got the folder {folder}.")


def _existing(folder, prefix, name):
    """Return the existing files of that name, also with .gz or with a dot before "idx"."""
    spellings = itertools.product((name, name.replace("-idx", ".idx")), ("", ".gz"))
    files = [folder / f"{prefix}-{spelling}{suffix}" for spelling, suffix in spellings]
    return [file for file in files if file.is_file()]


def _read_npz(path, subset):
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            raise ValueError(f"--data must be a folder of IDX files or an .npz file; got {path}.")
        file.seek(0)
        try:
            with np.load(file, allow_pickle=False) as arrays:
                return [_array(arrays, f"{name}_{subset}") for name in "xy"]
        except Exception as error:  # damaged files raise errors of many kinds
            reason = str(error).rstrip(".")
            raise ValueError(f"--data {path} cannot be read: {reason}.") from error


def _read_drawings(path, subset):
    if subset == "train":
        raise ValueError(
            f"--data must be a folder of IDX files or an .npz file; got {path}. To learn from "
            "drawings, pass them with --drawings."
        )
    drawings = read_drawings(path)
    return drawings.images, drawings.target


def _array(arrays, name):
    if name not in arrays:
        raise ValueError(f"it must contain the array {name}; got {sorted(arrays)}.")
    return np.asarray(arrays[name])


def _as_rows(path, images, labels):
    """Return images with one row of pixels per image, or raise a ValueError."""
    has_images = images.ndim in (2, 3) or (images.ndim == 4 and images.shape[3] in (1, 3, 4))
    if not has_images or len(images) == 0:
        raise ValueError(
            "--data must have images of the shape (n, height, width), or (n, height, width, "
            f"channels) with 1, 3 or 4 channels; got {images.shape} in {path}."
        )
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        raise ValueError(f"--data must have finite images; got NaN or infinity in {path}.")
    y = labels.reshape(-1)
    if len(y) != len(images):
        raise ValueError(
            f"--data must have one label per image; got {len(images)} images and {len(y)} labels "
            f"in {path}."
        )
    X = images.reshape(len(images), -1)
    shape = images.shape[1:] if images.ndim > 2 else square_or_row(X.shape[1])[:2]
    return LabelledImages(X, y, shape)
