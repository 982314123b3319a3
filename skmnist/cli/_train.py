"""``skmnist train``: trains one epoch at a time, so that Ctrl-C loses at most one."""

import time

import joblib
import numpy as np

from skmnist.cli._checkpoint import Checkpoint
from skmnist.cli._data import MNIST_PIXELS, files_of, has_test_images, read_images
from skmnist.cli._drawings import continued, drawing_files, with_drawings
from skmnist.cli._interrupts import interrupts_ignored
from skmnist.cli._messages import command_line
from skmnist.cli._model_files import last_step, load_checkpoint_or_model, save_model
from skmnist.cli._new_model import finish, new_model, prepare_fit
from skmnist.cli._output_files import check_output
from skmnist.cli._progress import Progress, duration
from skmnist.cli._test_results import as_labels_of, as_trained_on
from skmnist.io._fitted_model import without_training

# The options that may be given with --resume; the checkpoint determines the others.
RESUME_OPTIONS = ("out", "data", "drawings", "checkpoint")


def train(arguments):
    """Train a model, or resume its training, and save it."""
    _check_options(arguments)
    loaded = load_checkpoint_or_model(arguments.resume) if arguments.resume else None
    data = _training_images(arguments, loaded)
    data, n_drawings = with_drawings(data, arguments.drawings)
    if len(np.unique(data.y)) < 2:
        raise ValueError(
            "--data must have training images of at least two classes; got only images of the "
            f"class {data.y[0]}."
        )
    checkpoint = _checkpoint(loaded, data, arguments)
    started = time.perf_counter()
    _train_and_save(checkpoint, data, arguments)
    seconds = duration(time.perf_counter() - started)
    images = f"{len(data.y):,} images"
    if n_drawings:
        images += f", among them {n_drawings:,} drawings and distorted copies of them,"
    print(f"Trained on {images} in {seconds}. Saved {arguments.out}.")
    if loaded is checkpoint and arguments.resume.resolve() != arguments.out.resolve():
        print(f"{arguments.resume} is no longer needed.")
    print("Next steps:")
    for step in _next_steps(arguments, data):
        print(f"    {step}")


def _training_images(arguments, loaded):
    """Return the training images, with labels and pixels like those of a loaded model."""
    data = read_images(arguments.data, "train")
    if loaded is None:
        return data
    if isinstance(loaded, Checkpoint):  # whose images are compared when they are complete
        model = without_training(loaded.model)
        return data._replace(y=as_labels_of(model, data))
    return as_trained_on(without_training(loaded), data, arguments)


def _checkpoint(loaded, data, arguments):
    """Return the checkpoint to train from: the loaded one, or one made of a loaded or new model."""
    data_hash = joblib.hash((data.X, data.y))
    if isinstance(loaded, Checkpoint):
        if loaded.data_hash != data_hash:
            raise ValueError(
                "--data and --drawings must have the images that the training started with; got "
                "other images."
            )
        return loaded
    if loaded is None:
        return Checkpoint(new_model(arguments, data), data_hash)
    if arguments.drawings is None:
        raise ValueError(
            "--resume must be a checkpoint of skmnist train, or be given with --drawings; got "
            f"{arguments.resume}, which is a finished model."
        )
    early_stopping = getattr(last_step(loaded), "early_stopping", None)
    model = continued(loaded, len(data.y), arguments.resume)
    return Checkpoint(model, data_hash, early_stopping)


def _check_options(arguments):
    """Raise an error for options that cannot be combined, or files that cannot be written."""
    images = [*files_of(arguments.data), *drawing_files(arguments.drawings)]
    check_output("--out", arguments.out, images)
    if arguments.checkpoint is not None:
        check_output("--checkpoint", arguments.checkpoint, images)
    if not arguments.resume:
        if arguments.checkpoint and arguments.checkpoint.is_file():
            raise ValueError(
                f"--checkpoint must be a new file; got {arguments.checkpoint}, which exists. "
                "Resume from it with --resume, or delete it."
            )
        return
    for name, value in vars(arguments).items():
        if value is not None and name not in ("command", "resume", *RESUME_OPTIONS):
            raise ValueError(
                f"--{name.replace('_', '-')} must not be given with --resume, because the "
                "checkpoint or the model determines it."
            )


def _train_and_save(checkpoint, data, arguments):
    """Train the model of a checkpoint to the end and save it; after Ctrl-C, save the checkpoint."""
    with Progress() as progress:
        try:
            fit = prepare_fit(checkpoint.model, data, progress)
            _train_epochs(checkpoint, fit, progress, arguments.checkpoint)
            with interrupts_ignored():
                finish(checkpoint.model, checkpoint.early_stopping)
                save_model(checkpoint.model, arguments.out)
        except KeyboardInterrupt as interrupt:
            with interrupts_ignored():
                raise KeyboardInterrupt(_save_unfinished(checkpoint, arguments)) from interrupt


def _train_epochs(checkpoint, fit, progress, path):
    """Train epoch by epoch to the end or until early stopping; save a checkpoint after each."""
    classifier = last_step(checkpoint.model)
    n_epochs, first, started = (
        classifier.schedule_iter,
        _n_epochs_done(classifier),
        time.perf_counter(),
    )
    progress.show(f"epoch {first}/{n_epochs}", terminal_only=True)
    for epoch in range(first + 1, n_epochs + 1):
        classifier.set_params(max_iter=epoch)
        fit()
        if classifier.n_iter_ < epoch:
            break
        if path is not None:
            save_model(checkpoint, path)
        seconds = (time.perf_counter() - started) / (epoch - first)
        progress.show(_last_epoch(classifier, seconds * (n_epochs - epoch)))
    if classifier.early_stopping:
        best = f"Kept the weights of epoch {classifier.best_iter_}: best validation accuracy."
        progress.show(best, new_line=True)


def _last_epoch(classifier, seconds_left):
    """Return the progress line after an epoch."""
    line = f"epoch {classifier.n_iter_}/{classifier.schedule_iter}"
    line += f"   loss {classifier.loss_curve_[-1]:.5f}"
    if classifier.early_stopping:
        line += f"   validation accuracy {classifier.validation_scores_[-1]:.2%}"
    return line + (f"   {duration(seconds_left)} left" if seconds_left > 0 else "")


def _n_epochs_done(classifier):
    return getattr(classifier, "n_iter_", 0)


def _save_unfinished(checkpoint, arguments):
    """Save a checkpoint after Ctrl-C, and return a message that says how to resume."""
    classifier = last_step(checkpoint.model)
    done, n_epochs = _n_epochs_done(classifier), classifier.schedule_iter
    if not done:
        return "Stopped before the end of the first epoch. Nothing was saved."
    path = arguments.checkpoint or arguments.out.with_suffix(f".unfinished{arguments.out.suffix}")
    save_model(checkpoint, path)
    command = _skmnist("train --resume", path, arguments, *RESUME_OPTIONS)
    return (
        f"Stopped after epoch {done} of {n_epochs}. Saved the checkpoint {path}. To resume:\n"
        f"    {command}"
    )


def _next_steps(arguments, data):
    """Yield next steps with the model, as command lines where possible."""
    if has_test_images(arguments.data, data):
        yield _skmnist("evaluate", arguments.out, arguments, "data")
        yield _skmnist("report", arguments.out, arguments, "data")
    else:
        yield f"To evaluate the model, add test images of the same size to {arguments.data}."
    if arguments.drawings is not None and arguments.drawings.is_file():
        yield f"{_skmnist('evaluate', arguments.out, arguments)} --data {arguments.drawings}"
    height, width, *channels = data.image_shape
    if height == width and not channels:
        yield _skmnist("draw", arguments.out, arguments, "data")
    if data.X.shape[1] == MNIST_PIXELS:
        yield f"{_skmnist('predict', arguments.out, arguments)} YOUR-PHOTO.jpg"


def _skmnist(command, path, arguments, *options):
    """Return a command line with a file, and with those options that were given."""
    words = ["skmnist", *command.split(), path]
    for option in options:
        if getattr(arguments, option) is not None:
            words += [f"--{option}", getattr(arguments, option)]
    return command_line(words)
