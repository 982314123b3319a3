"""What a page contains: the steps with as few bits as possible, mistakes, and a description."""

from typing import NamedTuple

import numpy as np

from skmnist.io._page_numbers import PRECISIONS, as_base64, with_arrays, with_text
from skmnist.io._page_prediction import page_features, page_scores
from skmnist.io._page_steps import n_inputs
from skmnist.network._simplex import project_to_simplex

_SMALLEST, _LARGEST = 4, 128  # pixels on a side
_MOST_CLASSES, _LONGEST_NAME = 100, 200
_MOST_MISTAKES = 40
_TOLERANCE = 0.01  # of a probability


class _Stored(NamedTuple):
    """The steps as text, and what the page predicts with them for the test images.

    ``changes`` is the number of labels that differ from those of the model, for each precision
    that was tried, and ``difference`` the largest difference of a probability.
    """

    steps: list
    precision: str
    scores: np.ndarray
    changes: dict
    difference: float


def class_names(classifier):
    """Return the classes as strings, or raise a ValueError if there are too many for a page."""
    names = [str(label) for label in classifier.classes_.tolist()]
    if len(names) > _MOST_CLASSES:
        raise ValueError(
            f"model must have at most {_MOST_CLASSES} classes in a page; got {len(names):,}."
        )
    longest = max(map(len, names))
    if longest > _LONGEST_NAME:
        raise ValueError(
            f"The names of classes must have at most {_LONGEST_NAME} characters in a page; "
            f"got {longest:,}."
        )
    return names


def image_side(steps, image_shape):
    """Return the number of pixels on each side of the square images."""
    n = n_inputs(steps[0])
    first = next(step for step in steps if step["kind"] != "affine")
    own = first["image_shape"] if first["kind"] == "convolution" else None
    asked = own if image_shape is None else list(image_shape)
    side = round(n**0.5)
    if (asked is not None and [*asked, 1][:3] != [side, side, 1]) or side * side != n:
        got = "×".join(map(str, asked or [n, "1"]))
        raise ValueError(f"image_shape must be that of square images in a page; got {got}.")
    if own is not None and own != [side, side, 1]:
        raise ValueError(
            f"image_shape must be that of the ConvFeatureTransformer, {own}; got {image_shape}."
        )
    if not _SMALLEST <= side <= _LARGEST:
        raise ValueError(
            f"The images must have from {_SMALLEST} to {_LARGEST} pixels on each side in a page; "
            f"got {side}."
        )
    return side


def store(model, classifier, steps, images, precision):
    """Return the steps with the fewest bits with which the page predicts the same as the model.

    No label of the images may change, and no probability by more than 0.01.
    """
    expected, changes, n_classes = model.predict(images.X), {}, len(classifier.classes_)
    exact = with_arrays(with_text(steps, 32))
    # The steps up to here have no rounded numbers: they are computed only once.
    n_same = next(i for i, step in enumerate(steps) if step["kind"] in ("projection", "network"))
    features = page_features(exact[:n_same], images.X - images.low)
    probabilities = project_to_simplex(page_scores(exact[n_same:], features, n_classes))
    for name in PRECISIONS if precision == "auto" else [precision]:
        text = with_text(steps, PRECISIONS[name])
        scores = page_scores(with_arrays(text[n_same:]), features, n_classes)
        labels = classifier.classes_[scores.argmax(axis=1)]
        changes[name] = int((labels != expected).sum())
        difference = float(abs(project_to_simplex(scores) - probabilities).max())
        if not changes[name] and difference <= _TOLERANCE:
            break
    return _Stored(text, name, scores, changes, difference)


def mistakes(names, stored, images):
    """Return the test images that the page reads wrongly, those with the largest scores first."""
    if images.y is None:
        return []
    predicted, labels = stored.scores.argmax(axis=1), np.array(list(map(str, images.y.tolist())))
    wrong = np.flatnonzero(np.array(names)[predicted] != labels)
    certainty = project_to_simplex(stored.scores[wrong]).max(axis=1)
    chosen = wrong[np.argsort(-certainty, kind="stable")][:_MOST_MISTAKES]
    return [
        {"pixels": as_base64(pixels), "label": str(labels[row]), "predicted": names[predicted[row]]}
        for row, pixels in zip(chosen, images.as_bytes(chosen), strict=True)
    ]


def describe(model, classifier, steps, stored, images):
    """Return what the page tells about the model, as pairs of strings."""
    sizes = [len(steps[-1]["coefs"][0]), *(W.shape[1] for W in steps[-1]["coefs"])]
    rows = [
        ["Model", type(model).__name__],
        ["Network", " → ".join(map(str, sizes))],
        ["Activation", f"{steps[-1]['activation']}, outputs {steps[-1]['output_activation']}"],
        ["Weights", f"{stored.precision} each: {_changes(stored, images)}"],
    ]
    if images.y is not None:
        labels = classifier.classes_[stored.scores.argmax(axis=1)]
        share = np.mean(labels == images.y)
        rows.append(["Accuracy", f"{share:.2%} of {len(images.X):,} test images"])
    return rows


def _changes(stored, images):
    """Return how many labels the rounding of the weights changes."""
    changed, n = stored.changes[stored.precision], f"{len(images.X):,} test images"
    return f"{changed} of {n} get another label" if changed else f"the same label for all {n}"
