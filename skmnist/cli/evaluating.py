"""``skmnist evaluate``: the accuracy, digit by digit, and what is mistaken for what."""

import numpy as np
from sklearn.metrics import confusion_matrix

from skmnist.cli.data import read_images
from skmnist.cli.files import load_model

MOST_PAIRS = 10


def evaluate(arguments):
    """Print how well a model knows the test images."""
    model = load_model(arguments.model)
    data = read_images(arguments.data, "test")
    y_pred = model.predict(data.X)
    print(f"Accuracy: {np.mean(y_pred == data.y):.2%} of {len(data.y):,} test images.")
    _print_table(("label", "images", "right"), right_by_label(data.y, y_pred))
    pairs = most_confused(data.y, y_pred)
    if pairs:
        _print_table(("true", "predicted", "times"), pairs)


def right_by_label(y_true, y_pred):
    """List (label, how many images, the share that is recognised)."""
    rows = []
    for label in np.unique(y_true):
        is_it = y_true == label
        rows.append((label, is_it.sum(), f"{np.mean(y_pred[is_it] == label):.1%}"))
    return rows


def most_confused(y_true, y_pred):
    """List (true, predicted, times) for the commonest mistakes, the worst first."""
    labels = np.union1d(y_true, y_pred)
    mistakes = confusion_matrix(y_true, y_pred, labels=labels)
    np.fill_diagonal(mistakes, 0)
    worst = np.argsort(-mistakes, axis=None, kind="stable")[:MOST_PAIRS]
    rows, columns = np.unravel_index(worst, mistakes.shape)
    pairs = zip(labels[rows], labels[columns], mistakes[rows, columns], strict=True)
    return [pair for pair in pairs if pair[2] > 0]


def _print_table(headers, rows):
    print()
    for cells in [headers, *rows]:
        print("".join(f"{cell!s:>11}" for cell in cells))
