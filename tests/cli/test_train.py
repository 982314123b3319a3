"""skmnist train: the same model as in Python, also if training was stopped and resumed."""

import contextlib
import io
import pickle
import shlex
import signal
import subprocess
import sys
import time
from functools import partial

import joblib
import numpy as np
import pytest
from helpers import save_drawings, small_classifier
from numpy.testing import assert_array_equal
from sklearn.linear_model import RidgeClassifier

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.cli import Checkpoint, main
from skmnist.cli._model_files import last_step
from skmnist.network import LOSSES

PROGRAM = [sys.executable, "-m", "skmnist"]
SMALL = ["--hidden", "16", "--epochs", "4", "--seed", "3"]
small = partial(small_classifier, max_iter=4, random_state=3)


def train(data, out, *options):
    assert main(["train", "--data", str(data), "--out", str(out), *options]) == 0
    return joblib.load(out)


def expect_equal(model, other):
    assert len(model.coefs_) == len(other.coefs_)
    for W, V in zip(model.coefs_, other.coefs_, strict=True):
        assert_array_equal(W, V)
    assert model.loss_curve_ == other.loss_curve_
    assert vars(model).keys() == vars(other).keys()


@pytest.mark.parametrize("loss", LOSSES)
def test_model_is_the_one_trained_in_python(loss, digits, data, tmp_path):
    X, y = digits
    model = train(data, tmp_path / "model", *SMALL, "--loss", loss)
    expect_equal(model, small(loss=loss).fit(X[:900], y[:900]))
    assert model.get_params() == small(loss=loss).get_params()


def test_number_of_epochs_is_that_of_the_classifier(digits, tmp_path):
    X, y = digits
    path = tmp_path / "few.npz"
    np.savez(path, x_train=X[:20], y_train=y[:20])
    same = MLPDigitClassifier(hidden_layer_sizes=(2,), random_state=0).fit(X[:20], y[:20])
    assert train(path, tmp_path / "model", "--hidden", "2").n_iter_ == same.n_iter_


def test_model_without_hidden_layers_is_linear(data, tmp_path):
    model = train(data, tmp_path / "model", "--hidden", "--epochs", "1")
    assert [W.shape for W in model.coefs_] == [(784, 10)]


def test_features_are_computed_before_the_classifier(digits, data, tmp_path):
    X, y = digits
    model = train(data, tmp_path / "model", *SMALL, "--features")
    features = ConvFeatureTransformer(random_state=3).fit(X[:900], y[:900])
    assert_array_equal(model[0].kernels_[0], features.kernels_[0])
    expect_equal(model[1], small().fit(features.transform(X[:900]), y[:900]))
    assert model.score(X[900:], y[900:]) > 0.8


def test_early_stopping_keeps_the_best_epoch(digits, data, tmp_path, capsys):
    X, y = digits
    options = ["--hidden", "16", "--epochs", "30", "--early-stopping"]
    model = train(data, tmp_path / "model", *options)
    same = small(max_iter=30, early_stopping=True, random_state=0).fit(X[:900], y[:900])
    assert model.n_iter_ == same.n_iter_
    assert model.best_iter_ == same.best_iter_
    expect_equal(model, same)
    assert f"\nKept the weights of epoch {same.best_iter_}: " in capsys.readouterr().err


def command(data, *options):
    """Return the command line of a training that takes long enough to be stopped."""
    files = ["--data", str(data), "--out", "model"]
    return [*PROGRAM, "train", *files, "--hidden", "64", "--epochs", "120", *options]


@pytest.fixture(scope="module")
def uninterrupted(digits_file, tmp_path_factory):
    """The model of this training, in a process with as many threads as the other ones."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    subprocess.run(command(digits_file), cwd=folder, check=True, capture_output=True)
    return joblib.load(folder / "model")


def interrupted(command, folder, text):
    """Press Ctrl-C again and again after a line with the text; return the lines after it."""
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if text in line:
                break
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(0.002)
        rest = process.stderr.read()
    assert process.returncode == 130
    assert "Traceback" not in rest
    return rest


def test_resuming_is_bit_identical_to_an_uninterrupted_run(data, uninterrupted, tmp_path):
    printed = interrupted(command(data), tmp_path, "epoch 2/120")
    assert not (tmp_path / "model").exists()
    n_epochs = joblib.load(tmp_path / "model.unfinished").model.n_iter_
    assert f"after epoch {n_epochs} of 120" in printed
    assert 2 <= n_epochs < 120

    advice = printed.splitlines()[-1].split()
    assert advice[:3] == ["skmnist", "train", "--resume"]
    subprocess.run([sys.executable, "-m", *advice], cwd=tmp_path, check=True, capture_output=True)
    expect_equal(joblib.load(tmp_path / "model"), uninterrupted)


class InterruptAt(io.StringIO):
    """A stream that raises KeyboardInterrupt when a text is written for the first time."""

    def __init__(self, text):
        super().__init__()
        self.text = text

    def write(self, text):
        super().write(text)
        if self.text in text:
            self.text = "never again"
            raise KeyboardInterrupt


def stop(text, *argv):
    """Train until a text is printed, and return all that is printed."""
    stream = InterruptAt(text)
    with contextlib.redirect_stderr(stream):
        assert main(["train", *argv]) == 130
    return stream.getvalue()


@pytest.mark.parametrize(
    "options",
    [[], ["--early-stopping"], ["--features"], ["--distort"], ["--features", "--distort"]],
)
def test_checkpoint_resumes_from_the_last_epoch(options, data, tmp_path, capsys):
    out, kept = tmp_path / "model.joblib", tmp_path / "kept"
    new = ["--data", str(data), *SMALL, *options]
    printed = stop("epoch 2/", "--out", str(out), "--checkpoint", str(kept), *new)
    assert not out.exists()
    checkpoint = joblib.load(kept)
    assert type(checkpoint) is Checkpoint
    assert last_step(checkpoint.model).n_iter_ == 2
    assert "after epoch 2 of 4" in printed

    advice = shlex.split(printed.splitlines()[-1])
    assert main(advice[1:]) == 0
    assert f"{kept} is no longer needed." in capsys.readouterr().out
    uninterrupted = train(data, tmp_path / "other", *SMALL, *options)
    expect_equal(last_step(joblib.load(out)), last_step(uninterrupted))


def test_learning_from_drawings_can_be_stopped_and_resumed(digits, data, tmp_path, capsys):
    X, y = digits
    drawings = save_drawings(tmp_path / "drawings.json", X[900:950], y[900:950])
    joblib.dump(small().fit(X[:900], y[:900]), tmp_path / "model")
    new = ["--resume", str(tmp_path / "model"), "--drawings", str(drawings), "--data", str(data)]
    printed = stop("epoch 8/", "--out", str(tmp_path / "better"), *new)
    advice = shlex.split(printed.splitlines()[-1])
    assert main(advice[1:]) == 0
    stopped, uninterrupted = joblib.load(tmp_path / "better"), train(data, tmp_path / "other", *new)
    expect_equal(stopped, uninterrupted)
    assert main(["train", *advice[2:4], "--data", str(data), "--out", str(tmp_path / "out")]) == 2
    assert "--data and --drawings must have the images" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", ["", ".joblib"])
def test_interrupt_without_checkpoint_option_saves_one_next_to_the_model(suffix, data, tmp_path):
    stop("epoch 1/", "--data", str(data), "--out", str(tmp_path / f"model{suffix}"), *SMALL)
    assert [path.name for path in tmp_path.glob("model*")] == [f"model.unfinished{suffix}"]


def test_checkpoint_can_be_used_as_a_model(digits, data, tmp_path, capsys):
    X, y = digits
    checkpoint = tmp_path / "model.unfinished"
    stop("epoch 2/", "--data", str(data), "--out", str(tmp_path / "model"), *SMALL)
    score = joblib.load(checkpoint).model.score(X[900:], y[900:])
    page = tmp_path / "page.html"
    assert main(["evaluate", str(checkpoint), "--data", str(data)]) == 0
    assert f"Accuracy: {score:.2%} of 100 test images." in capsys.readouterr().out
    assert main(["report", str(checkpoint), "--data", str(data), "--out", str(page)]) == 0
    assert f"{score:.2%}" in page.read_text(encoding="utf-8")


def test_checkpoint_is_pickled_by_the_name_of_the_package():
    pickled = pickle.dumps(Checkpoint(MLPDigitClassifier(), data_hash="5d41"))
    code = f"import pickle; print(pickle.loads({pickled!r}).data_hash)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "5d41\n"
    assert b"skmnist.cli" in pickled
    assert b"_checkpoint" not in pickled


def test_killed_training_resumes_from_its_checkpoint(data, uninterrupted, tmp_path):
    options = ["--checkpoint", "kept"]
    with subprocess.Popen(command(data, *options), cwd=tmp_path, stderr=subprocess.DEVNULL) as run:
        while not (tmp_path / "kept").exists():
            assert run.poll() is None
            time.sleep(0.01)
        run.kill()
    assert joblib.load(tmp_path / "kept").model.n_iter_ < 120
    subprocess.run(
        [*PROGRAM, "train", "--data", str(data), "--resume", "kept", "--out", "model"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    expect_equal(joblib.load(tmp_path / "model"), uninterrupted)


def test_interrupt_before_the_first_epoch_saves_nothing(data, tmp_path):
    printed = interrupted(command(data, "--features"), tmp_path, "computing the feature maps")
    assert "Nothing was saved." in printed
    assert [path.name for path in tmp_path.iterdir()] == ["digits.npz"]


def test_error_for_resuming_from_a_finished_model(data, tmp_path, capsys):
    train(data, tmp_path / "model", *SMALL)
    argv = ["train", "--data", str(data), "--resume", str(tmp_path / "model")]
    assert main(argv) == 2
    printed = capsys.readouterr().err
    assert (
        "--resume must be a checkpoint of skmnist train, or be given with --drawings; " in printed
    )
    assert f"got {tmp_path / 'model'}, which is a finished model.\n" in printed


def test_error_for_resuming_a_checkpoint_of_another_classifier(data, digits, tmp_path, capsys):
    X, y = digits
    other = RidgeClassifier().fit(X[:900], y[:900])
    joblib.dump(Checkpoint(other, "hash"), tmp_path / "kept")
    assert main(["train", "--data", str(data), "--resume", str(tmp_path / "kept")]) == 2
    expected = f"got {tmp_path / 'kept'}, which contains a RidgeClassifier.\n"
    assert capsys.readouterr().err.endswith(expected)


def test_error_for_resuming_with_other_images(data, digits, tmp_path, capsys):
    stop("epoch 1/", "--data", str(data), "--out", str(tmp_path / "model"), *SMALL)
    X, y = digits
    other = tmp_path / "other.npz"
    np.savez(other, x_train=X[899::-1], y_train=y[899::-1])
    argv = ["train", "--data", str(other), "--resume", str(tmp_path / "model.unfinished")]
    assert main([*argv, "--out", str(tmp_path / "out")]) == 2
    expected = "--data and --drawings must have the images that the training started with"
    assert expected in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_new_training_does_not_replace_a_checkpoint(data, tmp_path, capsys):
    (tmp_path / "kept").write_bytes(b"ninety epochs")
    argv = ["train", "--data", str(data), "--out", str(tmp_path / "out")]
    assert main([*argv, "--checkpoint", str(tmp_path / "kept")]) == 2
    assert "--resume" in capsys.readouterr().err
    assert (tmp_path / "kept").read_bytes() == b"ninety epochs"
