"""Load the X/O data set: drawings of two letters, and kernels that are patches of the X."""

from importlib.resources import files
from itertools import product
from numbers import Integral

import numpy as np
from scipy import ndimage
from sklearn.utils import Bunch, check_random_state

from skmnist.base._public import set_module

_DATA = files(__package__) / "data"
_LETTERS = ("X", "O")
_KERNELS = ("falling", "crossing", "rising")
_STEPS = [step for step in product((-1, 0, 1), repeat=2) if any(step)]
_PENS = [
    np.ones((1, 2)),
    np.ones((2, 1)),
    np.ones((2, 2)),
    ndimage.generate_binary_structure(2, 1),
]


@set_module("skmnist.datasets")
def load_xo(*, variant="standard", n_samples=None, random_state=None, return_X_y=False):
    """Load drawings of X and O, and kernels that are patches of the standard X.

    Shifted, rotated, thicker or noisy letters differ from the standard letters in
    many pixels, but contain the same small patches.

    ============   ==============
    Classes                     2
    Features                   81
    Values                -1 to 1
    ============   ==============

    Parameters
    ----------
    variant : {"standard", "shifted", "rotated", "thicker", "noisy", "all"}, \
            default="standard"
        How the letters are drawn. "standard" means one fixed X and one fixed O. The
        others change these two letters: "shifted" moves them by one pixel, "rotated"
        rotates them by 5 to 20 degrees, "thicker" draws them with a broader pen, and
        "noisy" flips 1 to 5 pixels. "all" means these five variants in turn.

    n_samples : int, default=None
        The number of images, with X and O in turn. None means 100 images, or 2 for
        "standard", which has only two different images.

    random_state : int, RandomState instance or None, default=None
        Determines how the letters vary. Pass an int for reproducible images. The
        first images are then the same for any `n_samples`.

    return_X_y : bool, default=False
        If True, return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    xo : :class:`~sklearn.utils.Bunch`
        Dictionary-like object with these attributes, unless `return_X_y` is
        True:

        data : ndarray of shape (n_samples, 81)
            The pixels of each image, row after row, from -1 (paper) to 1 (ink).
        target : ndarray of shape (n_samples,)
            The letter that each image shows, "X" or "O".
        images : ndarray of shape (n_samples, 9, 9)
            The images as squares, a view of `data`.
        variants : ndarray of shape (n_samples,)
            The variant of each image.
        feature_names : list of str
            "pixel_0_0" to "pixel_8_8", with the row before the column.
        target_names : ndarray of shape (2,)
            "O" and "X", in the order of a classifier's `classes_`.
        kernels : ndarray of shape (3, 3, 3)
            Three patches of the standard X.
        kernel_names : list of str
            "falling", "crossing" and "rising".
        DESCR : str
            The description of the data set.

    (data, target) : tuple
        `data` and `target` as above, if `return_X_y` is True.

    Raises
    ------
    ValueError
        If `variant` is not one of the six names, or `n_samples` is less than 1.
    TypeError
        If `n_samples` is not an integer.

    Examples
    --------
    >>> from skmnist.datasets import load_xo
    >>> xo = load_xo()
    >>> xo.target
    array(['X', 'O'], dtype='<U1')
    >>> for row in xo.images[0]:
    ...     print("".join("#" if pixel > 0 else "-" for pixel in row))
    ---------
    -#-----#-
    --#---#--
    ---#-#---
    ----#----
    ---#-#---
    --#---#--
    -#-----#-
    ---------
    >>> X, y = load_xo(variant="shifted", random_state=0, return_X_y=True)
    >>> X.shape
    (100, 81)
    """
    variants, target = _choose_variants(variant, n_samples)
    images = _draw(variants, target, check_random_state(random_state))
    data = images.reshape(len(images), -1)
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        images=images,
        variants=variants,
        feature_names=[f"pixel_{row}_{column}" for row, column in np.ndindex(9, 9)],
        target_names=np.array(sorted(_LETTERS)),
        kernels=np.stack([_read_csv(f"xo_{name}.csv") for name in _KERNELS]),
        kernel_names=list(_KERNELS),
        DESCR=(_DATA / "xo.rst").read_text(encoding="utf-8"),
    )


def _choose_variants(variant, n_samples):
    """Return the variant and the letter of each image."""
    if not isinstance(variant, str) or variant not in (*_VARIANTS, "all"):
        raise ValueError(f"variant must be one of {[*_VARIANTS, 'all']}; got {variant!r}.")
    if n_samples is None:
        n_samples = 2 if variant == "standard" else 100
    if not isinstance(n_samples, Integral) or isinstance(n_samples, bool):
        raise TypeError(f"n_samples must be an integer or None; got {n_samples!r}.")
    if n_samples < 1:
        raise ValueError(f"n_samples must be at least 1; got {n_samples}.")
    variants = list(_VARIANTS) if variant == "all" else [variant]
    in_turn = np.repeat(variants, len(_LETTERS))
    return np.resize(in_turn, n_samples), np.resize(_LETTERS, n_samples)


def _draw(variants, letters, rng):
    """Return the images as one array."""
    standard = {letter: _read_csv(f"xo_{letter.lower()}.csv") for letter in _LETTERS}
    return np.stack(
        [
            _VARIANTS[variant](standard[letter], rng)
            for variant, letter in zip(variants, letters, strict=True)
        ]
    )


def _read_csv(name):
    """Return the array in a file of the package."""
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    return np.loadtxt(lines, delimiter=",")


def _unchanged(image, rng):
    """Return the standard letter."""
    return image


def _shift(image, rng):
    """Return the letter moved by one pixel horizontally, vertically or diagonally."""
    # The letters have a margin of paper, so no ink appears on the opposite side.
    return np.roll(image, _STEPS[rng.randint(len(_STEPS))], axis=(0, 1))


def _rotate(image, rng):
    """Return the letter rotated by 5 to 20 degrees in either direction."""
    angle = rng.choice([-1, 1]) * rng.uniform(5, 20)
    ink = ndimage.rotate((image + 1) / 2, angle, reshape=False, order=1)
    # Interpolation spreads thin strokes over two pixels; doubling the ink keeps them dark.
    return 2 * np.clip(2 * ink, 0, 1) - 1


def _thicken(image, rng):
    """Return the letter drawn with a broader pen."""
    return ndimage.grey_dilation(image, footprint=_PENS[rng.randint(len(_PENS))])


def _flip_pixels(image, rng):
    """Return the letter with the signs of 1 to 5 pixels flipped."""
    n_flips = rng.randint(1, 6)
    signs = np.ones(image.size)
    signs[rng.choice(image.size, n_flips, replace=False)] = -1
    return image * signs.reshape(image.shape)


_VARIANTS = {
    "standard": _unchanged,
    "shifted": _shift,
    "rotated": _rotate,
    "thicker": _thicken,
    "noisy": _flip_pixels,
}
