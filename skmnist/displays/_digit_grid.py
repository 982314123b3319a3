"""DigitGridDisplay: digits, with what they are and what they were taken for."""

import numpy as np
from sklearn.utils.validation import check_array, check_is_fitted

from skmnist.base._rules import check, integer, OneOf
from skmnist.displays._canvas import (
    LINE,
    VERMILLION,
    font_size,
    frame_for,
    inset,
    remembering,
    size_in_points,
    text_look,
)
from skmnist.displays._estimators import image_shape_of
from skmnist.displays._images import as_images, dense, im_look, inked
from skmnist.displays._labels import known_of
from skmnist.displays._selection import CHOICES, how_certain
from skmnist.displays._tiling import grid
from skmnist.network._arrays import to_numpy

TEXT_SHARE = 0.4  # of a cell's height, at most


class DigitGridDisplay:
    """Images with their labels: what each is, what it was taken for, and how certainly.

    Make one with :meth:`from_estimator` or :meth:`from_predictions`. All parameters are stored
    as attributes. A wrong prediction has a bold text and a thick frame.

    Parameters
    ----------
    images : array of shape (n_images, height, width) or (n_images, height, width, 3)
        What to show.
    y_true : array of shape (n_images,) or None, default=None
        What each image is.
    y_pred : array of shape (n_images,) or None, default=None
        What each image was taken for.
    confidence : array of shape (n_images,) or None, default=None
        How certain each prediction was, from 0 to 1; NaN where nobody knows.
    if_empty : str, default="no images"
        What to write if there are no images.

    Attributes
    ----------
    axes_ : list of matplotlib Axes
        One for each image, inside `ax_`.
    ax_ : matplotlib Axes
        What was drawn on.
    figure_ : matplotlib Figure
        The figure around it.

    See Also
    --------
    sklearn.metrics.ConfusionMatrixDisplay : How often each class is taken for another.

    Examples
    --------
    >>> from skmnist.datasets import load_mnist
    >>> from skmnist.displays import DigitGridDisplay
    >>> mnist = load_mnist(subset="test")
    >>> display = DigitGridDisplay(mnist.images[:3], y_true=mnist.target[:3]).plot()
    >>> [ax.get_title() for ax in display.axes_]
    ['7', '2', '1']
    """

    def __init__(self, images, *, y_true=None, y_pred=None, confidence=None, if_empty="no images"):
        self.images = images
        self.y_true = y_true
        self.y_pred = y_pred
        self.confidence = confidence
        self.if_empty = if_empty

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        select="mistakes",
        n_images=25,
        image_shape=None,
        ax=None,
        **plot_kw,
    ):
        """Draw images and what a classifier takes them for.

        Parameters
        ----------
        estimator : classifier
            A fitted one, such as MLPDigitClassifier, or a Pipeline that ends in one. How certain
            it is, its `predict_proba` says, or else the distance of the two largest values of
            its `decision_function`, which is not shown.
        X : array-like or sparse matrix of shape (n_samples, n_pixels)
            One image a row.
        y : array-like of shape (n_samples,)
            Their labels.
        select : {"mistakes", "all"}, default="mistakes"
            Which images: those that are mistaken, the most certain first, or the first ones.
        n_images : int, default=25
            How many images at most.
        image_shape : tuple of int or None, default=None
            (height, width) or (height, width, channels); None is what a ConvFeatureTransformer
            among the steps was given, or a square.
        ax : matplotlib Axes or None, default=None
            Where to draw; None is a new figure.
        **plot_kw : dict
            How to draw, as in :meth:`plot`.

        Returns
        -------
        display : DigitGridDisplay
            The display, drawn.

        Examples
        --------
        >>> from skmnist import MLPDigitClassifier
        >>> from skmnist.datasets import load_mnist
        >>> from skmnist.displays import DigitGridDisplay
        >>> X, y = load_mnist(return_X_y=True)
        >>> classifier = MLPDigitClassifier(max_iter=3, random_state=0).fit(X[:500], y[:500])
        >>> display = DigitGridDisplay.from_estimator(classifier, X[500:], y[500:])
        >>> len(display.images)
        25
        """
        check_is_fitted(estimator)
        predicted = to_numpy(estimator.predict(X))
        certainty, is_share = how_certain(estimator, X, predicted)
        if image_shape is None:
            image_shape = image_shape_of(estimator, np.shape(X)[1])
        display = cls._choose(X, y, predicted, certainty, select, n_images, image_shape)
        if not is_share:
            display.confidence = None
        return display.plot(ax, **plot_kw)

    @classmethod
    def from_predictions(
        cls,
        X,
        y_true,
        y_pred,
        *,
        confidence=None,
        select="mistakes",
        n_images=25,
        image_shape=None,
        ax=None,
        **plot_kw,
    ):
        """Draw images and what they were taken for.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_pixels)
            One image a row.
        y_true : array-like of shape (n_samples,)
            Their labels.
        y_pred : array-like of shape (n_samples,)
            What they were taken for.
        confidence : array-like of shape (n_samples,) or None, default=None
            How certain each prediction was, from 0 to 1.
        select : {"mistakes", "all"}, default="mistakes"
            Which images: those that are mistaken, the most certain first, or the first ones.
        n_images : int, default=25
            How many images at most.
        image_shape : tuple of int or None, default=None
            (height, width) or (height, width, channels); None is a square.
        ax : matplotlib Axes or None, default=None
            Where to draw; None is a new figure.
        **plot_kw : dict
            How to draw, as in :meth:`plot`.

        Returns
        -------
        display : DigitGridDisplay
            The display, drawn.

        Examples
        --------
        >>> from skmnist.datasets import load_mnist
        >>> from skmnist.displays import DigitGridDisplay
        >>> X, y = load_mnist(return_X_y=True)
        >>> display = DigitGridDisplay.from_predictions(X[:4], y[:4], [5, 3, 4, 8])
        >>> [ax.get_title() for ax in display.axes_]
        ['0 → 3', '1 → 8']
        """
        display = cls._choose(X, y_true, y_pred, confidence, select, n_images, image_shape)
        return display.plot(ax, **plot_kw)

    @classmethod
    def _choose(cls, X, y_true, y_pred, certainty, select, n_images, image_shape):
        """Make a display of some images, with how certain as its confidence."""
        check("select", select, OneOf(CHOICES))
        check("n_images", n_images, integer(1))
        X = check_array(X if hasattr(X, "toarray") else to_numpy(X), accept_sparse="csr")
        y_true, y_pred, certainty = known_of(X, y_true, y_pred, certainty)
        rows = CHOICES[select](y_true != y_pred, certainty)[:n_images]
        return cls(
            as_images(dense(X[rows]), image_shape),
            y_true=y_true[rows],
            y_pred=y_pred[rows],
            confidence=None if certainty is None else certainty[rows],
            if_empty=f"no mistakes among {X.shape[0]} images",
        )

    def plot(self, ax=None, *, im_kw=None, text_kw=None):
        """Draw the images.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None is a new figure.
        im_kw : dict or None, default=None
            For the images, as in ``matplotlib.axes.Axes.imshow``.
        text_kw : dict or None, default=None
            For the texts above them, as in ``matplotlib.axes.Axes.set_title``.

        Returns
        -------
        display : DigitGridDisplay
            The display itself.

        Examples
        --------
        >>> from skmnist.datasets import load_xo
        >>> from skmnist.displays import DigitGridDisplay
        >>> display = DigitGridDisplay(load_xo().images).plot(im_kw={"cmap": "cividis"})
        >>> len(display.axes_)
        2
        """
        images = _checked_images(self.images)
        known = known_of(images, self.y_true, self.y_pred, self.confidence)
        n_rows, n_columns = grid(len(images))
        self.ax_ = frame_for(self, ax, (1.2 * max(n_columns, 3), 1.45 * max(n_rows, 2)))
        self.figure_ = self.ax_.figure
        self.axes_ = []
        if len(images) == 0:
            centred = text_look({"ha": "center", "va": "center"}, text_kw)
            self.ax_.text(0.5, 0.5, self.if_empty, **centred)
            return remembering(self)
        images, look = inked(images)
        captions = [known.caption(number) for number in range(len(images))]
        size, text_share = self._text_size(captions, n_rows, n_columns)
        text = text_look({"fontsize": size, "pad": 2}, text_kw)
        for number, image in enumerate(images):
            box = _place(*divmod(number, n_columns), n_rows, n_columns)
            cell = inset(self.ax_, box, text_share)
            cell.imshow(image, **im_look(look, im_kw))
            cell.set_title(captions[number], **text)
            if known.is_wrong(number):
                _stand_out(cell)
            self.axes_.append(cell)
        return remembering(self)

    def _text_size(self, captions, n_rows, n_columns):
        """Return the size of the texts, and the share of a cell's height that they take."""
        width, height = size_in_points(self.ax_)
        width, height = width / n_columns, height / n_rows
        size = font_size(captions, 0.85 * width, TEXT_SHARE * height)
        n_lines = max(caption.count("\n") + 1 for caption in captions)
        return size, LINE * n_lines * size / height


def _checked_images(images):
    """Return images as an array, or raise a ValueError if they are rows of pixels."""
    images = to_numpy(images)
    if len(images) and images.ndim not in (3, 4):
        raise ValueError(
            "images must have the shape (n_images, height, width) or (n_images, height, width, 3), "
            f"got shape {images.shape}; from_predictions takes rows of pixels"
        )
    return images


def _place(row, column, n_rows, n_columns):
    """Return left, bottom, width and height of a cell."""
    return column / n_columns, 1 - (row + 1) / n_rows, 1 / n_columns, 1 / n_rows


def _stand_out(ax):
    """Make text and frame of a wrong prediction bold, and not only of another colour."""
    ax.title.set_fontweight("bold")
    for spine in ax.spines.values():
        spine.set(linewidth=2.5, color=VERMILLION)
