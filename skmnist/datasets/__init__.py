"""The data of the lectures, in the box: MNIST, the X/O toy, and the IDX format."""

from .idx import read_idx, write_idx
from .mnist import load_mnist
from .photo import photo_to_digit, read_photo
from .xo import load_xo

__all__ = ["load_mnist", "load_xo", "photo_to_digit", "read_idx", "read_photo", "write_idx"]
