"""Make a page on which one draws and watches a fitted model read the drawing."""

import html

from skmnist.base._files import destination
from skmnist.base._image_shape import IMAGE_SHAPE
from skmnist.base._public import set_module
from skmnist.base._rules import OneOf, Rule, check, short_repr
from skmnist.io._page_content import class_names, describe, image_side, mistakes, store
from skmnist.io._page_html import page_html
from skmnist.io._page_images import bundled_images, given_images
from skmnist.io._page_numbers import PRECISIONS
from skmnist.io._page_steps import read_steps, with_paper

_TITLE = Rule((str, type(None)), lambda title: True, "a string or None")
_PRECISION = OneOf(("auto", *PRECISIONS))
_USUAL_TITLE = "Draw, and watch the network read"
_MOST_BYTES = 20_000_000  # of a page; larger files cannot be sent by mail
_HEIGHT = 900  # pixels of the page in a notebook


@set_module("skmnist.io")
class DrawingPage:
    """A page on which one draws and watches a model read the drawing, made by :func:`to_page`.

    As the result of a cell of a notebook, it is shown in the notebook.

    Attributes
    ----------
    html : str
        The page, which needs no other files and no network.
    precision : {"8 bits", "12 bits", "16 bits", "32 bits"}
        How exactly the weights are stored.
    n_images : int
        The number of test images whose labels were compared.
    label_changes : int
        How many of them get another label from the page than from the model.
    changes : dict
        The same for each precision that was tried.

    Examples
    --------
    >>> from skmnist import MLPDigitClassifier
    >>> from skmnist.datasets import load_mnist
    >>> from skmnist.io import to_page
    >>> X, y = load_mnist(return_X_y=True)
    >>> classifier = MLPDigitClassifier(max_iter=2, random_state=0).fit(X[:1000], y[:1000])
    >>> page = to_page(classifier)
    >>> page.label_changes
    0
    """

    def __init__(self, html, precision, n_images, changes):
        self.html = html
        self.precision = precision
        self.n_images = n_images
        self.changes = changes

    @property
    def label_changes(self):
        """The number of test images that get another label from the page."""
        return self.changes[self.precision]

    def save(self, path):
        """Write the page into a file; if this fails, an existing file is unchanged.

        Parameters
        ----------
        path : str, path-like or binary file object
            The file, such as ``"draw.html"``.

        Examples
        --------
        >>> import io
        >>> from skmnist import MLPDigitClassifier
        >>> from skmnist.datasets import load_mnist
        >>> from skmnist.io import to_page
        >>> X, y = load_mnist(return_X_y=True)
        >>> classifier = MLPDigitClassifier(max_iter=2, random_state=0).fit(X[:1000], y[:1000])
        >>> file = io.BytesIO()
        >>> to_page(classifier).save(file)
        >>> file.getvalue()[:15]
        b'<!doctype html>'
        """
        with destination(path) as file:
            file.write(self.html.encode("ascii"))

    def __repr__(self):
        return f"<DrawingPage, {len(self.html):,} bytes, {self.precision}>"

    def _repr_html_(self):
        """Return the page in a frame, which notebooks show."""
        return (
            f'<iframe title="Drawing page" srcdoc="{html.escape(self.html)}" width="100%" '
            f'height="{_HEIGHT}" sandbox="allow-scripts allow-downloads"></iframe>'
        )


@set_module("skmnist.io")
def to_page(model, *, X=None, y=None, title=None, image_shape=None, precision="auto"):
    """Make a page on which one draws and watches a fitted model read the drawing.

    The page is a single HTML file with the model inside. It is opened by a double click, works
    without a network, and can be sent by mail.

    The weights are stored with as few bits as possible such that each of the test images gets the
    same label from the page as from the model, and no probability changes by more than 0.01.

    Parameters
    ----------
    model : estimator
        A fitted MLPDigitClassifier, or a Pipeline that ends with one. The other steps can be a
        ConvFeatureTransformer, StandardScaler, MinMaxScaler and PCA. If the model is a
        DistortedClassifier or a search, such as GridSearchCV, its fitted estimator is used.
    X : array-like of shape (n_samples, n_pixels) or None, default=None
        Test images like those that the model was trained on. The paper must have the same value
        everywhere, and the ink another one: the page takes the usual value at the borders of the
        images as paper, and the opposite extreme as ink. This is not possible if a scaler outside
        of the model has scaled each pixel differently. None means the test images of MNIST in the
        size that the model reads, with the values of paper and ink that are best for it among 0
        and 1, -0.5 and 0.5, -1 and 1, 0 and 16, 0 and 255, the same the other way round, and
        pixels standardized with the mean and deviation of MNIST. If the classes are not the ten
        digits, these values are a guess, and X should be passed.
    y : array-like of shape (n_samples,) or None, default=None
        The labels of X. They are compared with the classes as text if one of them is text. At most
        40 images that the model reads wrongly are put into the page.
    title : str or None, default=None
        The title of the page. None means "Draw, and watch the network read".
    image_shape : tuple (height, width) or None, default=None
        The shape of the images, which must be square. None means that of the kernels, or the
        square with as many pixels as X has columns.
    precision : {"auto", "8 bits", "12 bits", "16 bits", "32 bits"}, default="auto"
        How many bits each weight has. "auto" means the first of these precisions with which no
        label changes, and no probability by more than 0.01.

    Returns
    -------
    page : DrawingPage
        The page, with the method `save`.

    Raises
    ------
    ValueError
        If the model contains a step that cannot be put into a page, if its images are not square,
        if its weights are not finite, if the page would be too large, or if X is None and the
        model cannot read the test images of MNIST.

    See Also
    --------
    to_onnx : Convert a model to a graph for other programs.

    Examples
    --------
    >>> from skmnist import MLPDigitClassifier
    >>> from skmnist.datasets import load_mnist
    >>> from skmnist.io import to_page
    >>> X, y = load_mnist(return_X_y=True)
    >>> classifier = MLPDigitClassifier(max_iter=2, random_state=0).fit(X[:1000], y[:1000])
    >>> to_page(classifier, title="My first network").save("draw.html")  # doctest: +SKIP
    """
    check("title", title, _TITLE)
    check("image_shape", image_shape, IMAGE_SHAPE)
    check("precision", precision, _PRECISION)
    if X is None and y is not None:
        raise ValueError(f"y must be None if X is None; got {short_repr(y)}.")
    classifier, steps = read_steps(model)
    classes = class_names(classifier)
    side = image_side(steps, image_shape)
    if X is None:
        images = bundled_images(model, classifier, steps, side)
    else:
        images = given_images(model, classifier.classes_, X, y, side)
    stored = store(classifier, with_paper(steps, images.paper), images, precision)
    content = {
        "version": 1,
        "title": _USUAL_TITLE if title is None else title,
        "classes": classes,
        "side": side,
        "pixel_max": images.ink - images.paper,
        "steps": stored.steps,
        "precision": stored.precision,
        "description": describe(model, classes, steps, stored, images),
        "mistakes": mistakes(classes, stored, images),
    }
    text = page_html(content)
    _check_size(len(text), stored.precision)
    return DrawingPage(text, stored.precision, len(images.X), stored.changes)


def _check_size(n_bytes, precision):
    """Raise a ValueError if a page is too large."""
    if n_bytes <= _MOST_BYTES:
        return
    fits = [
        name
        for name in PRECISIONS
        if n_bytes * PRECISIONS[name] / PRECISIONS[precision] < _MOST_BYTES
    ]
    fewer = f'precision="{fits[-1]}" makes it small enough. Or train' if fits else "Train"
    raise ValueError(
        f"model must fit into a page of at most {_MOST_BYTES:,} bytes; got {n_bytes:,} with "
        f"{precision} for each weight. {fewer} a network with fewer neurons."
    )
