"""SIGKILL at any moment of a training, also in the middle of writing its checkpoint."""

import random
import subprocess
import sys
import time

import joblib
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmnist.cli import main
from skmnist.datasets import load_mnist

pytestmark = pytest.mark.timeout(4 * 3600)

# So much more network than data that writing takes longer than training.
TRAIN = ["train", "--data", "digits.npz", "--hidden", "512", "256", "--epochs", "80"]
TRAIN += ["--checkpoint", "kept", "--out", "model"]
OPTIONS = {"pixels": [], "early stopping": ["--early-stopping"], "features": ["--features"]}


@pytest.fixture
def images(tmp_path):
    """Leave sixty images in a folder, and return thirty others."""
    X, y = load_mnist(subset="train", return_X_y=True)
    np.savez(tmp_path / "digits.npz", x_train=X[:60].reshape(-1, 28, 28), y_train=y[:60])
    return X[60:90]


def begin(folder, name):
    """Start a training in a folder that holds nothing but the data."""
    for path in folder.glob("[!d]*"):
        path.unlink()
    command = [sys.executable, "-m", "skmnist", *TRAIN, *OPTIONS[name]]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def bits(path, images):
    """Return all that must be the same to the last bit."""
    model = joblib.load(path)
    network = model[-1] if hasattr(model, "steps") else model
    curves = network.loss_curve_, network.validation_scores_ or []
    return [*network.coefs_, *network.intercepts_, *curves, model.predict_proba(images)]


def never_killed(folder, name, images):
    """Return the bits of a training that ends by itself, and how many seconds it takes."""
    started = time.perf_counter()
    with begin(folder, name) as process:
        assert process.wait() == 0
    return bits(folder / "model", images), time.perf_counter() - started


def killed(folder, name, moment):
    """Kill a training after so many seconds; return what is there besides the data."""
    with begin(folder, name) as process:
        time.sleep(moment)
        process.kill()
    return {path.name for path in folder.iterdir()} - {"digits.npz"}


def test_a_killed_training_goes_on_bit_by_bit(images, size, reached, tmp_path):
    rng, n_kills, kept = random.Random(0), size(short=3, full=17), []
    for name in size(short=["pixels"], full=OPTIONS):
        expected, seconds = never_killed(tmp_path, name, images)
        for number in range(n_kills):
            found = killed(tmp_path, name, seconds * (number + rng.random()) / n_kills)
            temporary = {each for each in found if each.startswith(".skmnist-")}
            assert len(temporary) <= 1
            assert found - temporary <= {"kept", "model"}
            if "kept" in found:
                resume = ["train", "--data", str(tmp_path / "digits.npz")]
                resume += ["--resume", str(tmp_path / "kept"), "--out", str(tmp_path / "model")]
                assert main(resume) == 0
                for one, other in zip(bits(tmp_path / "model", images), expected, strict=True):
                    assert_array_equal(one, other)
            kept.append((bool(temporary), "kept" in found))
    torn, whole = np.sum(kept, axis=0)
    assert whole > 0
    assert torn >= size(short=0, full=1)
    reached(
        f"{len(kept)} kills at any moment of a training, {torn} of them while a file was written: "
        f"{whole} checkpoints were there, and all went on to the bits of a training not killed"
    )
