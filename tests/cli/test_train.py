"""skmnist train: the same model as in Python; stopped and gone on with, bit by bit."""

import contextlib
import io
import os
import re
import shlex
import signal
import subprocess
import sys
import time

import joblib
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.cli import main
from skmnist.cli._files import network
from skmnist.cli._progress import Progress, duration
from skmnist.datasets import load_mnist, write_idx

SMALL = ["--hidden", "16", "--epochs", "4", "--seed", "3"]


@pytest.fixture(scope="module")
def digits():
    """A thousand images, their labels."""
    X, y = load_mnist(return_X_y=True)
    return X[:1000], y[:1000]


@pytest.fixture
def data(digits, tmp_path):
    """The same in an .npz, a tenth of them for testing."""
    X, y = digits
    path = tmp_path / "digits.npz"
    images = X.reshape(-1, 28, 28)
    np.savez(path, x_train=images[:900], y_train=y[:900], x_test=images[900:], y_test=y[900:])
    return path


def train(data, out, *options):
    assert main(["train", "--data", str(data), "--out", str(out), *options]) == 0
    return joblib.load(out)


def expect_equal(model, other):
    assert len(model.coefs_) == len(other.coefs_)
    for W, V in zip(model.coefs_, other.coefs_, strict=True):
        assert_array_equal(W, V)
    assert model.loss_curve_ == other.loss_curve_


def test_the_model_is_the_one_that_python_gives(digits, data, tmp_path):
    X, y = digits
    model = train(data, tmp_path / "model", *SMALL, "--loss", "mae")
    same = MLPDigitClassifier(hidden_layer_sizes=(16,), max_iter=4, loss="mae", random_state=3)
    expect_equal(model, same.fit(X[:900], y[:900]))


def test_the_number_of_epochs_is_the_classifier_s_own(digits, tmp_path):
    X, y = digits
    path = tmp_path / "few.npz"
    np.savez(path, x_train=X[:20], y_train=y[:20])
    same = MLPDigitClassifier(hidden_layer_sizes=(2,), random_state=0).fit(X[:20], y[:20])
    assert train(path, tmp_path / "model", "--hidden", "2").n_iter_ == same.n_iter_


def test_without_hidden_layers_the_model_is_linear(data, tmp_path):
    model = train(data, tmp_path / "model", "--hidden", "--epochs", "1")
    assert [W.shape for W in model.coefs_] == [(784, 10)]


def test_features_stand_in_front(digits, data, tmp_path):
    X, y = digits
    model = train(data, tmp_path / "model", *SMALL, "--features")
    features = ConvFeatureTransformer(random_state=3).fit(X[:900], y[:900])
    assert_array_equal(model[0].kernels_[0], features.kernels_[0])
    same = MLPDigitClassifier(hidden_layer_sizes=(16,), max_iter=4, random_state=3)
    expect_equal(model[1], same.fit(features.transform(X[:900]), y[:900]))
    assert model.score(X[900:], y[900:]) > 0.8


def test_a_finished_model_is_fitted_anew_by_fit(digits, data, tmp_path):
    model = train(data, tmp_path / "model", *SMALL)
    assert not model.warm_start
    again = MLPDigitClassifier(**model.get_params()).fit(digits[0][:900], digits[1][:900])
    expect_equal(model, again)


def test_early_stopping_keeps_the_best_epoch(digits, data, tmp_path):
    X, y = digits
    options = ["--hidden", "16", "--epochs", "30", "--early-stopping"]
    model = train(data, tmp_path / "model", *options)
    same = MLPDigitClassifier(
        hidden_layer_sizes=(16,), max_iter=30, early_stopping=True, random_state=0
    ).fit(X[:900], y[:900])
    assert model.n_iter_ == same.n_iter_
    assert model.best_iter_ == same.best_iter_
    expect_equal(model, same)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_folder_of_idx_files_is_read(suffix, digits, data, tmp_path):
    X, y = digits
    write_idx(tmp_path / f"train-images-idx3-ubyte{suffix}", X[:900].reshape(-1, 28, 28))
    write_idx(tmp_path / f"train-labels-idx1-ubyte{suffix}", y[:900].astype(np.uint8))
    from_folder = train(tmp_path, tmp_path / "a", *SMALL)
    expect_equal(from_folder, train(data, tmp_path / "b", *SMALL))


@pytest.mark.parametrize("option", ["--out", "--checkpoint"])
def test_no_model_takes_the_place_of_the_data(option, digits, data, tmp_path, capsys):
    X, y = digits
    images = tmp_path / "train-images-idx3-ubyte"
    write_idx(images, X.reshape(-1, 28, 28))
    write_idx(tmp_path / "train-labels-idx1-ubyte", y.astype(np.uint8))
    for source, file in ((data, data), (tmp_path, images)):
        before = file.read_bytes()
        assert main(["train", "--data", str(source), option, str(file)]) == 2
        assert f"{option} {file} would replace what is read from" in capsys.readouterr().err
        assert file.read_bytes() == before


def test_without_test_images_nothing_is_promised_of_them(digits, data, tmp_path, capsys):
    X, y = digits
    train(data, tmp_path / "model", *SMALL)
    assert "skmnist evaluate" in capsys.readouterr().out
    np.savez(tmp_path / "alone.npz", x_train=X[:100].reshape(-1, 28, 28), y_train=y[:100])
    train(tmp_path / "alone.npz", tmp_path / "model", *SMALL)
    printed = capsys.readouterr().out
    assert "skmnist evaluate" not in printed
    assert "alone.npz, for evaluate and report" in printed


@pytest.mark.parametrize(
    ("arrays", "fragment"),
    [
        ({"x_test": np.zeros((2, 4)), "y_test": [0, 1]}, "x_train"),
        ({"x_train": np.zeros((2, 4))}, "y_train"),
        ({"x_train": np.zeros((2, 4)), "y_train": [0, 1, 2]}, "3 labels"),
        ({"x_train": np.zeros(2), "y_train": [0, 1]}, "shape"),
        ({"x_train": np.zeros((0, 4)), "y_train": []}, "shape"),
        ({"x_train": np.array([{}]), "y_train": [0]}, "allow_pickle"),
        ({"x_train": np.zeros((2, 1, 5, 5)), "y_train": [0, 1]}, "fourth axis"),
        ({"x_train": np.full((2, 4), np.nan), "y_train": [0, 1]}, "images must be finite"),
        ({"x_train": np.zeros((2, 4)), "y_train": [7, 7]}, "all images to train on are 7"),
    ],
)
def test_data_that_will_not_do_are_one_line(arrays, fragment, tmp_path, capsys):
    np.savez(tmp_path / "data.npz", **arrays)
    status = main(["train", "--data", str(tmp_path / "data.npz"), "--out", str(tmp_path / "out")])
    printed = capsys.readouterr().err
    assert status == 2
    assert fragment in printed
    assert printed.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [b"PK", b"PK\x03\x04 and no more", b"neither"])
def test_a_damaged_npz_is_named(content, tmp_path, capsys):
    path = tmp_path / "data.npz"
    path.write_bytes(content)
    assert main(["train", "--data", str(path), "--out", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr().err
    assert "data.npz" in printed
    assert printed.count("\n") == 1


def test_a_folder_without_the_files_is_named(tmp_path, capsys):
    assert main(["train", "--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "train-images-idx3-ubyte" in capsys.readouterr().err


def test_each_epoch_is_shown_with_the_time_left(data, tmp_path, capsys):
    train(data, tmp_path / "model", *SMALL)
    shown = [line for line in capsys.readouterr().err.splitlines() if line.startswith("epoch")]
    assert [line.split()[1] for line in shown] == ["1/4", "2/4", "3/4", "4/4"]
    assert all(re.search(r"loss 0\.\d+ .* s left$", line) for line in shown[:-1])
    assert "left" not in shown[-1]


def command(data, *options):
    """A training that takes long enough to be stopped."""
    module = [sys.executable, "-m", "skmnist", "train", "--data", str(data), "--out", "model"]
    return [*module, "--hidden", "64", "--epochs", "300", *options]


def last_words(command, folder, text):
    """Press Ctrl-C again and again once a line with the text has come; return what comes then."""
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if text in line:
                break
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(0.002)
        words = process.stderr.read()
    assert process.returncode == 130
    assert "Traceback" not in words
    return words


def test_stopped_and_gone_on_with_is_never_stopped(data, tmp_path):
    words = last_words(command(data), tmp_path, "epoch 2/300")
    assert not (tmp_path / "model").exists()
    kept = joblib.load(tmp_path / "model.unfinished")
    assert f"after epoch {kept.n_iter_} of 300" in words
    assert 2 <= kept.n_iter_ < 300

    advice = words.splitlines()[-1].split()
    assert advice[:3] == ["skmnist", "train", "--resume"]
    subprocess.run([sys.executable, "-m", *advice], cwd=tmp_path, check=True, capture_output=True)
    whole = train(data, tmp_path / "whole", "--hidden", "64", "--epochs", "300")
    expect_equal(joblib.load(tmp_path / "model"), whole)


class Impatient(io.StringIO):
    """A reader who presses Ctrl-C when a text comes."""

    def __init__(self, text):
        super().__init__()
        self.text = text

    def write(self, text):
        super().write(text)
        if self.text in text:
            self.text = "never again"
            raise KeyboardInterrupt


@pytest.mark.parametrize("options", [[], ["--early-stopping"], ["--features"]])
def test_a_stop_keeps_the_last_whole_epoch(options, data, tmp_path, capsys):
    out, kept = tmp_path / "model.joblib", tmp_path / "kept"
    argv = ["train", "--data", str(data), "--out", str(out), *SMALL, *options]
    reader = Impatient("epoch 2/")
    with contextlib.redirect_stderr(reader):
        assert main([*argv, "--checkpoint", str(kept)]) == 130
    assert not out.exists()
    assert network(joblib.load(kept)).n_iter_ == 2
    assert "after epoch 2 of 4" in reader.getvalue()

    again = shlex.split(reader.getvalue().splitlines()[-1])
    assert main(again[1:]) == 0
    assert f"{kept} is no longer needed." in capsys.readouterr().out
    whole = train(data, tmp_path / "whole", *SMALL, *options)
    expect_equal(network(joblib.load(out)), network(whole))


@pytest.mark.parametrize("suffix", ["", ".joblib"])
def test_without_a_checkpoint_it_is_kept_beside_the_model(suffix, data, tmp_path):
    out = tmp_path / f"model{suffix}"
    with contextlib.redirect_stderr(Impatient("epoch 1/")):
        assert main(["train", "--data", str(data), "--out", str(out), *SMALL]) == 130
    assert [path.name for path in tmp_path.glob("model*")] == [f"model.unfinished{suffix}"]


def test_a_killed_training_goes_on_from_its_checkpoint(data, tmp_path):
    options = ["--checkpoint", "kept"]
    with subprocess.Popen(command(data, *options), cwd=tmp_path, stderr=subprocess.DEVNULL) as run:
        while not (tmp_path / "kept").exists():
            assert run.poll() is None
            time.sleep(0.01)
        run.kill()
    assert joblib.load(tmp_path / "kept").n_iter_ < 300
    resumed = train(data, tmp_path / "model", "--resume", str(tmp_path / "kept"))
    expect_equal(resumed, train(data, tmp_path / "whole", "--hidden", "64", "--epochs", "300"))


def test_a_stop_before_the_first_epoch_saves_nothing(data, tmp_path):
    words = last_words(command(data, "--features"), tmp_path, "making feature maps")
    assert "nothing is saved" in words
    assert [path.name for path in tmp_path.iterdir()] == ["digits.npz"]


def test_a_finished_model_cannot_be_resumed(data, tmp_path, capsys):
    train(data, tmp_path / "model", *SMALL)
    argv = ["train", "--data", str(data), "--resume", str(tmp_path / "model")]
    assert main(argv) == 2
    assert "finished" in capsys.readouterr().err


def test_other_data_are_refused_by_a_resume(data, digits, tmp_path, capsys):
    last_words(command(data), tmp_path, "epoch 1/300")
    X, y = digits
    other = tmp_path / "other.npz"
    np.savez(other, x_train=X[899::-1], y_train=y[899::-1])
    argv = ["train", "--data", str(other), "--resume", str(tmp_path / "model.unfinished")]
    assert main([*argv, "--out", str(tmp_path / "out")]) == 2
    assert "--data" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_checkpoint_is_not_overwritten_by_a_new_training(data, tmp_path, capsys):
    (tmp_path / "kept").write_bytes(b"ninety epochs")
    argv = ["train", "--data", str(data), "--out", str(tmp_path / "out")]
    assert main([*argv, "--checkpoint", str(tmp_path / "kept")]) == 2
    assert "--resume" in capsys.readouterr().err
    assert (tmp_path / "kept").read_bytes() == b"ninety epochs"


def test_a_reader_of_the_progress_may_leave(data, tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*command(data)[:-1], "5"], cwd=tmp_path, stderr=writer)
    os.close(writer)
    assert done.returncode == 0
    assert joblib.load(tmp_path / "model").n_iter_ == 5


class Terminal(io.StringIO):
    """What a terminal shows in the end: each carriage return begins the line anew."""

    def isatty(self):
        return True

    def lines(self):
        return [line.rpartition("\r")[2].rstrip() for line in self.getvalue().split("\n")]


def test_a_terminal_shows_one_line_that_changes():
    terminal = Terminal()
    with Progress(terminal) as progress:
        progress.show("epoch 0/2", lasting=False)
        progress.show("epoch 1/2   a long line")
        progress.show("epoch 2/2")
    assert terminal.lines() == ["epoch 2/2", ""]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.6, "1 min 0 s"), (7800, "2 h 10 min")],
)
def test_times_are_written_as_people_say_them(seconds, words):
    assert duration(seconds) == words
