"""DigitDistorter: its parameters, distort and fit_resample."""

from numbers import Real
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import check_consistent_length

from skmnist.base._checks import check_images, new_generator
from skmnist.base._doc_link import DocLinkMixin
from skmnist.base._image_shape import IMAGE_SHAPE, image_shape
from skmnist.base._public import set_module
from skmnist.base._rules import (
    N_JOBS,
    RANDOM_STATE,
    SHARE,
    Rule,
    check,
    integer,
    is_finite,
)
from skmnist.base._versioned_pickle import VersionedPickleMixin
from skmnist.distortion._distorting import distorted
from skmnist.network._arrays import namespace


def _number(least, most, unit=""):
    return Rule(
        (Real,), lambda value: least <= value <= most, f"a number{unit} from {least} to {most}"
    )


RULES = {
    "rotation": _number(0, 180, " of degrees"),
    "scale": SHARE,
    "shear": _number(0, 10),
    "shift": _number(0, 10_000, " of pixels"),
    "elastic": _number(0, 10_000, " of pixels"),
    "smoothness": _number(0.5, 1000, " of pixels"),
    "fill": Rule((Real,), is_finite, "a finite number"),
    "image_shape": IMAGE_SHAPE,
    "n_copies": integer(1),
    "n_jobs": N_JOBS,
    "random_state": RANDOM_STATE,
}


@set_module("skmnist")
class DigitDistorter(VersionedPickleMixin, DocLinkMixin, BaseEstimator):
    """Make distorted copies of images: rotated, scaled, sheared, shifted and bent.

    A digit that is moved or bent a little is still the same digit. A classifier that is trained on
    distorted images, new ones in every epoch, makes far fewer errors than one that sees the same
    images again and again. Distort training images only, never the images that a model is evaluated
    on. There are three ways to do this: pass a distorter to ``MLPDigitClassifier(distort=...)``;
    pass it to DistortedClassifier, for pipelines and other classifiers; or use ``fit_resample`` as
    a step of a pipeline of imbalanced-learn, which calls it in `fit` only.

    For each image, rotation, scale, shear and shift are drawn uniformly from the ranges that the
    parameters define. In addition, each pixel is displaced by a smooth random field, as if the
    image were drawn on rubber. Pixels are interpolated linearly.

    The defaults suit MNIST and other images of about 28 × 28 pixels. ``shift``, ``elastic`` and
    ``smoothness`` are in pixels, so they should be smaller for smaller images. Rotated digits can
    become other digits: ``rotation`` should stay below about 20 degrees. For pictures of rigid
    objects, such as the clothes of Fashion-MNIST, use ``elastic=0``.

    Parameters
    ----------
    rotation : float, default=10
        The largest angle of the rotation in degrees, in either direction.
    scale : float, default=0.1
        The largest change of the height and, independently, of the width, as a share below 1: with
        0.1, they are multiplied by numbers from 0.9 to 1.1.
    shear : float, default=0.1
        The largest horizontal shear. With 0.1, a pixel moves sideways by up to a tenth of its
        vertical distance to the centre.
    shift : float, default=1
        The largest shift in pixels, vertically and horizontally, before rotation and scaling.
    elastic : float, default=0.8
        The strength of the smooth displacements: the root mean square of the vertical and of the
        horizontal displacement of a pixel, in pixels.
    smoothness : float, default=5
        The standard deviation in pixels of the Gaussian filter that makes the displacements
        smooth. The time and the memory are proportional to the number of components of the
        displacements, which grows with the number of pixels and with the inverse square of
        ``smoothness``. For images of more than about 100 × 100 pixels, use larger values.
    fill : float, default=0
        The value of the pixels outside of an image, which its distortion can move into view.
        It must be on the scale of X: white is 255 for bytes, and 1 for pixels from 0 to 1. It is
        the same for all channels.
    image_shape : tuple of int or None, default=None
        (height, width) or (height, width, channels). None means square images with one channel, or
        one row of pixels if the number of columns of X is not a square number, with a warning if
        there are more than 64 columns. A single row or column is distorted along itself only.
    n_copies : int, default=1
        The number of distorted copies of each image that `fit_resample` adds.
    n_jobs : int or None, default=None
        The number of threads. None means as many as a matrix product would use, and -1 all cores.
        It does not affect the result.
    random_state : int, RandomState instance or None, default=None
        The seed of the random numbers. With an integer, `distort` returns the same images in every
        call. Classifiers do not use it: they pass a new seed in every call.

    See Also
    --------
    MLPDigitClassifier : Has a parameter ``distort``.
    DistortedClassifier : Trains pipelines and other classifiers on distorted images.

    Examples
    --------
    >>> from skmnist import DigitDistorter
    >>> from skmnist.datasets import load_mnist
    >>> X, y = load_mnist(subset="test", return_X_y=True)
    >>> distorter = DigitDistorter(rotation=15, random_state=0)
    >>> distorter.distort(X).shape
    (10000, 784)
    """

    def __init__(
        self,
        *,
        rotation: float = 10,
        scale=0.1,
        shear=0.1,
        shift: float = 1,
        elastic=0.8,
        smoothness: float = 5,
        fill: float = 0,
        image_shape=None,
        n_copies=1,
        n_jobs=None,
        random_state=None,
    ):
        self.rotation = rotation
        self.scale = scale
        self.shear = shear
        self.shift = shift
        self.elastic = elastic
        self.smoothness = smoothness
        self.fill = fill
        self.image_shape = image_shape
        self.n_copies = n_copies
        self.n_jobs = n_jobs
        self.random_state = random_state

    def distort(self, X, random_state=None) -> Any:
        """Return a distorted copy of each image.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_pixels)
            One row of pixels per image.
        random_state : int, RandomState instance or None, default=None
            The seed of this call. None means the seed of the distorter.

        Returns
        -------
        distorted : array of shape (n_samples, n_pixels)
            The distorted images, with the dtype, the library and the device of X. If X has
            integers, pixels are rounded.

        Examples
        --------
        >>> from skmnist import DigitDistorter
        >>> from skmnist.datasets import load_xo
        >>> DigitDistorter(shift=2).distort(load_xo().data).shape
        (2, 81)
        """
        _check_parameters(self)
        seed = self.random_state if random_state is None else random_state
        check("random_state", seed, RANDOM_STATE)
        X = check_images(X)
        shape = image_shape(self.image_shape, X.shape[1])
        _check_fill(self.fill, X)
        return distorted(self, X, shape, new_generator(seed))

    def fit_resample(self, X, y) -> tuple[Any, Any]:
        """Return the images and distorted copies of them, with their labels.

        With this method, a distorter can be a step of a pipeline of imbalanced-learn.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_pixels)
            One row of pixels per image.
        y : array-like of shape (n_samples,)
            The labels.

        Returns
        -------
        X : array of shape ((1 + n_copies) * n_samples, n_pixels)
            The images, and then ``n_copies`` distorted copies of all of them. A DataFrame of pandas
            if X is one.
        y : ndarray of shape ((1 + n_copies) * n_samples,)
            The labels of these images.

        Examples
        --------
        >>> from skmnist import DigitDistorter
        >>> from skmnist.datasets import load_xo
        >>> X, y = DigitDistorter(n_copies=4).fit_resample(*load_xo(return_X_y=True))
        >>> X.shape, y.shape
        ((10, 81), (10,))
        """
        _check_parameters(self)
        check_consistent_length(X, y)
        rng = check_random_state(self.random_state)
        seeds = rng.randint(2**31 - 1, size=self.n_copies)
        originals, labels = check_images(X), check_array(y, ensure_2d=False, dtype=None)
        copies = [self.distort(originals, seed) for seed in seeds]
        stacked = namespace(originals).concat([originals, *copies])
        if hasattr(X, "iloc"):
            stacked = type(X)(stacked, columns=X.columns)
        return stacked, namespace(labels).concat([labels] * (1 + self.n_copies))


def _check_parameters(distorter):
    """Raise a TypeError or ValueError for the first parameter that is not valid."""
    for name, rule in RULES.items():
        check(name, getattr(distorter, name), rule)


def _check_fill(fill, X):
    """Raise a ValueError if the dtype of X cannot contain the fill value."""
    xp = namespace(X)
    if xp.isdtype(X.dtype, "bool"):
        least, most = 0, 1
    elif xp.isdtype(X.dtype, "real floating"):
        least, most = float(xp.finfo(X.dtype).min), float(xp.finfo(X.dtype).max)
    else:
        least, most = xp.iinfo(X.dtype).min, xp.iinfo(X.dtype).max
    if not least <= fill <= most:
        raise ValueError(
            f"fill must be from {least} to {most}, the range of {X.dtype}, the dtype of X; "
            f"got {fill!r}."
        )
