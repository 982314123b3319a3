"""MNIST, complete, from the files inside the package."""

import hashlib
from contextlib import contextmanager
from importlib.resources import files

import numpy as np
from sklearn.utils import Bunch

from skmnist.base._optional import optional
from skmnist.datasets._idx import append_idx

_DATA = files(__package__) / "data"
_PARTS = {"train": ("train",), "test": ("t10k",), "all": ("train", "t10k")}


def load_mnist(*, subset="train", return_X_y=False, as_frame=False):
    """Load the MNIST database of handwritten digits.

    The images come with the package: nothing is downloaded. Each file is
    compared with its SHA-256 before it is used.

    ===============  ==============
    Classes                      10
    Training images          60,000
    Test images              10,000
    Features                    784
    Values               0 to 255
    ===============  ==============

    Parameters
    ----------
    subset : {"train", "test", "all"}, default="train"
        Which images to load. "all" is the training images followed by the test
        images.

    return_X_y : bool, default=False
        If True, return ``(data, target)`` instead of a Bunch.

    as_frame : bool, default=False
        If True, `data` is a pandas DataFrame and `target` a pandas Series, and
        the Bunch has a `frame` of both. Needs pandas.

    Returns
    -------
    mnist : :class:`~sklearn.utils.Bunch`
        Dictionary-like object with these attributes, unless `return_X_y` is
        True:

        data : {ndarray, DataFrame} of shape (n_samples, 784)
            The pixels of each image, row after row, as uint8: 0 is the
            background, 255 full ink.
        target : {ndarray, Series} of shape (n_samples,)
            The digit that each image shows, as int64.
        images : ndarray of shape (n_samples, 28, 28)
            The images as squares. With arrays this is a view of `data`, not a
            copy: changing one changes the other.
        feature_names : list of str
            "pixel_0_0" to "pixel_27_27": row, then column.
        target_names : ndarray of shape (10,)
            The digits 0 to 9.
        frame : DataFrame of shape (n_samples, 785) or None
            `data` and `target` side by side if `as_frame` is True, else None.
        DESCR : str
            What the data set is, and its license.

    (data, target) : tuple
        The two alone, if `return_X_y` is True.

    Raises
    ------
    ValueError
        If `subset` is none of the three.
    OSError
        If a file of the installed package is missing or damaged.
    ImportError
        If `as_frame` is True and pandas is not installed.

    Examples
    --------
    >>> from skmnist.datasets import load_mnist
    >>> mnist = load_mnist(subset="test")
    >>> mnist.data.shape, mnist.images.shape
    ((10000, 784), (10000, 28, 28))
    >>> mnist.target[:5]
    array([7, 2, 1, 0, 4])
    >>> X, y = load_mnist(subset="test", return_X_y=True)
    """
    if not isinstance(subset, str) or subset not in _PARTS:
        raise ValueError(f"subset must be one of {list(_PARTS)}, got {subset!r}")
    images = _read(f"{part}-images-idx3-ubyte.gz" for part in _PARTS[subset])
    labels = _read(f"{part}-labels-idx1-ubyte.gz" for part in _PARTS[subset])
    data, target = images.reshape(len(images), -1), labels.astype(np.int64)
    feature_names = [f"pixel_{row}_{column}" for row, column in np.ndindex(28, 28)]
    frame = None
    if as_frame:
        data, target, frame = _framed(data, target, feature_names)
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        images=images,
        feature_names=feature_names,
        target_names=np.arange(10),
        frame=frame,
        DESCR=(_DATA / "mnist.rst").read_text(encoding="utf-8"),
    )


def _read(names):
    """One array of the files' elements, with no more than that in memory."""
    contents = bytearray()
    for name in names:
        with _intact(_DATA / name) as file:
            dtype, shape = append_idx(file, contents)
    return np.frombuffer(contents, dtype).reshape(-1, *shape[1:])


@contextmanager
def _intact(path):
    """The file, opened, once its bytes have been compared with SHA256SUMS."""
    if not path.is_file():
        raise OSError(f"{path} is missing; please reinstall skmnist")
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != _checksum(path.name):
            raise OSError(
                f"{path} is damaged: its SHA-256 is not the one in SHA256SUMS; "
                "please reinstall skmnist"
            )
        file.seek(0)
        yield file


def _checksum(name):
    lines = (_DATA / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: checksum for checksum, name in map(str.split, lines)}[name]


def _framed(data, target, feature_names):
    pd = optional("pandas", "as_frame=True")
    data = pd.DataFrame(data, columns=feature_names, copy=False)
    target = pd.Series(target, name="target", copy=False)
    return data, target, pd.concat([data, target], axis=1)
