"""``--drawings``: what people have drawn and corrected on a page, as additional training images."""

import numpy as np

from skmnist import MLPDigitClassifier
from skmnist.classifier._settings import epochs_in_total
from skmnist.cli._data import LabelledImages
from skmnist.cli._model_files import last_step
from skmnist.cli._new_model import new_distorter
from skmnist.datasets import read_drawings
from skmnist.io._page_images import paper_and_ink, scaled

# A dozen drawings among 60,000 images would change nothing: each is used so often that they make
# up this share of all images. Most of the copies are distorted, so that the model learns the shape
# and not these pixels.
SHARE = 0.05
TIMES_FEWER_EPOCHS = 3  # than for a new model


def drawing_files(path):
    """Return the files of drawings at a path, which is a file or a folder of files."""
    if path is None:
        return []
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise ValueError(
            f"--drawings must be a file of drawings, or a folder with .json files; got {path}, "
            "which is a folder without such files."
        )
    return files


def with_drawings(data, path):
    """Return training images with copies of drawings added, and the number of drawings."""
    if path is None:
        return data, 0
    drawn = [_matching(data, file) for file in drawing_files(path)]
    X, y = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    n_copies = max(1, round(SHARE * len(data.y) / len(y)))
    distorter = new_distorter(data)
    copies = [distorter.distort(X, random_state=seed) for seed in range(1, n_copies)]
    X_all = np.concatenate([data.X, X, *copies])
    y_all = np.concatenate([data.y, np.tile(y, n_copies)])
    return LabelledImages(X_all, y_all, data.image_shape), len(y)


def _matching(data, file):
    """Return the drawings in a file, with labels and pixels like those of the training images."""
    drawings = read_drawings(file)
    shape = drawings.images.shape[1:]
    if shape != data.image_shape:
        raise ValueError(
            f"--drawings must have images of the shape {data.image_shape}, like the training "
            f"images; got {shape} in {file}."
        )
    labels = {str(label): label for label in np.unique(data.y)}
    unknown = [label for label in drawings.target if str(label) not in labels]
    if unknown:
        raise ValueError(
            f"--drawings must have labels of the training images, such as {data.y[0]}; got "
            f"{unknown[0]} in {file}."
        )
    y = np.array([labels[str(label)] for label in drawings.target], dtype=data.y.dtype)
    X = scaled(drawings.data, *paper_and_ink(data.X, shape[0]))
    return (X if data.X.dtype.kind == "f" else np.rint(X)).astype(data.X.dtype), y


def continued(model, n_images, path):
    """Change a finished model so that it is trained for some more epochs, and return it.

    The step size continues to decrease as if these epochs had been planned from the beginning.
    Therefore it is small, and the model does not forget what it has learned.
    """
    model = getattr(model, "best_estimator_", model)
    classifier = last_step(model)
    if not isinstance(classifier, MLPDigitClassifier):
        raise ValueError(
            "--resume must be a model that ends with an MLPDigitClassifier, to learn from "
            f"--drawings; got {path}, which contains a {type(classifier).__name__}."
        )
    n_epochs, _ = epochs_in_total(None, None, n_images)
    n_epochs = classifier.n_iter_ + n_epochs // TIMES_FEWER_EPOCHS
    # Early stopping could keep the weights of an epoch before these.
    classifier.set_params(warm_start=True, schedule_iter=n_epochs, early_stopping=False)
    if classifier.validation_scores_ is not None:
        # They end before these epochs. A stored run contains them, too.
        classifier.validation_loss_curve_ = classifier.validation_scores_ = None
        classifier._keep_run(None)
    return model
