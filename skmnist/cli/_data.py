"""The images to train or test on: MNIST from the box, a folder of IDX files, or an .npz."""

import itertools
from typing import Any, NamedTuple

import numpy as np

from skmnist.datasets import load_mnist, read_idx
from skmnist.features._layers import image_shape

IDX_PREFIX = {"train": "train", "test": "t10k"}
NAMES = ("images-idx3-ubyte", "labels-idx1-ubyte")
MNIST_SHAPE = (28, 28)
MNIST_PIXELS = 28 * 28


class Labelled(NamedTuple):
    """Images as rows of pixels, their labels, and the shape of each image."""

    X: Any
    y: Any
    image_shape: tuple


def read_images(path, subset):
    """Return the "train" or the "test" images of a data set."""
    if path is None:
        return Labelled(*load_mnist(subset=subset, return_X_y=True), MNIST_SHAPE)
    read = _read_folder if path.is_dir() else _read_npz
    return _as_rows(path, *read(path, subset))


def has_test_images(path, trained_on):
    """Tell whether there are test images of the size of those that were trained on."""
    if path is None:
        return True  # MNIST is complete
    try:
        return read_images(path, "test").X.shape[1] == trained_on.X.shape[1]
    except (OSError, ValueError):
        return False


def files_of(path):
    """List the files that a data set is read from."""
    if path is None:
        return []
    if not path.is_dir():
        return [path]
    wanted = itertools.product(IDX_PREFIX.values(), NAMES)
    return [file for prefix, name in wanted for file in _found(path, prefix, name)]


def _read_folder(path, subset):
    return [read_idx(_find(path, IDX_PREFIX[subset], name)) for name in NAMES]


def _find(folder, prefix, name):
    """Return the file of that name."""
    for file in _found(folder, prefix, name):
        return file
    name = f"{prefix}-{name}"
    raise ValueError(f"--data: there is neither {name} nor {name}.gz in the folder {folder}.")


def _found(folder, prefix, name):
    """Return the files of that name, compressed or not; some write a dot before "idx"."""
    spellings = itertools.product((name, name.replace("-idx", ".idx")), ("", ".gz"))
    files = [folder / f"{prefix}-{spelling}{end}" for spelling, end in spellings]
    return [file for file in files if file.is_file()]


def _read_npz(path, subset):
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            raise ValueError(f"--data {path} is neither a folder of IDX files nor an .npz file.")
        file.seek(0)
        try:
            with np.load(file, allow_pickle=False) as arrays:
                return [_member(arrays, f"{name}_{subset}") for name in "xy"]
        except Exception as error:  # a damaged file makes zipfile and NumPy raise all sorts
            raise ValueError(f"--data {path} cannot be read: {error}") from error


def _member(arrays, name):
    if name not in arrays:
        raise ValueError(f"it has no {name}, but {sorted(arrays)}.")
    return np.asarray(arrays[name])


def _as_rows(path, images, labels):
    has_images = images.ndim in (2, 3) or (images.ndim == 4 and images.shape[3] in (1, 3, 4))
    if not has_images or len(images) == 0:
        raise ValueError(
            f"--data {path}: images must have the shape (n, height, width), with 1, 3 or 4 "
            f"channels as a fourth axis if they have any; got {images.shape}."
        )
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        raise ValueError(f"--data {path}: images must be finite numbers; there is NaN or infinity.")
    y = labels.reshape(-1)
    if len(y) != len(images):
        raise ValueError(f"--data {path} has {len(images)} images, but {len(y)} labels.")
    X = images.reshape(len(images), -1)
    shape = images.shape[1:] if images.ndim > 2 else image_shape(None, X.shape[1])[:2]
    return Labelled(X, y, shape)
