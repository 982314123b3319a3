"""``skmnist draw``: a page on which one draws digits, and sees how the model reads them."""

from skmnist.cli._data import files_of
from skmnist.cli._model_files import load_model
from skmnist.cli._output_files import check_output
from skmnist.cli._test_results import read_test_images
from skmnist.io import to_page


def draw(arguments):
    """Write the page of a model."""
    check_output("--out", arguments.out, [arguments.model, *files_of(arguments.data)])
    model = load_model(arguments.model)
    page = to_page(model, title=arguments.title, **_test_images(arguments, model))
    page.save(arguments.out)
    megabytes = len(page.html.encode()) / 1e6
    print(f"Wrote {arguments.out}: {megabytes:.1f} MB, weights of {page.precision}.")
    labels = f"{page.label_changes:,} of {page.n_images:,} test images"
    print(f"Labels of the page that differ from those of the model: {labels}.")
    print("Open the page in a browser. It needs no network and no other file.")


def _test_images(arguments, model):
    """Return the images that choose the precision, if --data names some."""
    if arguments.data is None:
        return {}
    data = read_test_images(arguments, model)
    return {"X": data.X, "y": data.y, "image_shape": data.image_shape}
