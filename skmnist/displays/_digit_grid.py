"""DigitGridDisplay: a grid of images with their true and predicted labels."""

from typing import Self

import numpy as np
from sklearn.utils.validation import check_array, check_is_fitted

from skmnist.base._public import set_module
from skmnist.base._rules import DISTORTER, OneOf, check, integer
from skmnist.displays._drawn_on_axes import DrawnOnAxesMixin
from skmnist.displays._images import as_images, dense, merge_im_kw, one_row, prepare_images
from skmnist.displays._labels import checked_labels
from skmnist.displays._layout import (
    LINE,
    VERMILLION,
    font_size,
    inset,
    merge_text_kw,
    size_in_points,
)
from skmnist.displays._selection import SELECTIONS, certainty_of
from skmnist.displays._steps import image_shape_of
from skmnist.displays._tiling import grid_shape
from skmnist.network._arrays import to_numpy

TEXT_SHARE = 0.4  # the maximum height of a text, as a fraction of a cell


@set_module("skmnist.displays")
class DigitGridDisplay(DrawnOnAxesMixin):
    """Grid of images with their true labels, predicted labels and confidences.

    The text above an image consists of the true label, an arrow, the predicted label and the
    confidence. If the prediction is wrong, the text is bold and the image has a thick frame.

    It is recommended to use :meth:`from_estimator`, :meth:`from_predictions` or
    :meth:`from_distorter` to create a display. All parameters are stored as attributes.

    Parameters
    ----------
    images : array of shape (n_images, height, width) or (n_images, height, width, 3)
        Images to show.
    y_true : array of shape (n_images,) or None, default=None
        True labels.
    y_pred : array of shape (n_images,) or None, default=None
        Predicted labels.
    confidence : array of shape (n_images,) or None, default=None
        Confidence of each prediction, from 0 to 1. NaN means that it is not known.
    if_empty : str, default="no images"
        Text that is written if there are no images.

    Attributes
    ----------
    axes_ : list of matplotlib Axes
        Axes of the images, inside `ax_`.
    ax_ : matplotlib Axes
        Axes of the display.
    figure_ : matplotlib Figure
        Figure that contains the axes.

    See Also
    --------
    sklearn.metrics.ConfusionMatrixDisplay : Plot of a confusion matrix.

    Examples
    --------
    >>> from skmnist.datasets import load_mnist
    >>> from skmnist.displays import DigitGridDisplay
    >>> mnist = load_mnist(subset="test")
    >>> display = DigitGridDisplay(mnist.images[:3], y_true=mnist.target[:3]).plot()
    >>> [ax.get_title() for ax in display.axes_]
    ['7', '2', '1']
    """

    def __init__(
        self, images, *, y_true=None, y_pred=None, confidence=None, if_empty="no images"
    ) -> None:
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
    ) -> Self:
        """Plot images with the predictions of a fitted classifier.

        Parameters
        ----------
        estimator : classifier
            Fitted classifier, or a fitted Pipeline whose last step is a classifier. The confidence
            is the value of `predict_proba` for the predicted class. If the classifier has no
            `predict_proba`, the images are sorted by the difference of the two largest values of
            `decision_function`, and no confidence is shown.
        X : array-like or sparse matrix of shape (n_samples, n_pixels)
            Images, one per row.
        y : array-like of shape (n_samples,)
            True labels.
        select : {"mistakes", "all"}, default="mistakes"
            Images to plot: "mistakes" are the wrong predictions, the most certain first, and
            "all" are the first images in the given order.
        n_images : int, default=25
            Maximum number of images.
        image_shape : tuple of int or None, default=None
            Shape of the images: (height, width) or (height, width, channels). None means the image
            shape of a ConvFeatureTransformer among the steps, or a square.
        ax : matplotlib Axes or None, default=None
            Axes to plot on. If None, a new figure and axes are created.
        **plot_kw : dict
            Keyword arguments passed to :meth:`plot`.

        Returns
        -------
        display : DigitGridDisplay
            The plotted display.

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
        certainty, is_probability = certainty_of(estimator, X, predicted)
        if image_shape is None:
            image_shape = image_shape_of(estimator, np.shape(X)[1])
        display = cls._select(X, y, predicted, certainty, select, n_images, image_shape)
        if not is_probability:
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
    ) -> Self:
        """Plot images with given predictions.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_pixels)
            Images, one per row.
        y_true : array-like of shape (n_samples,)
            True labels.
        y_pred : array-like of shape (n_samples,)
            Predicted labels.
        confidence : array-like of shape (n_samples,) or None, default=None
            Confidence of each prediction, from 0 to 1.
        select : {"mistakes", "all"}, default="mistakes"
            Images to plot: "mistakes" are the wrong predictions, the most certain first, and
            "all" are the first images in the given order.
        n_images : int, default=25
            Maximum number of images.
        image_shape : tuple of int or None, default=None
            Shape of the images: (height, width) or (height, width, channels). None means that
            images are square.
        ax : matplotlib Axes or None, default=None
            Axes to plot on. If None, a new figure and axes are created.
        **plot_kw : dict
            Keyword arguments passed to :meth:`plot`.

        Returns
        -------
        display : DigitGridDisplay
            The plotted display.

        Examples
        --------
        >>> from skmnist.datasets import load_mnist
        >>> from skmnist.displays import DigitGridDisplay
        >>> X, y = load_mnist(return_X_y=True)
        >>> display = DigitGridDisplay.from_predictions(X[:4], y[:4], [5, 3, 4, 8])
        >>> [ax.get_title() for ax in display.axes_]
        ['0 → 3', '1 → 8']
        """
        display = cls._select(X, y_true, y_pred, confidence, select, n_images, image_shape)
        return display.plot(ax, **plot_kw)

    @classmethod
    def from_distorter(
        cls, distorter, X, *, n_copies=20, random_state=None, image_shape=None, ax=None, **plot_kw
    ) -> Self:
        """Plot one image and distorted copies of it.

        Parameters
        ----------
        distorter : DigitDistorter
            The distorter, or another object with a method `distort`.
        X : array-like of shape (n_pixels,) or (1, n_pixels)
            The image.
        n_copies : int, default=20
            Number of distorted copies.
        random_state : int, RandomState instance or None, default=None
            Seed of the distortions. None means the seed of the distorter.
        image_shape : tuple of int or None, default=None
            Shape of the image: (height, width) or (height, width, channels). None means the image
            shape of the distorter, or a square.
        ax : matplotlib Axes or None, default=None
            Axes to plot on. If None, a new figure and axes are created.
        **plot_kw : dict
            Keyword arguments passed to :meth:`plot`.

        Returns
        -------
        display : DigitGridDisplay
            The plotted display.

        Examples
        --------
        >>> from skmnist import DigitDistorter
        >>> from skmnist.datasets import load_mnist
        >>> from skmnist.displays import DigitGridDisplay
        >>> X, y = load_mnist(return_X_y=True)
        >>> display = DigitGridDisplay.from_distorter(DigitDistorter(random_state=0), X[0])
        >>> len(display.images)
        21
        """
        check("distorter", distorter, DISTORTER)
        check("n_copies", n_copies, integer(1))
        original = check_array(dense(one_row(X)))
        copies = distorter.distort(np.repeat(original, n_copies, axis=0), random_state)
        if image_shape is None:
            image_shape = getattr(distorter, "image_shape", None)
        images = as_images(np.concatenate([original, copies]), image_shape)
        return cls(images, y_true=["original"] + [""] * n_copies).plot(ax, **plot_kw)

    @classmethod
    def _select(cls, X, y_true, y_pred, certainty, select, n_images, image_shape):
        """Return a display of the selected images, with the certainty as confidence."""
        check("select", select, OneOf(SELECTIONS))
        check("n_images", n_images, integer(1))
        X = check_array(X if hasattr(X, "toarray") else to_numpy(X), accept_sparse="csr")
        y_true, y_pred, certainty = checked_labels(X, y_true, y_pred, certainty)
        rows = SELECTIONS[select](y_true != y_pred, certainty)[:n_images]
        return cls(
            as_images(dense(X[rows]), image_shape),
            y_true=y_true[rows],
            y_pred=y_pred[rows],
            confidence=None if certainty is None else certainty[rows],
            if_empty=f"no mistakes among {X.shape[0]} images",
        )

    def plot(self, ax=None, *, im_kw=None, text_kw=None) -> Self:
        """Plot the images.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Axes to plot on. If None, a new figure and axes are created.
        im_kw : dict or None, default=None
            Keyword arguments passed to ``matplotlib.axes.Axes.imshow`` for the images.
        text_kw : dict or None, default=None
            Keyword arguments passed to ``matplotlib.axes.Axes.set_title`` for the texts.

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
        labels = checked_labels(images, self.y_true, self.y_pred, self.confidence)
        n_rows, n_columns = grid_shape(len(images))
        with self._drawing_on(ax, (1.2 * max(n_columns, 3), 1.45 * max(n_rows, 2))) as ax:
            ax.set_axis_off()
            if len(images):
                self.axes_ = _show_grid(ax, images, labels, im_kw, text_kw)
            else:
                self.axes_ = []
                centred = merge_text_kw({"ha": "center", "va": "center"}, text_kw)
                ax.text(0.5, 0.5, self.if_empty, **centred)
        return self


def _checked_images(images):
    """Return images as an array, or raise a ValueError if they do not have the shape of images."""
    images = to_numpy(images)
    if len(images) and images.ndim not in (3, 4):
        raise ValueError(
            "images must have the shape (n_images, height, width) or (n_images, height, width, 3); "
            f"got shape {images.shape}. Use from_predictions for rows of pixels."
        )
    return images


def _show_grid(ax, images, labels, im_kw, text_kw):
    """Draw images with captions in a grid inside axes, and return the axes of all images."""
    n_rows, n_columns = grid_shape(len(images))
    images, defaults = prepare_images(images)
    captions = [labels.caption(number) for number in range(len(images))]
    size, text_share = _text_size(ax, captions, n_rows, n_columns)
    title_kw = merge_text_kw({"fontsize": size, "pad": 2}, text_kw)
    cells = []
    for number, image in enumerate(images):
        box = _cell_box(*divmod(number, n_columns), n_rows, n_columns)
        cell = inset(ax, box, text_share)
        cell.imshow(image, **merge_im_kw(defaults, im_kw))
        cell.set_title(captions[number], **title_kw)
        if labels.is_wrong(number):
            _highlight(cell)
        cells.append(cell)
    return cells


def _text_size(ax, captions, n_rows, n_columns):
    """Return the font size of the captions, and their height as a fraction of a cell."""
    width, height = size_in_points(ax)
    width, height = width / n_columns, height / n_rows
    size = font_size(captions, 0.85 * width, TEXT_SHARE * height)
    n_lines = max(caption.count("\n") + 1 for caption in captions)
    return size, LINE * n_lines * size / height


def _cell_box(row, column, n_rows, n_columns):
    """Return the left, bottom, width and height of a cell."""
    return column / n_columns, 1 - (row + 1) / n_rows, 1 / n_columns, 1 / n_rows


def _highlight(ax):
    """Highlight a wrong prediction with a bold title and a thick frame, not only by colour."""
    ax.title.set_fontweight("bold")
    for spine in ax.spines.values():
        spine.set(linewidth=2.5, color=VERMILLION)
