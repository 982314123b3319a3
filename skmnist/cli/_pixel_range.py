"""The range of pixels that a model was trained on, to which drawings are scaled."""

from skmnist.io._page_content import image_side
from skmnist.io._page_images import range_read, scaled
from skmnist.io._page_steps import read_steps


def scaled_drawings(X, model, path):
    """Return drawings, whose pixels are bytes, in the range that a model was trained on."""
    try:
        classifier, steps = read_steps(model)
        values, _ = range_read(classifier, steps, image_side(steps, None))
    except ValueError as error:
        raise ValueError(
            f"--data must be a folder of IDX files or an .npz file for this model; got {path}. The "
            f"range of the model's pixels, to which drawings are scaled, is not known: {error}"
        ) from error
    return X if values == (0, 255) else scaled(X, *values)
