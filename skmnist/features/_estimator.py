"""ConvFeatureTransformer: validate, get kernels, make maps, name columns."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import metadata_routing
from sklearn.utils.validation import check_consistent_length

from skmnist.base._atomic import all_or_nothing
from skmnist.base._checks import check_out, check_same_place, check_X, float_type, new_generator
from skmnist.base._doc_link import DocLinkMixin
from skmnist.base._persistence import VersionedPickleMixin
from skmnist.base._public import set_module
from skmnist.base._rules import check, integer
from skmnist.base.compat import CallbackSupportMixin, with_callbacks
from skmnist.features._freshness import StaleParamsMixin
from skmnist.features._kernels import make_kernels
from skmnist.features._layers import RULES, check_parameters, image_shape, plan_layers
from skmnist.features._names import check_input_names, column_names, map_names
from skmnist.features._patches import class_numbers, sample_patches, some_images
from skmnist.features._threads import for_slices, one_thread_a_product
from skmnist.network._arrays import dense_rows, judged_later, like, namespace
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
    """Averaged feature maps of images: which small pieces are found, and where.

    The convolution of the lectures: a kernel, a small piece of an image, is laid on every
    position of the image; the mean of the products of entries and pixels says how well it
    matches there. Rows of pixels come in; the maps of all kernels, activated and pooled, go out
    as columns. A linear model or an MLP can tell more from these than from the pixels, because
    a piece that moves a little is still found.

    Parameters with "(one or one for each layer)" take one value, or a tuple with as many as
    there shall be layers: with ``n_kernels=(64, 128)`` the maps of 64 kernels are the images
    that 128 others are laid on.

    Parameters
    ----------
    kernels : {"kmeans", "pca", "patches", "strokes", "random"} or array-like, default="kmeans"
        Where kernels come from (one or one for each layer). "strokes" are the lecture's three
        pieces of an X, falling, crossing and rising, of any odd size; "patches" are cut out of
        training images where there is ink, from all classes alike if :meth:`fit` is given y
        (in later layers, then brought to a root mean square of 1);
        "pca" are the principal components of patches less their means; "kmeans" are centres of
        clusters of patches that were brought to one mean and one contrast; "random" are drawn
        from the standard normal distribution. An array has the shape (n, height, width) or
        (n, height, width, channels).
    n_kernels : int, default=32
        How many kernels, if they are not given or strokes (one or one for each layer); fewer
        where the data have no more: "pca" has one fewer than a kernel has entries.
    kernel_size : int or "auto", default="auto"
        The side of kernels that are not given; they are squares, and (3, 3) means two layers (one
        or one for each layer). "auto" is a quarter of what a kernel is laid on, odd and at most
        7: for pixels, 7 for 28×28 and 3 for 8×8.
    stride : int, default=1
        How many pixels lie between two positions (one or one for each layer).
    padding : {"valid", "same"}, default="valid"
        Whether a kernel must lie on the image integer, or the image is surrounded by zeros so that
        there is a position at every pixel (one or one for each layer).
    normalize : {None, "mean", "contrast"}, default=None
        What is done to the patch below a kernel (one or one for each layer): nothing; its mean
        is subtracted, which is the same as subtracting each kernel's own mean; or that, and
        it is divided by its standard deviation, where that is not small.
    activation : {"split", "relu", "abs", None}, default="split"
        What is done to a map (one or one for each layer): negative values become 0; or lose
        their sign; or, with "split", positive and negative values make two maps of their own.
    pool : {"max", "mean", "rms", None}, default="max"
        How squares of values are pooled to one: their largest, their mean, the root of the mean
        of their squares; or not at all (one or one for each layer).
    pool_size : int or "auto", default="auto"
        The side of these squares (one or one for each layer). What is left at the right and
        the bottom is left out. "auto" leaves five squares a side or fewer in the last layer: of
        4×4 for 28×28 pixels and 7×7 kernels; layers before that pool by 2 where maps are large.
    stacking : {"mixed", "separate"}, default="mixed"
        Whether a later layer's kernel spans all maps of the layer before, or is laid on each of
        them alone, as in PCANet.
    image_shape : tuple of int or None, default=None
        (height, width) or (height, width, channels) of the images, one row of X being row
        after row of pixels, each with its channels. None takes square grey images if the number
        of columns is a square, else a single row of pixels; in these and in squares below 8×8,
        kernels and pools that are too large shrink.
    n_jobs : int or None, default=None
        How many threads :meth:`transform` takes at most. None is as many as a matrix product of
        NumPy would take; -1 is one for each core. The result is the same, bit by bit.
    random_state : int, RandomState instance or None, default=None
        Decides which patches are looked at or cut out, where clusters begin, and random kernels.

    Attributes
    ----------
    kernels_ : list of arrays of shape (n_maps, height, width, channels)
        The kernels of each layer.
    map_shapes_ : list of tuple (height, width, n_maps)
        The shapes of each layer's maps, activated and pooled.
    image_shape_ : tuple (height, width, channels)
        The shape of the images.
    n_features_in_ : int
        Columns of X: pixels.
    feature_names_in_ : ndarray of shape (``n_features_in_``,)
        Names of the columns, if X had any.

    See Also
    --------
    MLPDigitClassifier : The network that these features are made for.
    sklearn.feature_extraction.image.PatchExtractor : Patches themselves, without products.

    Notes
    -----
    uint8, float32 and all else come out as float32, float64 as float64. The columns are in
    the order of :meth:`feature_maps`: row, column, map. They are as large as pixels and kernels
    make them: models other than MLPDigitClassifier may want a StandardScaler in between.

    Kernels are learned from 3,000 images and two million numbers at most, so :meth:`fit` hardly
    takes longer for ten million images than for ten thousand. :meth:`transform` works on a few
    images at a time: beyond its result it needs some 10 MB for each thread, if images are small;
    a large one's patches, as many numbers as pixels times a kernel's entries, are made at once.
    With ``out=`` a memory map, the result need not fit the memory either.

    With ``sklearn.set_config(array_api_dispatch=True)``, X may be an array of another library,
    such as a torch tensor on a GPU, and all stays there. On scikit-learn 1.9 and newer,
    ``set_callbacks`` takes scikit-learn's callbacks.

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

    # `out` is where to write, and no metadata. (Not a ClassVar: scikit-learn wants it like this.)
    __metadata_request__transform = {"out": metadata_routing.UNUSED}  # noqa: RUF012

    def __init__(
        self,
        kernels="kmeans",
        *,
        n_kernels=32,
        kernel_size="auto",
        stride=1,
        padding="valid",
        normalize=None,
        activation="split",
        pool="max",
        pool_size="auto",
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
    def fit(self, X, y=None):
        """Get the kernels, from a sample of the images where they are learned.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_pixels)
            One image a row.
        y : array-like of shape (n_samples,) or None, default=None
            Labels, so that images of all classes alike are looked at.

        Returns
        -------
        self : ConvFeatureTransformer
            The fitted transformer; if this raises, it is left as it was.

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
        with one_thread_a_product:
            self._learn(data, class_numbers(y, data.shape[0]), plans)
        self._remember_params()
        context.call_on_fit_task_end(
            estimator=self, X=X, y=y, metadata=None, reconstruction_attributes=dict
        )
        return self

    @judged_later
    def _learn(self, X, classes, plans):
        """Set the kernels, layer after layer: a later one looks at the maps of those before."""
        rng, dtype = new_generator(self.random_state), float_type(X)
        chosen = some_images(classes, X.shape[1], rng)
        images, classes = dense_rows(X, like(X, chosen), dtype), classes[chosen]
        self.kernels_, self.map_shapes_, self._layers = [], [], []
        shape, self._names = self.image_shape_, [""]
        for plan in plans:
            patches = None
            if plan.needs_patches:
                done = self.kernels_, self._layers
                patches = sample_patches(
                    images, classes, self.image_shape_, plan, *done, dtype, rng
                )
            kernels, layer = make_kernels(plan, shape, patches, rng)
            shape = map_shape(shape, kernels.shape, layer)
            self.kernels_.append(like(X, kernels, dtype))
            self._layers.append(layer)
            self.map_shapes_.append(shape)
            self._names = map_names(plan.kernels, len(kernels), layer, self._names)

    def transform(self, X, out=None):
        """Return the last layer's maps, one image a row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_pixels)
            One image a row.
        out : array of shape (n_samples, n_columns) or None, default=None
            Where to write the maps, such as a ``numpy.memmap``; of the type that would be
            returned otherwise, with as many columns as :meth:`get_feature_names_out` has names.

        Returns
        -------
        columns : array of shape (n_samples, n_columns)
            For each row of the maps, for each column of the maps, for each map: its value.
            This is `out`, if that was given, or a frame of it if ``set_output`` asked for one.

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
        X = self._checked(X, "transform")
        return self._columns(X, len(self.kernels_), out)

    def feature_maps(self, X, layer=-1):
        """Return a layer's maps as images, to look at.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_pixels)
            One image a row.
        layer : int, default=-1
            Which layer: 0 is the first, -1 the last.

        Returns
        -------
        maps : array of shape (n_samples, height, width, n_maps)
            The maps of each image, activated and pooled.

        Examples
        --------
        >>> from skmnist import ConvFeatureTransformer
        >>> from skmnist.datasets import load_xo
        >>> strokes = ConvFeatureTransformer("strokes", activation=None, pool=None)
        >>> X = load_xo().data
        >>> strokes.fit(X).feature_maps(X)[0, :, :, 0].shape
        (7, 7)
        """
        X = self._checked(X, "feature_maps")
        n_layers = len(self.kernels_)
        check("layer", layer, integer(-n_layers, most=n_layers - 1))
        shape = (X.shape[0], *self.map_shapes_[layer])
        return namespace(X).reshape(self._columns(X, layer % n_layers + 1), shape)

    def get_feature_names_out(self, input_features=None):
        """Return a name for each column: the kernel, and where it was laid.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Not used, but must be the names of X's columns if it is given.

        Returns
        -------
        names : ndarray of str
            Such as "falling_0_3" for row 0, column 3 of the first stroke's map; "pca2+_0_3" and
            "pca2-_0_3" for what was split; "pca2+.pca0-_0_3" where layers are separate.

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

    def _columns(self, X, n_layers, out=None):
        """Write the maps of so many layers into `out`, or into an array made for them."""
        check("n_jobs", self.n_jobs, RULES["n_jobs"])
        xp, dtype = namespace(X), float_type(X)
        shape = (X.shape[0], int(np.prod(self.map_shapes_[n_layers - 1])))
        if out is None:
            out = xp.empty(shape, dtype=dtype, device=X.device)
        check_out(out, X, shape, dtype)
        kernels, done = self.kernels_[:n_layers], self._layers[:n_layers]

        def write(rows):
            write_maps(out, X, rows, self.image_shape_, kernels, done)

        # What takes less than this would be done before a thread has started.
        at_once = images_at_once(self.image_shape_, [k.shape for k in kernels], done, CACHE)
        for_slices(write, shape[0], self.n_jobs if xp is np else 1, fewest=8 * at_once)
        return out

    def _checked(self, X, method):
        self._check_fresh()
        X = check_X(self, X, accept_sparse=False)
        check_same_place(self, X, self.kernels_[0], method)
        return X

    def __sklearn_tags__(self):
        """Say what this transformer can take and keeps: floats, and arrays of any library."""
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        tags.array_api_support = True
        return tags
