"""What a page contains: the steps with as few bits as possible, mistakes, and a description."""

from typing import NamedTuple

import numpy as np

from skmnist.datasets._drawings import HALF_CHARACTER, LARGEST_SIDE, LONGEST_LABEL
from skmnist.io._page_images import as_text
from skmnist.io._page_numbers import PRECISIONS, as_base64, with_arrays, with_text
from skmnist.io._page_prediction import page_features, page_scores
from skmnist.io._page_steps import n_inputs
from skmnist.network._simplex import project_to_simplex

_SMALLEST_SIDE = 4  # pixels; read_drawings limits the largest one
_MOST_CLASSES = 100
_MOST_MISTAKES = 40
_TOLERANCE = 0.01  # of a probability


class _Stored(NamedTuple):
    """The steps as text, and what the page predicts with them for the test images.

    ``predicted`` contains the numbers of the classes, and ``certainty`` their probabilities.
    ``changes`` is the number of labels that differ from those of the model, for each precision
    that was tried, and ``difference`` the largest difference of a probability.
    """

    steps: list
    precision: str
    predicted: np.ndarray
    certainty: np.ndarray
    changes: dict
    difference: float


def class_names(classifier):
    """Return the classes as strings, or raise a ValueError if a page cannot show them."""
    names = as_text(classifier.classes_, classifier.classes_).tolist()
    if len(names) > _MOST_CLASSES:
        raise ValueError(
            f"model must have at most {_MOST_CLASSES} classes in a page; got {len(names):,}."
        )
    longest = max(map(len, names))
    if longest > LONGEST_LABEL:
        raise ValueError(
            f"model must have classes with names of at most {LONGEST_LABEL} characters in a page; "
            f"got {longest:,}."
        )
    for name in names:
        if "\0" in name or HALF_CHARACTER.search(name):
            raise ValueError(
                "model must have classes with names that a file can contain, without NUL and "
                f"halves of characters; got {name!r}."
            )
    return names


def image_side(steps, image_shape):
    """Return the number of pixels on each side of the square images."""
    n = n_inputs(steps[0])
    side = round(n**0.5)
    first = next(step for step in steps if step["kind"] != "affine")
    own = first["image_shape"] if first["kind"] == "convolution" else [side, side, 1]
    if own != [side, side, 1] or side * side != n:
        got = f"{n} columns" if side * side != n else "×".join(map(str, own))
        raise ValueError(f"model must have been fitted to square images in a page; got {got}.")
    if image_shape is not None and [*image_shape, 1][:3] != own:
        raise ValueError(
            f"image_shape must be that of the square images of model, ({side}, {side}); "
            f"got {tuple(image_shape)}."
        )
    if not _SMALLEST_SIDE <= side <= LARGEST_SIDE:
        raise ValueError(
            f"model must have been fitted to images with {_SMALLEST_SIDE} to {LARGEST_SIDE} pixels "
            f"on each side in a page; got {side}."
        )
    return side


def store(classifier, steps, images, precision):
    """Return the steps with the fewest bits with which the page predicts the same as the model.

    No label of the images may change, and no probability by more than 0.01.
    """
    changes, n_classes = {}, len(classifier.classes_)
    exact = with_arrays(with_text(steps, 32))
    # The steps up to here have no rounded numbers: they are computed only once.
    n_same = next(i for i, step in enumerate(steps) if step["kind"] in ("projection", "network"))
    features = page_features(exact[:n_same], images.X - images.paper)
    probabilities = project_to_simplex(page_scores(exact[n_same:], features, n_classes))
    for name in PRECISIONS if precision == "auto" else [precision]:
        text = with_text(steps, PRECISIONS[name])
        scores = page_scores(with_arrays(text[n_same:]), features, n_classes)
        predicted, rounded = scores.argmax(axis=1), project_to_simplex(scores)
        changes[name] = int((classifier.classes_[predicted] != images.predicted).sum())
        difference = float(abs(rounded - probabilities).max())
        if not changes[name] and difference <= _TOLERANCE:
            break
    return _Stored(text, name, predicted, rounded.max(axis=1), changes, difference)


def mistakes(names, stored, images):
    """Return the test images that the page reads wrongly, those with the largest scores first."""
    if images.labels is None:
        return []
    wrong = np.flatnonzero(np.array(names)[stored.predicted] != images.labels)
    chosen = wrong[np.argsort(-stored.certainty[wrong], kind="stable")][:_MOST_MISTAKES]
    return [
        {"pixels": as_base64(pixels), "label": str(label), "predicted": names[number]}
        for pixels, label, number in zip(
            images.as_bytes(chosen), images.labels[chosen], stored.predicted[chosen], strict=True
        )
    ]


def describe(model, names, steps, stored, images):
    """Return what the page tells about the model, as pairs of strings."""
    sizes = [len(steps[-1]["coefs"][0]), *(W.shape[1] for W in steps[-1]["coefs"])]
    rows = [
        ["Model", type(model).__name__],
        ["Network", " → ".join(map(str, sizes))],
        ["Activation", f"{steps[-1]['activation']}, outputs {steps[-1]['output_activation']}"],
        ["Weights", f"{stored.precision} each: {_changes(stored, images)}"],
    ]
    if images.labels is not None:
        share = np.mean(np.array(names)[stored.predicted] == images.labels)
        rows.append(["Accuracy", f"{share:.2%} of {len(images.X):,} test images"])
    return rows


def _changes(stored, images):
    """Return how many labels the rounding of the weights changes."""
    changed, n = stored.changes[stored.precision], f"{len(images.X):,} test images"
    return f"{changed} of {n} get another label" if changed else f"the same label for all {n}"
