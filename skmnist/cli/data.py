"""The images to train or test on: MNIST from the box, a folder of IDX files, or an .npz."""

from typing import Any, NamedTuple

import numpy as np

from skmnist.datasets import load_mnist, read_idx

IDX_PREFIX = {"train": "train", "test": "t10k"}
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


def _read_folder(path, subset):
    prefix = IDX_PREFIX[subset]
    return [
        read_idx(_find(path, f"{prefix}-{name}"))
        for name in ("images-idx3-ubyte", "labels-idx1-ubyte")
    ]


def _find(folder, name):
    """Return the file of that name, compressed or not; some write a dot before "idx"."""
    names = [name, f"{name}.gz", name.replace("-idx", ".idx"), f"{name.replace('-idx', '.idx')}.gz"]
    for each in names:
        if (folder / each).is_file():
            return folder / each
    raise ValueError(f"--data: there is neither {names[0]} nor {names[1]} in the folder {folder}.")


def _read_npz(path, subset):
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            raise ValueError(f"--data {path} is neither a folder of IDX files nor an .npz file.")
    with np.load(path, allow_pickle=False) as arrays:
        names = f"x_{subset}", f"y_{subset}"
        missing = [name for name in names if name not in arrays]
        if missing:
            raise ValueError(f"--data {path} has no {missing[0]}; it has {sorted(arrays)}.")
        return [arrays[name] for name in names]


def _as_rows(path, images, labels):
    if images.ndim < 2 or len(images) == 0:
        raise ValueError(f"--data {path}: the images have the shape {images.shape}.")
    y = labels.reshape(-1)
    if len(y) != len(images):
        raise ValueError(f"--data {path} has {len(images)} images, but {len(y)} labels.")
    X = images.reshape(len(images), -1)
    return Labelled(X, y, images.shape[1:] if images.ndim > 2 else _square(X.shape[1]))


def _square(n_pixels):
    side = round(n_pixels**0.5)
    return (side, side) if side * side == n_pixels else (1, n_pixels)
