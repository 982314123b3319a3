"""``skmnist evaluate``: the accuracy, digit by digit, and what is mistaken for what."""

from skmnist.cli._test_results import most_confused, put_to_test, right_by_label


def evaluate(arguments):
    """Print how well a model knows the test images."""
    tested = put_to_test(arguments)
    y = tested.data.y
    print(f"Accuracy: {tested.accuracy} of {len(y):,} test images.")
    _print_table(("label", "images", "right"), right_by_label(y, tested.y_pred))
    pairs = most_confused(y, tested.y_pred)
    if pairs:
        _print_table(("true", "predicted", "times"), pairs)


def _print_table(headers, rows):
    print()
    for cells in [headers, *rows]:
        print("".join(f"{cell!s:>11}" for cell in cells))
