"""The data sets of the lectures, MNIST and X/O; functions that read IDX files, photos, drawings."""

from skmnist.datasets._drawings import read_drawings
from skmnist.datasets._idx import read_idx, write_idx
from skmnist.datasets._mnist import load_mnist
from skmnist.datasets._photo import photo_to_digit, read_photo
from skmnist.datasets._xo import load_xo

__all__ = [
    "load_mnist",
    "load_xo",
    "photo_to_digit",
    "read_drawings",
    "read_idx",
    "read_photo",
    "write_idx",
]
