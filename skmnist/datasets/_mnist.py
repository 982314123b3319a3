"""Load the complete MNIST database from files in the package."""

import hashlib
from contextlib import contextmanager
from importlib.resources import files

import numpy as np
from sklearn.utils import Bunch

from skmnist.base._optional import optional
from skmnist.base._public import set_module
from skmnist.datasets._idx import append_idx

_DATA = files(__package__) / "data"
_PARTS = {"train": ("train",), "test": ("t10k",), "all": ("train", "t10k")}


@set_module("skmnist.datasets")
def load_mnist(*, subset="train", return_X_y=False, as_frame=False):
    """Load the MNIST database of handwritten digits.

    The images are part of the package: nothing is downloaded. The SHA-256
    checksum of each file is verified before the file is used.

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
        The images to load. "all" means the training images followed by the
        test images.

    return_X_y : bool, default=False
        If True, return ``(data, target)`` instead of a Bunch.

    as_frame : bool, default=False
        If True, `data` is a pandas DataFrame and `target` a pandas Series, and
        the Bunch has a `frame` with both. This needs pandas.

    Returns
    -------
    mnist : :class:`~sklearn.utils.Bunch`
        Dictionary-like object with these attributes, unless `return_X_y` is
        True:

        data : {ndarray, DataFrame} of shape (n_samples, 784)
            The pixels of each image, row after row, as uint8, from 0
            (background) to 255 (ink).
        target : {ndarray, Series} of shape (n_samples,)
            The digit that each image shows, as int64.
        images : ndarray of shape (n_samples, 28, 28)
            The images as squares. If `data` is an array, this is a view of it:
            changing one changes the other.
        feature_names : list of str
            "pixel_0_0" to "pixel_27_27", with the row before the column.
        target_names : ndarray of shape (10,)
            The digits 0 to 9.
        frame : DataFrame of shape (n_samples, 785) or None
            `data` and `target` in one DataFrame if `as_frame` is True, else None.
        DESCR : str
            The description of the data set, with its license.

    (data, target) : tuple
        `data` and `target` as above, if `return_X_y` is True.

    Raises
    ------
    ValueError
        If `subset` is not one of the three names.
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
        raise ValueError(f"subset must be one of {list(_PARTS)}; got {subset!r}.")
    images = _read_files(f"{part}-images-idx3-ubyte.gz" for part in _PARTS[subset])
    labels = _read_files(f"{part}-labels-idx1-ubyte.gz" for part in _PARTS[subset])
    data, target = images.reshape(len(images), -1), labels.astype(np.int64)
    feature_names = [f"pixel_{row}_{column}" for row, column in np.ndindex(28, 28)]
    frame = None
    if as_frame:
        data, target, frame = _make_frame(data, target, feature_names)
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


def _read_files(names):
    """Return the elements of the files as one array, without holding them in memory twice."""
    contents = bytearray()
    for name in names:
        with _open_verified(_DATA / name) as file:
            dtype, shape = append_idx(file, contents)
    return np.frombuffer(contents, dtype).reshape(-1, *shape[1:])


@contextmanager
def _open_verified(path):
    """Open a file; raise OSError if it is missing or has a wrong checksum."""
    if not path.is_file():
        raise OSError(f"{path} is missing. Reinstall skmnist.")
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != _expected_checksum(path.name):
            raise OSError(
                f"{path} is damaged: its SHA-256 checksum is not the one in SHA256SUMS. "
                "Reinstall skmnist."
            )
        file.seek(0)
        yield file


def _expected_checksum(name):
    """Return the SHA-256 checksum of a file according to SHA256SUMS."""
    lines = (_DATA / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: checksum for checksum, name in map(str.split, lines)}[name]


def _make_frame(data, target, feature_names):
    """Return data and target as a DataFrame and a Series, and a DataFrame of both."""
    pd = optional("pandas", "as_frame=True")
    data = pd.DataFrame(data, columns=feature_names, copy=False)
    target = pd.Series(target, name="target", copy=False)
    return data, target, pd.concat([data, target], axis=1)
