"""SIGKILL at any moment of a training, even while its checkpoint is written."""

import random
import subprocess
import sys
import time

import joblib
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmnist.cli._model_files import last_step
from skmnist.datasets import load_mnist

pytestmark = pytest.mark.timeout(4 * 3600)

# The network is so much larger than the data that writing takes longer than training.
TRAIN = ["train", "--data", "digits.npz", "--hidden", "512", "256", "--epochs", "80"]
TRAIN += ["--checkpoint", "kept", "--out", "model"]
OPTIONS = {
    "pixels": [],
    "early stopping": ["--early-stopping"],
    "features": ["--features"],
    "distorted pixels": ["--distort"],
    "distorted features": ["--distort", "--features"],
}


@pytest.fixture
def images(tmp_path):
    """Save sixty images for the training in a folder, and return thirty others."""
    X, y = load_mnist(subset="train", return_X_y=True)
    np.savez(tmp_path / "digits.npz", x_train=X[:60].reshape(-1, 28, 28), y_train=y[:60])
    return X[60:90]


def start(folder, name):
    """Start a training in a folder that contains only the data."""
    for path in folder.glob("[!d]*"):
        path.unlink()
    command = [sys.executable, "-m", "skmnist", *TRAIN, *OPTIONS[name]]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def results(path, images):
    """Return everything in a model that must be bit-identical."""
    model = joblib.load(path)
    classifier = last_step(model)
    curves = classifier.loss_curve_, classifier.validation_scores_ or []
    return [*classifier.coefs_, *classifier.intercepts_, *curves, model.predict_proba(images)]


def uninterrupted(folder, name, images):
    """Return the results of an uninterrupted training, and its duration in seconds."""
    started = time.perf_counter()
    with start(folder, name) as process:
        assert process.wait() == 0
    return results(folder / "model", images), time.perf_counter() - started


def killed(folder, name, seconds):
    """Kill a training after some seconds; return the names of its files."""
    with start(folder, name) as process:
        time.sleep(seconds)
        process.kill()
    return {path.name for path in folder.iterdir()} - {"digits.npz"}


def test_killed_training_resumes_bit_identically(images, size, reached, tmp_path):
    rng, n_kills, found = random.Random(0), size(short=1, full=17), []
    for name in size(short=["pixels"], full=OPTIONS):
        expected, seconds = uninterrupted(tmp_path, name, images)
        for number in range(n_kills):
            files = killed(tmp_path, name, seconds * (number + rng.random()) / n_kills)
            temporary = {each for each in files if each.startswith(".skmnist-")}
            assert len(temporary) <= 1
            assert files - temporary <= {"kept", "model"}
            if "kept" in files:
                resume = [sys.executable, "-m", "skmnist", "train", "--data", "digits.npz"]
                resume += ["--resume", "kept", "--out", "model"]
                # In a process with as many threads as the uninterrupted training.
                subprocess.run(resume, cwd=tmp_path, check=True, capture_output=True)
                for one, other in zip(results(tmp_path / "model", images), expected, strict=True):
                    assert_array_equal(one, other)
            found.append((bool(temporary), "kept" in files))
    n_writing, n_checkpoints = np.sum(found, axis=0)
    assert n_checkpoints > 0
    assert n_writing >= size(short=0, full=1)
    reached(
        f"{len(found)} kills at random moments of a training, {n_writing} of them while a file was "
        f"written: {n_checkpoints} had left a checkpoint, and all of these were resumed with "
        "results bit-identical to an uninterrupted training"
    )
