"""Checkpoints of skmnist train in skops files."""

import numpy as np
import pytest
from helpers import byte_images, parameter_bytes, small_classifier

pytest.importorskip("skops.io")

from skmnist import io
from skmnist.cli import Checkpoint, main
from skmnist.cli._model_files import last_step
from skmnist.cli._progress import Progress

TRAIN = ["train", "--data", "digits.npz", "--hidden", "16", "--epochs", "4"]


@pytest.fixture
def digits(tmp_path, monkeypatch):
    """Images in the file digits.npz of the current folder, and their labels."""
    monkeypatch.chdir(tmp_path)
    X, y = byte_images(60, 64), np.arange(60) % 3
    np.savez("digits.npz", x_train=X, y_train=y, x_test=X, y_test=y)
    return X, y


@pytest.fixture
def interrupt(monkeypatch):
    """Return a function that runs the command and presses Ctrl-C after the second epoch."""
    show = Progress.show

    def show_and_interrupt(self, text, **options):
        show(self, text, **options)
        if text.startswith("epoch 2/"):
            raise KeyboardInterrupt

    def run(*argv):
        with monkeypatch.context() as patch:
            patch.setattr(Progress, "show", show_and_interrupt)
            assert main(argv) == 130

    return run


def load(path):
    return io.load(path, trusted=["skmnist.cli.Checkpoint"])


@pytest.mark.filterwarnings("ignore:early_stopping=True holds out only")
@pytest.mark.parametrize(
    "options",
    [[], ["--early-stopping"], ["--features"], ["--distort"], ["--distort", "--features"]],
)
def test_training_resumes_from_a_skops_checkpoint(options, digits, interrupt):
    interrupt(*TRAIN, *options, "--out", "model.skops")
    checkpoint = load("model.unfinished.skops")
    assert type(checkpoint) is Checkpoint
    assert last_step(checkpoint.model).n_iter_ == 2

    resume = ["train", "--resume", "model.unfinished.skops", "--data", "digits.npz"]
    assert main([*resume, "--out", "model.skops"]) == 0
    assert main([*TRAIN, *options, "--out", "uninterrupted.skops"]) == 0
    one, other = last_step(io.load("model.skops")), last_step(io.load("uninterrupted.skops"))
    assert parameter_bytes(one) == parameter_bytes(other)
    assert vars(one).keys() == vars(other).keys()


def test_skops_checkpoint_can_be_used_as_a_model(digits, interrupt, capsys):
    interrupt(*TRAIN, "--checkpoint", "kept.skops")
    score = load("kept.skops").model.score(*digits)
    assert main(["evaluate", "kept.skops", "--data", "digits.npz"]) == 0
    assert f"Accuracy: {score:.2%} of 60 test images." in capsys.readouterr().out


def test_checkpoint_must_be_trusted(digits, interrupt):
    interrupt(*TRAIN, "--checkpoint", "kept.skops")
    with pytest.raises(ValueError, match=r"skmnist\.cli\.Checkpoint"):
        io.load("kept.skops")


def test_error_for_a_checkpoint_without_a_fitted_classifier(digits, capsys):
    for model, expected in [
        (None, "must contain a classifier"),
        (small_classifier(), "not fitted"),
    ]:
        io.save(Checkpoint(model, "5d41"), "kept.skops", trusted=[Checkpoint])
        assert main(["train", "--data", "digits.npz", "--resume", "kept.skops"]) == 2
        assert expected in capsys.readouterr().err
