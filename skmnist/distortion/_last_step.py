"""Three ways to fit the last step of a pipeline to distorted images."""

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse
from sklearn.utils.multiclass import unique_labels

from skmnist.base._resuming import warn_if_done
from skmnist.base._rules import short_repr
from skmnist.distortion._steps import transformed
from skmnist.network._arrays import like, namespace, to_numpy
from skmnist.network._training import ROWS_AT_ONCE

VALIDATION = ("X_val", "y_val")  # metadata that can have as many rows as X by chance
LAST = "fit-last-step"  # the name of a task for callbacks


class Shown(NamedTuple):
    """What the last step is fitted to: images, and what they pass before the last step sees them.

    ``pixels`` is X as an array, and ``features`` are the plain images after the earlier steps.
    """

    X: Any
    pixels: Any
    features: Any
    labels: Any
    distorter: Any
    steps: list

    @property
    def n_images(self):
        """The number of images."""
        return self.pixels.shape[0]

    def distorted(self, rows, seed):
        """Return the features of newly distorted images."""
        images = self.distorter.distort(_taken(self.pixels, rows), random_state=seed)
        return transformed(self.steps, _framed(images, self.X))


@dataclass
class Progress:
    """What the training in blocks is resumed from."""

    __module__ = "skmnist.distortion"  # saved models name the package, not this file

    rng: np.random.Generator
    n_epochs: int = 0

    def copied(self):
        """Return a copy, so that this one is unchanged if the training fails."""
        return replace(self, rng=deepcopy(self.rng))


def can_be_redrawn(last):
    """Return whether a last step is an MLPDigitClassifier, which can redraw its training images."""
    return hasattr(last, "_fit_redrawn")


def way_to_fit(last):
    """Return the function that fits a last step of this kind."""
    if can_be_redrawn(last):
        return _fit_redrawn
    return _fit_in_blocks if hasattr(last, "partial_fit") else _fit_to_copies


def _fit_redrawn(classifier, last, shown, metadata, progress, context):
    """Fit an MLPDigitClassifier, which asks for new distortions of the rows of each batch."""
    with context.subcontext(LAST).propagate_callback_context(last):
        last._fit_redrawn(shown.distorted, shown.features, shown.labels, **metadata)
    return progress


def _fit_in_blocks(classifier, last, shown, metadata, progress, context):
    """Call partial_fit for epoch after epoch, on blocks of newly distorted images."""
    context = context.subcontext(LAST, max_subtasks=classifier.max_iter - progress.n_epochs)
    task_data = {"X": shown.X, "y": shown.labels}
    classes = _classes(shown.labels, last.classes_ if progress.n_epochs else None)
    warn_if_done(progress.n_epochs, classifier.max_iter)
    context.call_on_fit_task_begin(estimator=classifier, **task_data)
    for _ in range(progress.n_epochs, classifier.max_iter):
        task = context.subcontext(task_name="epoch")
        task.call_on_fit_task_begin(estimator=classifier, **task_data)
        for rows in _blocks(shown.n_images, progress.rng):
            seed = _new_seed(progress.rng)
            labels = _taken(shown.labels, rows)
            more = _metadata_of(rows, shown, metadata)
            last.partial_fit(shown.distorted(rows, seed), labels, classes=classes, **more)
        progress.n_epochs += 1
        if task.call_on_fit_task_end(estimator=classifier, **task_data):
            break
    context.call_on_fit_task_end(estimator=classifier, **task_data)
    return progress


def _classes(labels, before):
    """Return the classes; when training is resumed, raise a ValueError for labels that are new."""
    found = unique_labels(labels)
    if before is None:
        return found
    unknown = set(to_numpy(found).tolist()) - set(to_numpy(before).tolist())
    if unknown:
        raise ValueError(
            f"y must contain only the classes {short_repr(before.tolist())} when training is "
            f"resumed; got {short_repr(sorted(unknown, key=str))}."
        )
    return before


def _fit_to_copies(classifier, last, shown, metadata, progress, context):
    """Call fit once, on the images and distorted copies of all of them."""
    n, n_copies = shown.n_images, classifier.n_copies
    every = np.arange(n)
    copies = [shown.distorted(every, _new_seed(progress.rng)) for _ in range(n_copies)]
    again = np.tile(every, 1 + n_copies)
    features, labels = _stacked([shown.features, *copies]), _taken(shown.labels, again)
    with context.subcontext(LAST).propagate_callback_context(last):
        last.fit(features, labels, **_metadata_of(again, shown, metadata))
    return progress


def _blocks(n_rows, rng):
    """Return the numbers of all rows in random order, in blocks of about equal size."""
    return np.array_split(rng.permutation(n_rows), -(-n_rows // ROWS_AT_ONCE))


def _new_seed(rng):
    return int(rng.integers(2**32))


def _metadata_of(rows, shown, metadata):
    """Return metadata in which those with one entry per image have the entries of some rows."""

    def entries(name, value):
        values = _as_array(value)
        is_per_image = name not in VALIDATION and _length(values) == shown.n_images
        return _entries(values, rows) if is_per_image else value

    return {name: entries(name, value) for name, value in metadata.items()}


def _as_array(value):
    """Return lists, and objects that can be converted to arrays, as arrays."""
    is_array_like = isinstance(value, list | tuple) or hasattr(value, "__array__")
    return np.asarray(value) if is_array_like and not hasattr(value, "shape") else value


def _length(value):
    """Return the number of entries of an array or a table; None for other values."""
    return value.shape[0] if getattr(value, "shape", ()) else None


def _entries(values, rows):
    return values.iloc[rows] if hasattr(values, "iloc") else _taken(values, rows)


def _taken(array, rows):
    """Return some rows of an array of any library."""
    return namespace(array).take(array, like(array, rows), axis=0)


def _framed(images, X):
    """Return images as a table of the same library and with the same columns as X, if X is one."""
    if not hasattr(X, "columns"):
        return images
    columns = "columns" if hasattr(X, "iloc") else "schema"  # the names in pandas and in polars
    return type(X)(images, **{columns: X.columns})


def _stacked(parts):
    """Return the rows of arrays, sparse matrices or tables in one of them."""
    if scipy.sparse.issparse(parts[0]):
        return scipy.sparse.vstack(parts, format="csr")
    if hasattr(parts[0], "columns"):
        return _framed(np.concatenate([np.asarray(part) for part in parts]), parts[0])
    return namespace(parts[0]).concat(parts)
