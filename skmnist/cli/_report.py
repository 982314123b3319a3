"""``skmnist report``: a model on one page of HTML that needs nothing beside it."""

import numpy as np
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.pipeline import Pipeline

from skmnist.cli._data import files_of
from skmnist.cli._files import check_can_write, network, save_page
from skmnist.cli._html import figure, page, table
from skmnist.cli._test_results import most_confused, put_to_test, right_by_label
from skmnist.displays import (
    ActivationsDisplay,
    DigitGridDisplay,
    FeatureMapsDisplay,
    KernelsDisplay,
    LossCurveDisplay,
    WeightsDisplay,
)

CONFIDENT_MISTAKES = 40


def report(arguments):
    """Write the page."""
    check_can_write("--out", arguments.out, [arguments.model, *files_of(arguments.data)])
    tested = put_to_test(arguments)
    text = f"of {len(tested.data.y):,} test images are recognised."
    written = page(arguments.model.name, tested.accuracy, text, _sections(tested), tested.model)
    save_page(written, arguments.out)
    print(f"Wrote {arguments.out}.")


def _sections(tested):
    """Yield (title, explanation, content) of all that this model has to show."""
    for title, text, is_there, draw in SECTIONS:
        if is_there(tested):
            yield title, text, draw(tested)


def _always(tested):
    """Tell that every model can show this."""
    return True


def _has_losses(tested):
    """Tell whether the model wrote down its loss."""
    return getattr(network(tested.model), "loss_curve_", None) is not None


def _has_kernels(tested):
    """Tell whether the model lays kernels on its images."""
    return isinstance(tested.model, Pipeline) and hasattr(tested.model[0], "kernels_")


def _sees_pixels(tested):
    """Tell whether the first layer's weights are laid on the image itself."""
    coefs = getattr(network(tested.model), "coefs_", [()])
    return len(coefs[0]) == tested.data.X.shape[1] and not _has_kernels(tested)


def _is_network(tested):
    """Tell whether the model is a network whose layers can be looked into."""
    return hasattr(network(tested.model), "output_activation")


def _by_label(tested):
    rows = right_by_label(tested.data.y, tested.y_pred)
    return table(("label", "images", "right"), rows)


def _pairs(tested):
    rows = most_confused(tested.data.y, tested.y_pred)
    return table(("true", "predicted", "times"), rows) if rows else "<p>None.</p>"


def _confusion(tested):
    def plot(ax):
        labels = np.union1d(tested.data.y, tested.y_pred)
        ConfusionMatrixDisplay.from_predictions(
            tested.data.y, tested.y_pred, labels=labels, cmap="Blues", colorbar=False, ax=ax
        )

    return figure(plot, (7, 6), "confusion matrix")


def _losses(tested):
    return figure(lambda ax: LossCurveDisplay.from_estimator(tested.model, ax=ax), (7, 4), "losses")


def _mistakes(tested):
    def plot(ax):
        X, y, shape = tested.data
        wrong = tested.y_pred != y
        # The others need not be predicted once more, unless there are none to be shown.
        rows = wrong if wrong.any() else slice(None)
        DigitGridDisplay.from_estimator(
            tested.model, X[rows], y[rows], n_images=CONFIDENT_MISTAKES, image_shape=shape, ax=ax
        )

    return figure(plot, (9, 7), "digits that were mistaken")


def _weights(tested):
    def plot(ax):
        shape = tested.data.image_shape
        WeightsDisplay.from_estimator(tested.model, n_neurons=48, image_shape=shape, ax=ax)

    return figure(plot, (9, 7), "weights of first neurons")


def _kernels(tested):
    return figure(lambda ax: KernelsDisplay.from_estimator(tested.model, ax=ax), (7, 6), "kernels")


def _maps(tested):
    def plot(ax):
        FeatureMapsDisplay.from_estimator(tested.model, tested.data.X[:1], ax=ax)

    return figure(plot, (8, 6), "feature maps")


def _activations(tested):
    def plot(ax):
        shape = tested.data.image_shape
        ActivationsDisplay.from_estimator(tested.model, tested.data.X[:1], image_shape=shape, ax=ax)

    return figure(plot, (10, 4), "activations")


# What a page shows: title, explanation, whether this model has it, and how it is drawn.
SECTIONS = [
    ("Digit by digit", "How many of each are recognised.", _always, _by_label),
    ("Most confused", "The commonest mistakes.", _always, _pairs),
    ("Confusion", "What it says, for what is there.", _always, _confusion),
    ("Loss", "The mean of each epoch.", _has_losses, _losses),
    (
        "What it gets wrong",
        "True → predicted; the surest mistakes first, no more than 40.",
        _always,
        _mistakes,
    ),
    ("First weights", "What the first neurons look for.", _sees_pixels, _weights),
    ("Kernels", "The small pieces that are looked for everywhere.", _has_kernels, _kernels),
    ("Feature maps", "Where they are found in one image.", _has_kernels, _maps),
    ("One image's way", "From layer to layer to the answer.", _is_network, _activations),
]
