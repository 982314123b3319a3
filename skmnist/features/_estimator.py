"""ConvFeatureTransformer: its parameters, how it is fitted, and how feature maps are computed.

`transform` and `feature_maps` call `_compute_maps`, which calls `write_maps` of
`network/_convolution.py` for slices of the rows. `write_maps` slides the kernels over the images,
sums the products and divides by their number, which is nine for a 3×3 kernel.
"""

import threading
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import metadata_routing
from sklearn.utils.validation import check_consistent_length

from skmnist.base._all_or_nothing import all_or_nothing
from skmnist.base._checks import check_out, check_same_place, check_X, float_type, new_generator
from skmnist.base._doc_link import DocLinkMixin
from skmnist.base._image_shape import image_shape
from skmnist.base._public import set_module
from skmnist.base._rules import check, integer
from skmnist.base._threads import for_slices, one_thread_per_product
from skmnist.base._versioned_pickle import VersionedPickleMixin
from skmnist.base.compat import CallbackSupportMixin, with_callbacks
from skmnist.features._freshness import StaleParamsMixin
from skmnist.features._kernels import make_kernels
from skmnist.features._layers import (
    RULES,
    check_parameters,
    fitted_layer,
    plan_layers,
)
from skmnist.features._names import check_input_names, column_names, map_names
from skmnist.features._patches import choose_images, class_numbers, sample_patches
from skmnist.network._arrays import dense_rows, ignore_float_warnings, like, namespace
from skmnist.network._buffers import Buffers
from skmnist.network._convolution import CACHE, images_at_once, map_shape, write_maps


@set_module("skmnist")
class ConvFeatureTransformer(
    CallbackSupportMixin,
    TransformerMixin,
    StaleParamsMixin,
    VersionedPickleMixin,
    DocLinkMixin,
    BaseEstimator,
):
    """Compute averaged feature maps of images.

    This is the convolution of the lectures that skmnist is based on. A kernel slides over an image.
    At each position, its entries are multiplied by the pixels that they cover, and the mean of the
    products measures how well the image matches the kernel there. These means form a feature map,
    to which an activation function and pooling are applied. X has one row of pixels per image, and
    the columns of the output are the values of the maps of all kernels. A linear model or an MLP
    often predicts better from these columns than from the pixels, because pooled maps change
    little if a stroke is shifted by a pixel.

    Parameters marked "(per layer)" accept one value for all layers, or a tuple with one value per
    layer. For example, ``n_kernels=(64, 128)`` means two layers: the 64 kernels of the first layer
    are applied to the images, and the 128 kernels of the second layer to the maps of the first, as
    if these maps were the channels of an image.

    Parameters
    ----------
    kernels : {"kmeans", "pca", "patches", "strokes", "random"} or array-like, default="kmeans"
        The kernels, as an array of shape (n, height, width) or (n, height, width, channels), or
        the name of their source (per layer). The sources are:

        - "kmeans": the centres of clusters of patches, after each patch was scaled to mean 0 and
          variance 1.
        - "pca": the principal components of patches, after the mean of each patch was subtracted.
        - "patches": random patches of the training images. Patches with a larger variance are more
          likely to be chosen. The patches are balanced over the classes if y is passed to
          :meth:`fit`. In layers after the first, they are scaled to a root mean square of 1.
        - "strokes": the three strokes of an X from the lectures, which are named falling, crossing
          and rising. ``kernel_size`` must be odd.
        - "random": entries drawn from the standard normal distribution.
    n_kernels : int, default=32
        The number of kernels (per layer). It has no effect if ``kernels`` is an array or
        "strokes". There are fewer kernels if there are too few different patches. For "pca", the
        maximum is the number of entries of a kernel minus 1.
    kernel_size : int or "auto", default="auto"
        The height and width of the kernels (per layer). It has no effect if ``kernels`` is an
        array. Note that (3, 3) means two layers with kernels of 3×3. "auto" is an odd number of at
        most 7, about a quarter of the height or width of the images or maps that the kernels are
        applied to: 7 for 28×28 pixels, and 3 for 8×8 pixels.
    stride : int, default=1
        The distance in pixels from one position of a kernel to the next (per layer).
    padding : {"valid", "same"}, default="valid"
        The positions of a kernel (per layer). "valid" uses the positions at which the kernel lies
        completely inside the image. "same" pads the image with zeros, so that a kernel has one
        position per pixel if ``stride`` is 1.
    normalize : {None, "mean", "contrast"}, default=None
        How each patch of an image is normalized before it is multiplied by a kernel (per layer).
        None leaves the patch unchanged. "mean" subtracts the mean of the patch, which gives the
        same maps as subtracting the mean of the kernel. "contrast" also divides the patch by its
        standard deviation, with a constant added to the variance so that noise in blank patches is
        not amplified.
    activation : {"split", "relu", "abs", None}, default="split"
        The activation function of the maps (per layer). "relu" sets negative values to 0, "abs"
        takes absolute values, and "split" returns two maps, one with the positive values and one
        with the absolute values of the negative values. None leaves the maps unchanged.
    pool : {"max", "mean", "rms", None}, default="max"
        How the values in each pool, a square of neighbouring positions, are combined (per layer):
        their maximum, their mean or their root mean square. None means no pooling.
    pool_size : int or "auto", default="auto"
        The height and width of the pools (per layer). Positions at the right and bottom edges that
        do not fill a pool are ignored. In the last layer, "auto" gives at most 5 pools along each
        side: for 28×28 pixels and 7×7 kernels, the pools have 4×4 positions. In the other layers,
        "auto" is 2 if there are at least 12 positions along a side, and 1 otherwise.
    stacking : {"mixed", "separate"}, default="mixed"
        How the kernels of a layer after the first are applied to the maps of the layer before.
        With "mixed", a kernel spans all maps, and has one channel per map. With "separate", a
        kernel has one channel, and is applied to each map separately, as in PCANet.
    image_shape : tuple of int or None, default=None
        The shape of the images, (height, width) or (height, width, channels). A row of X contains
        the pixels row by row, and the channels of a pixel are adjacent. None assumes square grey
        images if the number of columns is a square number, and images with a single row of pixels
        otherwise, with a warning if there are more than 64 columns. For images with a single row
        or fewer than 64 pixels, None also means that ``kernel_size`` and ``pool_size`` are reduced
        if they are too large.
    n_jobs : int or None, default=None
        The maximum number of threads of :meth:`transform`. None uses as many threads as NumPy
        would use for a matrix product, and -1 uses one thread per core. The result is
        bit-identical for any number of threads.
    random_state : int, RandomState instance or None, default=None
        Determines the sample of patches, the initial clusters and the random kernels.

    Attributes
    ----------
    kernels_ : list of arrays of shape (n_kernels, height, width, channels)
        The kernels of each layer.
    map_shapes_ : list of tuple (height, width, n_maps)
        The shape of the maps of each layer, after activation and pooling.
    image_shape_ : tuple (height, width, channels)
        The shape of the images.
    n_features_in_ : int
        The number of columns of X.
    feature_names_in_ : ndarray of shape (``n_features_in_``,)
        The names of the columns of X, if it has names that are all strings.

    See Also
    --------
    MLPDigitClassifier : A neural network that can be trained on these features.
    sklearn.feature_extraction.image.PatchExtractor : Extract the patches of images.

    Notes
    -----
    The output is float64 if X is float64, and float32 for any other dtype. Its columns are sorted
    by row, column and map, as in the output of :meth:`feature_maps`. They are not standardized, so
    models other than MLPDigitClassifier may need a StandardScaler between them and the transformer.

    The kernels are learned from patches of at most 3,000 images, with about two million entries in
    total. Therefore, fitting to ten million images takes hardly longer than fitting to ten
    thousand. :meth:`transform` processes a few images at a time. In addition to its result, it
    needs 10 to 60 MB per thread for small images. Large images need more, because all patches of
    an image are extracted at once: the number of their entries is the number of entries of a kernel
    times the number of positions. If the result does not fit into memory, pass a memory map as
    ``out``.

    With ``sklearn.set_config(array_api_dispatch=True)``, X can be an array of another library,
    such as a torch tensor on a GPU, and the output has the same library and device. With
    scikit-learn 1.9 and newer, ``set_callbacks`` accepts scikit-learn's callbacks.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from skmnist import ConvFeatureTransformer, MLPDigitClassifier
    >>> from skmnist.datasets import load_mnist
    >>> X, y = load_mnist(subset="train", return_X_y=True)
    >>> convolve = ConvFeatureTransformer(random_state=0)
    >>> convolve.fit_transform(X[:1000]).shape, convolve.map_shapes_
    ((1000, 1600), [(5, 5, 64)])
    >>> pipeline = make_pipeline(convolve, MLPDigitClassifier(max_iter=20, random_state=0))
    >>> pipeline.fit(X[:1000], y[:1000]).score(X[1000:2000], y[1000:2000]) > 0.9
    True
    """

    # `out` is not metadata. scikit-learn does not accept an annotation as ClassVar here.
    __metadata_request__transform = {"out": metadata_routing.UNUSED}  # noqa: RUF012

    def __init__(
        self,
        kernels: Any = "kmeans",
        *,
        n_kernels: int | tuple[int, ...] = 32,
        kernel_size: int | str | tuple[int | str, ...] = "auto",
        stride: int | tuple[int, ...] = 1,
        padding: str | tuple[str, ...] = "valid",
        normalize=None,
        activation: str | tuple[str | None, ...] | None = "split",
        pool: str | tuple[str | None, ...] | None = "max",
        pool_size: int | str | tuple[int | str, ...] = "auto",
        stacking="mixed",
        image_shape=None,
        n_jobs=None,
        random_state=None,
    ):
        self.kernels = kernels
        self.n_kernels = n_kernels
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.normalize = normalize
        self.activation = activation
        self.pool = pool
        self.pool_size = pool_size
        self.stacking = stacking
        self.image_shape = image_shape
        self.n_jobs = n_jobs
        self.random_state = random_state

    @all_or_nothing
    @with_callbacks
    def fit(self, X, y=None) -> Self:
        """Create the kernels, or learn them from a sample of the images.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_pixels)
            One row of pixels per image.
        y : array-like of shape (n_samples,) or None, default=None
            The labels. If they are passed, the sample of the images is balanced over the classes.

        Returns
        -------
        self : ConvFeatureTransformer
            The fitted transformer. If fit raises an error, the transformer is unchanged.

        Examples
        --------
        >>> from skmnist import ConvFeatureTransformer
        >>> from skmnist.datasets import load_xo
        >>> xo = load_xo()
        >>> ConvFeatureTransformer("patches", n_kernels=6).fit(xo.data, xo.target).kernels_[0].shape
        (6, 3, 3, 1)
        """
        context = self._init_callback_context(max_subtasks=0)
        context.call_on_fit_task_begin(estimator=self, X=X, y=y)
        check_parameters(self)
        data = check_X(self, X, reset=True, accept_sparse=False)
        check_consistent_length(data, y)
        self.image_shape_ = image_shape(self.image_shape, data.shape[1])
        plans = plan_layers(self, self.image_shape_)
        with one_thread_per_product:
            self._fit_layers(data, class_numbers(y, data.shape[0]), plans)
        self._remember_params()
        context.call_on_fit_task_end(
            estimator=self, X=X, y=y, metadata=None, reconstruction_attributes=dict
        )
        return self

    @ignore_float_warnings
    def _fit_layers(self, X, classes, plans):
        """Create the kernels layer by layer: each is learned from the maps of the layers before."""
        rng, dtype = new_generator(self.random_state), float_type(X)
        chosen = choose_images(classes, X.shape[1], rng)
        images, classes = dense_rows(X, like(X, chosen), dtype), classes[chosen]
        self.kernels_, self.map_shapes_, self._layers = [], [], []
        shape, self._names = self.image_shape_, [""]
        for plan in plans:
            patches = None
            if plan.needs_patches:
                before = self.kernels_, self._layers
                patches = sample_patches(images, classes, self.image_shape_, plan, *before, rng)
            kernels = make_kernels(plan, shape, patches, rng)
            layer = fitted_layer(plan, patches)
            shape = map_shape(shape, kernels.shape, layer)
            self.kernels_.append(like(X, kernels, dtype))
            self._layers.append(layer)
            self.map_shapes_.append(shape)
            self._names = map_names(plan.source.kernel_names(len(kernels)), layer, self._names)

    def transform(self, X, out=None) -> Any:
        """Return the maps of the last layer, one row per image.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_pixels)
            One row of pixels per image.
        out : array of shape (n_samples, n_columns) or None, default=None
            An array to write the result into, such as a ``numpy.memmap``. It must have the shape
            and the dtype of the array that is returned if ``out`` is None.

        Returns
        -------
        columns : array of shape (n_samples, n_columns)
            The values of the maps, sorted by row, column and map. This is ``out`` if it was passed,
            and a DataFrame if ``set_output`` was called.

        Examples
        --------
        >>> import numpy as np
        >>> from skmnist import ConvFeatureTransformer
        >>> from skmnist.datasets import load_mnist
        >>> X, y = load_mnist(subset="test", return_X_y=True)
        >>> convolve = ConvFeatureTransformer(n_kernels=16, random_state=0).fit(X)
        >>> out = np.empty((len(X), 800), dtype=np.float32)  # or a numpy.memmap
        >>> convolve.transform(X, out=out) is out
        True
        """
        X = self._check_new_X(X, "transform")
        return self._compute_maps(X, len(self.kernels_), out)

    def feature_maps(self, X, layer=-1) -> Any:
        """Return the maps of a layer as images.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_pixels)
            One row of pixels per image.
        layer : int, default=-1
            The index of the layer: 0 is the first layer, and -1 is the last.

        Returns
        -------
        maps : array of shape (n_samples, height, width, n_maps)
            The maps of each image, after activation and pooling.

        Examples
        --------
        >>> from skmnist import ConvFeatureTransformer
        >>> from skmnist.datasets import load_xo
        >>> strokes = ConvFeatureTransformer("strokes", activation=None, pool=None)
        >>> X = load_xo().data
        >>> strokes.fit(X).feature_maps(X)[0, :, :, 0].shape
        (7, 7)
        """
        X = self._check_new_X(X, "feature_maps")
        n_layers = len(self.kernels_)
        check("layer", layer, integer(-n_layers, most=n_layers - 1))
        shape = (X.shape[0], *self.map_shapes_[layer])
        return namespace(X).reshape(self._compute_maps(X, layer % n_layers + 1), shape)

    def get_feature_names_out(self, input_features=None) -> np.ndarray:
        """Return the names of the output columns: the kernel, the row and the column of a value.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Not used. If passed, they must be the names of the columns of X.

        Returns
        -------
        names : ndarray of str
            "falling_0_3" is row 0 and column 3 of the map of the kernel "falling". "pca2+_0_3" and
            "pca2-_0_3" belong to the maps of the positive and of the negative values of the kernel
            "pca2" if ``activation="split"``. "pca2+.pca0-_0_3" belongs to the kernel "pca0" of the
            second layer, applied to the map "pca2+" of the first, if ``stacking="separate"``.

        Examples
        --------
        >>> from skmnist import ConvFeatureTransformer
        >>> from skmnist.datasets import load_xo
        >>> strokes = ConvFeatureTransformer("strokes", activation=None, pool=None)
        >>> strokes.fit(load_xo().data).get_feature_names_out()[:4].tolist()
        ['falling_0_0', 'crossing_0_0', 'rising_0_0', 'falling_0_1']
        """
        self._check_fresh()
        check_input_names(self, input_features)
        return column_names(self._names, self.map_shapes_[-1])

    def _compute_maps(self, X, n_layers, out=None):
        """Return the maps of the last of the first ``n_layers`` layers, in `out` or a new array."""
        check("n_jobs", self.n_jobs, RULES["n_jobs"])
        xp, dtype = namespace(X), float_type(X)
        shape = (X.shape[0], int(np.prod(self.map_shapes_[n_layers - 1])))
        if out is None:
            out = xp.empty(shape, dtype=dtype, device=X.device)
        check_out(out, X, shape, dtype)
        kernels, layers = self.kernels_[:n_layers], self._layers[:n_layers]
        memory = threading.local()

        def write_slice(rows):
            buffers = memory.__dict__.setdefault("buffers", Buffers())
            # Computes the mean of the products of kernels and pixels, the activation and the pools.
            write_maps(out, X, rows, self.image_shape_, kernels, layers, buffers=buffers)

        # With less than two groups of images per slice, it would not pay off to start a thread.
        at_once = images_at_once(self.image_shape_, [k.shape for k in kernels], layers, CACHE)
        for_slices(write_slice, shape[0], self.n_jobs if xp is np else 1, fewest=2 * at_once)
        return out

    def _check_new_X(self, X, method):
        """Return X as an array, or raise an error if the transformer cannot transform it."""
        self._check_fresh()
        X = check_X(self, X, accept_sparse=False)
        check_same_place(self, X, self.kernels_[0], method)
        return X

    def __sklearn_tags__(self):
        """Return the tags: floats keep their dtype, and arrays of other libraries are accepted."""
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        tags.array_api_support = True
        return tags
