"""``skmnist evaluate``: the accuracy, in total and per class, and the most frequent mistakes."""

from skmnist.cli._test_results import (
    accuracy_per_class,
    most_frequent_mistakes,
    predict_test_images,
)


def evaluate(arguments):
    """Print the accuracy of a model on test images, and its most frequent mistakes."""
    results = predict_test_images(arguments)
    y, y_pred = results.data.y, results.y_pred
    print(f"Accuracy: {results.accuracy} of {len(y):,} test images.")
    _print_table(("label", "images", "correct"), accuracy_per_class(y, y_pred))
    mistakes = most_frequent_mistakes(y, y_pred)
    if mistakes:
        _print_table(("true", "predicted", "count"), mistakes)


def _print_table(headers, rows):
    print()
    for cells in [headers, *rows]:
        print("".join(f"{cell!s:>11}" for cell in cells))
