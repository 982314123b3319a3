"""``skmnist train``: epoch by epoch, so that a stop loses no more than the one it is in."""

import time

import joblib
import numpy as np
from sklearn.pipeline import Pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.classifier._settings import epochs_in_total
from skmnist.cli._data import MNIST_PIXELS, files_of, has_test_images, read_images
from skmnist.cli._files import check_can_write, load_model, network, save_model
from skmnist.cli._interrupts import undisturbed
from skmnist.cli._messages import as_typed
from skmnist.cli._progress import Progress, duration

# What a new training is told, and one that goes on has long decided.
OF_A_NEW_TRAINING = ("hidden", "epochs", "loss", "features", "early_stopping", "seed")


def train(arguments):
    """Train a model, or go on with one, and save it."""
    _check_files(arguments)
    kept = _load_checkpoint(arguments.resume) if arguments.resume else None
    data = read_images(arguments.data, "train")
    if len(np.unique(data.y)) < 2:
        raise ValueError(f"--data {arguments.data}: all images to train on are {data.y[0]}.")
    model = _new_model(arguments, data) if kept is None else _checked(kept, data)
    started = time.perf_counter()
    with Progress() as progress:
        try:
            X = _input_of_network(model, data, progress)
            _train_epochs(model, X, data.y, progress, arguments.checkpoint)
            with undisturbed():
                _finish(network(model))
                save_model(model, arguments.out)
        except KeyboardInterrupt as interruption:
            with undisturbed():
                raise KeyboardInterrupt(_keep_last_epoch(model, arguments)) from interruption
    seconds = duration(time.perf_counter() - started)
    print(f"Trained on {len(data.y):,} images in {seconds}. Saved {arguments.out}.")
    if arguments.resume and arguments.resume.resolve() != arguments.out.resolve():
        print(f"{arguments.resume} is no longer needed.")
    print("Next:")
    for line in _next(arguments, data):
        print(f"    {line}")


def _next(arguments, data):
    """List what can be done with the model."""
    if has_test_images(arguments.data, data):
        yield _again("evaluate", arguments.out, arguments, "data")
        yield _again("report", arguments.out, arguments, "data")
    else:
        yield f"add test images of this size to {arguments.data}, for evaluate and report"
    if data.X.shape[1] == MNIST_PIXELS:
        yield f"{_again('predict', arguments.out, arguments)} YOUR-PHOTO.jpg"


def _check_files(arguments):
    """Refuse what could only fail, or destroy something, after the training."""
    images = files_of(arguments.data)
    check_can_write("--out", arguments.out, images)
    if arguments.checkpoint is not None:
        check_can_write("--checkpoint", arguments.checkpoint, images)
    given = [name for name in OF_A_NEW_TRAINING if getattr(arguments, name) is not None]
    if arguments.resume and given:
        option = given[0].replace("_", "-")
        raise ValueError(f"--{option} is for a new training; --resume goes on as it was begun.")
    if arguments.checkpoint and arguments.checkpoint.is_file() and not arguments.resume:
        path = arguments.checkpoint
        raise ValueError(
            f"--checkpoint {path} is there already: go on from it with --resume, or delete it."
        )


def _new_model(arguments, data):
    """Return what the command line asks for, untrained."""
    seed = arguments.seed or 0
    asked = {
        "hidden_layer_sizes": None if arguments.hidden is None else tuple(arguments.hidden),
        "loss": arguments.loss,
        "early_stopping": arguments.early_stopping,
        "max_iter": arguments.epochs,
    }
    asked = {name: value for name, value in asked.items() if value is not None}
    classifier = MLPDigitClassifier(warm_start=True, random_state=seed, **asked)
    n_epochs, _ = epochs_in_total(classifier.max_iter, None, len(data.X))
    classifier.set_params(schedule_iter=n_epochs)
    classifier._data_hash = joblib.hash((data.X, data.y))
    if not arguments.features:
        return classifier
    features = ConvFeatureTransformer(image_shape=data.image_shape, random_state=seed)
    return Pipeline([("features", features), ("classifier", classifier)])


def _load_checkpoint(path):
    """Return the model in a checkpoint, which goes on as it was begun."""
    model = load_model(path)
    if not hasattr(network(model), "_data_hash"):
        raise ValueError(f"{path} is not a checkpoint of skmnist train, but a finished model.")
    return model


def _checked(model, data):
    """Return the model if it was begun with these images."""
    if network(model)._data_hash != joblib.hash((data.X, data.y)):
        raise ValueError(
            "--resume goes on with the images it was begun with, and these are others: "
            "give the same --data."
        )
    return model


def _input_of_network(model, data, progress):
    """Return what the network is trained on: pixels, or features that are made of them."""
    if not isinstance(model, Pipeline):
        return data.X
    progress.show(f"making feature maps of {len(data.X):,} images")
    features = model[0]
    if not hasattr(features, "kernels_"):
        features.fit(data.X, data.y)
    return features.transform(data.X)


def _train_epochs(model, X, y, progress, checkpoint):
    """Go on, an epoch at a time, until all are done or early stopping says so."""
    classifier = network(model)
    n_epochs, begun, started = classifier.schedule_iter, _epochs_done(model), time.perf_counter()
    progress.show(f"epoch {begun}/{n_epochs}", lasting=False)
    for epoch in range(begun + 1, n_epochs + 1):
        classifier.set_params(max_iter=epoch).fit(X, y)
        if classifier.n_iter_ < epoch:
            break
        if checkpoint is not None:
            save_model(model, checkpoint)
        each = (time.perf_counter() - started) / (epoch - begun)
        progress.show(_last_epoch(classifier, each * (n_epochs - epoch)))
    if classifier.early_stopping:
        progress.show(f"epoch {classifier.best_iter_} was the best, and is kept", below=True)


def _last_epoch(classifier, seconds_left):
    line = f"epoch {classifier.n_iter_}/{classifier.schedule_iter}"
    line += f"   loss {classifier.loss_curve_[-1]:.5f}"
    if classifier.validation_scores_:
        line += f"   validation {classifier.validation_scores_[-1]:.2%}"
    return line + (f"   {duration(seconds_left)} left" if seconds_left > 0 else "")


def _finish(classifier):
    """Make a classifier what one call of fit would have made it: nothing to go on from."""
    classifier.set_params(warm_start=False, max_iter=classifier.schedule_iter, schedule_iter=None)
    for name in ("_run", "_data_hash"):
        vars(classifier).pop(name, None)


def _epochs_done(model):
    return getattr(network(model), "n_iter_", 0)


def _keep_last_epoch(model, arguments):
    """Save what there is after a stop, and return how to go on."""
    done = _epochs_done(model)
    if not done:
        return "Stopped before the first epoch was done: nothing is saved."
    path = arguments.checkpoint or arguments.out.with_suffix(f".unfinished{arguments.out.suffix}")
    save_model(model, path)
    go_on = _again("train --resume", path, arguments, "out", "data", "checkpoint")
    n_epochs = network(model).schedule_iter
    return f"Stopped after epoch {done} of {n_epochs}, kept in {path}. To go on:\n    {go_on}"


def _again(command, path, arguments, *options):
    """Return a command line with a path, and those options that were given."""
    words = ["skmnist", *command.split(), path]
    for option in options:
        if getattr(arguments, option) is not None:
            words += [f"--{option}", getattr(arguments, option)]
    return as_typed(words)
