"""``skmnist report``: a report on a model as one HTML page, which needs no other files."""

import html
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.pipeline import Pipeline

from skmnist.cli._data import files_of
from skmnist.cli._html import figure, page, save_page, table
from skmnist.cli._messages import print_warning
from skmnist.cli._model_files import last_step
from skmnist.cli._output_files import check_output
from skmnist.cli._test_results import (
    accuracy_per_class,
    most_frequent_mistakes,
    predict_test_images,
)
from skmnist.displays import (
    ActivationsDisplay,
    DigitGridDisplay,
    FeatureMapsDisplay,
    KernelsDisplay,
    LossCurveDisplay,
    WeightsDisplay,
)
from skmnist.io import to_page

MOST_IMAGES, MOST_NEURONS = 40, 48
DRAW_TEXT = (
    "Draw a digit, and watch the model read it. skmnist draw makes this page as a file of its own."
)


def report(arguments):
    """Write a page about a model and its predictions for test images."""
    check_output("--out", arguments.out, [arguments.model, *files_of(arguments.data)])
    results = predict_test_images(arguments)
    text = f"of {len(results.data.y):,} test images are classified correctly."
    if results.distorter is not None:
        text += " The model was trained on distorted images."
    sections = [
        (title, text, draw(results)) for title, text, applies, draw in SECTIONS if applies(results)
    ]
    drawing_page = _drawing_page(results)
    if drawing_page is not None:
        sections.append(("Draw a digit", DRAW_TEXT, drawing_page._repr_html_()))
    content = page(arguments.model.name, results.accuracy, text, sections, results.model)
    save_page(content, arguments.out)
    print(f"Wrote {arguments.out}.")


def _drawing_page(results):
    """Return the page on which one draws, or None if the model cannot be put into a page."""
    X, y, shape = results.data
    try:
        return to_page(results.model, X=X, y=y, image_shape=shape)
    except ValueError as error:
        print_warning(f"The report contains no page to draw on: {error}")
        return None


def _every_model(results):
    """Return True, for the sections that apply to every model."""
    return True


def _has_loss_curve(results):
    """Return whether the model recorded its loss in each epoch."""
    return getattr(last_step(results.model), "loss_curve_", None) is not None


def _has_kernels(results):
    """Return whether the model begins with a convolution."""
    return isinstance(results.model, Pipeline) and hasattr(results.model[0], "kernels_")


def _has_pixel_weights(results):
    """Return whether the first layer has one weight per pixel."""
    coefs = getattr(last_step(results.model), "coefs_", [()])
    return len(coefs[0]) == results.data.X.shape[1] and not _has_kernels(results)


def _is_distorted(results):
    """Return whether the model was trained on distorted images."""
    return results.distorter is not None


def _is_network(results):
    """Return whether the model is a network, whose activations can be shown."""
    return hasattr(last_step(results.model), "output_activation")


def _accuracy_table(results):
    rows = accuracy_per_class(results.data.y, results.y_pred)
    return table(("label", "images", "correct"), rows)


def _mistakes_table(results):
    rows = most_frequent_mistakes(results.data.y, results.y_pred)
    return table(("true", "predicted", "count"), rows) if rows else "<p>There are no mistakes.</p>"


def _confusion_matrix(results):
    def plot(ax):
        y, y_pred = results.data.y, results.y_pred
        ConfusionMatrixDisplay.from_predictions(
            y, y_pred, labels=np.union1d(y, y_pred), cmap="Blues", colorbar=False, ax=ax
        )

    return figure(plot, (7, 6), "confusion matrix")


def _loss_curve(results):
    def plot(ax):
        LossCurveDisplay.from_estimator(results.model, ax=ax)

    return figure(plot, (7, 4), "loss curve")


def _distortions(results):
    def plot(ax):
        X, _, shape = results.data
        DigitGridDisplay.from_distorter(
            results.distorter, X[0], random_state=0, image_shape=shape, ax=ax
        )

    settings = f"<pre>{html.escape(repr(results.distorter))}</pre>"
    return settings + figure(plot, (8, 7), "distortions of an image")


def _misclassified(results):
    def plot(ax):
        X, y, shape = results.data
        wrong = results.y_pred != y
        # Only the mistakes are predicted again. If there are none, the display says so.
        rows = wrong if wrong.any() else slice(None)
        DigitGridDisplay.from_estimator(
            results.model, X[rows], y[rows], n_images=MOST_IMAGES, image_shape=shape, ax=ax
        )

    return figure(plot, (9, 7), "misclassified images")


def _weights(results):
    def plot(ax):
        shape = results.data.image_shape
        WeightsDisplay.from_estimator(
            results.model, n_neurons=MOST_NEURONS, image_shape=shape, ax=ax
        )

    return figure(plot, (9, 7), "weights of the first layer")


def _kernels(results):
    def plot(ax):
        KernelsDisplay.from_estimator(results.model, ax=ax)

    return figure(plot, (7, 6), "kernels")


def _feature_maps(results):
    def plot(ax):
        FeatureMapsDisplay.from_estimator(results.model, results.data.X[:1], ax=ax)

    return figure(plot, (8, 6), "feature maps")


def _activations(results):
    def plot(ax):
        X, _, shape = results.data
        ActivationsDisplay.from_estimator(results.model, X[:1], image_shape=shape, ax=ax)

    return figure(plot, (10, 4), "activations")


class _Section(NamedTuple):
    """A section of the page: which models it applies to, and the function that draws it."""

    title: str
    text: str
    applies: Callable
    draw: Callable


SECTIONS = [
    _Section(
        "Accuracy per class",
        "The number of test images of each class, and how many of them are classified correctly.",
        _every_model,
        _accuracy_table,
    ),
    _Section(
        "Most frequent mistakes",
        "The pairs of a true and a predicted label that occur most often.",
        _every_model,
        _mistakes_table,
    ),
    _Section(
        "Confusion matrix",
        "The number of test images for each true and predicted label.",
        _every_model,
        _confusion_matrix,
    ),
    _Section(
        "Distortions",
        "The model was trained on distorted images, such as these distortions of the first test "
        "image. For the accuracy and the plots below, the test images were not distorted.",
        _is_distorted,
        _distortions,
    ),
    _Section(
        "Loss curve",
        "The mean loss on the training images in each epoch.",
        _has_loss_curve,
        _loss_curve,
    ),
    _Section(
        "Misclassified images",
        "The text above an image consists of the true label, an arrow, the predicted label, and "
        "the probability if the model predicts probabilities. At most "
        f"{MOST_IMAGES} images are shown, starting with the most certain mistakes.",
        _every_model,
        _misclassified,
    ),
    _Section(
        "Weights of the first layer",
        f"The patterns that at most {MOST_NEURONS} neurons of the first layer respond to.",
        _has_pixel_weights,
        _weights,
    ),
    _Section(
        "Kernels",
        "The patterns that the convolution looks for at each position of an image.",
        _has_kernels,
        _kernels,
    ),
    _Section(
        "Feature maps",
        "The responses of the first kernels to the first test image.",
        _has_kernels,
        _feature_maps,
    ),
    _Section(
        "Activations",
        "The activations of each layer for the first test image.",
        _is_network,
        _activations,
    ),
]
