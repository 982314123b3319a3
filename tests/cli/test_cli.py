"""The command as a whole: what fails says so in one line, help fits a screen, pipes may close."""

import contextlib
import os
import subprocess
import sys
import tomllib
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

import skmnist
from skmnist import MLPDigitClassifier, network
from skmnist.cli import main
from skmnist.cli._parser import LOSSES
from skmnist.datasets import load_mnist

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = ["train", "evaluate", "predict", "report"]


@pytest.fixture
def folder(tmp_path):
    """The folder to be in."""
    with contextlib.chdir(tmp_path):
        yield tmp_path


@pytest.fixture
def trained(folder):
    """A small model in the file "model"."""
    X, y = load_mnist(return_X_y=True)
    classifier = MLPDigitClassifier(hidden_layer_sizes=(8,), max_iter=1, random_state=0)
    joblib.dump(classifier.fit(X[:500], y[:500]), "model")
    return folder / "model"


def status_of(argv):
    """Run the command as its entry point does, and return the exit status."""
    try:
        return main(argv)
    except SystemExit as exit:
        return exit.code


def expect_one_line(argv, capsys, *fragments):
    assert status_of(argv) == 2
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert printed.err.startswith("skmnist: error: ")
    for fragment in fragments:
        assert fragment in printed.err
    return printed


@pytest.mark.parametrize(
    ("argv", "fragments"),
    [
        ([], ["COMMAND", "--help"]),
        (["trian"], ["'trian'", "train"]),
        (["train", "--epochs", "0"], ["--epochs", "'0'", "at least 1"]),
        (["train", "--hidden", "12", "x"], ["--hidden", "'x'", "at least 1"]),
        (["train", "--loss", "entropy"], ["--loss", "entropy", "squared_hinge"]),
        (["train", "--seed", "-1"], ["--seed", "-1", "4294967295"]),
        (["train", "--out", "nowhere/model.joblib"], ["--out", "nowhere"]),
        (["train", "--out", "."], ["--out", "is a folder"]),
        (["train", "--checkpoint", "."], ["--checkpoint", "is a folder"]),
        (["train", "--data", "nowhere"], ["nowhere", "No such file"]),
        (["train", "--resume", "nowhere"], ["nowhere", "No such file"]),
        (["train", "--resume", "x", "--loss", "mae"], ["--loss", "--resume"]),
        (["train", "--resume", "x", "--early-stopping"], ["--early-stopping", "--resume"]),
        (["evaluate"], ["MODEL"]),
        (["evaluate", "nowhere"], ["nowhere", "No such file"]),
        (["evaluate", "."], [".", "directory"]),
        (["predict", "model"], ["IMAGE"]),
        (["report", "nowhere"], ["nowhere"]),
        (["report", "nowhere", "--out", "."], ["--out", "is a folder"]),
    ],
)
def test_an_error_is_one_line(argv, fragments, folder, capsys):
    expect_one_line(argv, capsys, *fragments)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no pickle", b"import sys, types\nx\n", b"PK\x03\x04"])
def test_a_file_that_is_no_model_is_named(content, folder, capsys):
    (folder / "junk").write_bytes(content)
    expect_one_line(["evaluate", "junk"], capsys, "junk", "not a model")


@pytest.mark.parametrize("thing", [LinearRegression(), {"a": 1}, [1, 2], "text"])
def test_something_else_than_a_classifier_is_named(thing, folder, capsys):
    joblib.dump(thing, "thing")
    expect_one_line(["evaluate", "thing"], capsys, "thing", type(thing).__name__)


def test_an_untrained_model_is_refused(folder, capsys):
    joblib.dump(MLPDigitClassifier(), "new")
    expect_one_line(["evaluate", "new"], capsys, "new", "not fitted")


def test_a_model_of_another_version_is_used_with_a_warning_of_one_line(trained, folder, capsys):
    content = trained.read_bytes()
    version = skmnist.__version__.encode()
    assert content.count(version) == 1
    trained.write_bytes(content.replace(version, b"0.0.1"))
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # pytest makes errors of them
        assert main(["evaluate", "model"]) == 0
    printed = capsys.readouterr()
    assert printed.err.startswith("skmnist: warning: ")
    assert "0.0.1" in printed.err
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("command", [[], *([command] for command in COMMANDS)])
def test_help_fits_a_screen(command):
    words = [sys.executable, "-m", "skmnist", *command, "--help"]
    screen = {**os.environ, "COLUMNS": "80"}
    done = subprocess.run(words, capture_output=True, text=True, env=screen, check=True)
    lines = done.stdout.splitlines()
    assert 5 < len(lines) <= 24
    assert max(map(len, lines)) <= 80


def test_help_names_every_command(capsys):
    assert status_of(["--help"]) == 0
    printed = capsys.readouterr().out
    assert all(command in printed for command in COMMANDS)


def test_the_losses_are_the_classifier_s():
    assert list(LOSSES) == list(network.LOSSES)


def test_help_needs_no_estimator():
    code = (
        "import sys; from skmnist.cli import main\n"
        "try: main(['--help'])\n"
        "finally: print([name for name in ('numpy', 'scipy', 'sklearn') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_version_is_the_package_s(capsys):
    assert status_of(["--version"]) == 0
    assert capsys.readouterr().out == f"skmnist {skmnist.__version__}\n"


def test_the_entry_point_is_this_command():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"skmnist": "skmnist.cli:main"}


def test_a_reader_who_leaves_is_no_error(trained, folder):
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "skmnist", "evaluate", "model"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, cwd=folder)
    os.close(writer)
    assert done.returncode == 141
    assert done.stderr == ""


def test_a_name_of_two_lines_is_shown_in_one(folder, capsys):
    expect_one_line(["evaluate", "a\nb"], capsys, "a b")
    expect_one_line(["train", "--epochs", "a\nb"], capsys, "--epochs")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_named(folder, capsys):
    X, y = load_mnist(return_X_y=True)
    np.savez("few.npz", x_train=X[:20], y_train=y[:20])
    argv = ["train", "--data", "few.npz", "--hidden", "2", "--out", "/dev/full"]
    assert status_of(argv) == 2
    assert "/dev/full: No space left" in capsys.readouterr().err


def test_a_folder_that_takes_no_files_is_refused_before_the_training(folder, capsys):
    expect_one_line(["train", "--out", "/proc/model"], capsys, "--out", "/proc/model")


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_a_stream_that_is_closed_is_no_error(closed, trained, folder):
    code = (
        f"import sys; sys.{closed} = None; from skmnist.cli import main; "
        "sys.exit(main(['evaluate', 'model']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stderr == ""
