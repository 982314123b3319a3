"""The whole command: errors are one line, help fits on a screen, streams may be closed."""

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
from helpers import small_classifier
from sklearn.linear_model import LinearRegression

import skmnist
from skmnist import MLPDigitClassifier, network
from skmnist.classifier._settings import FEWEST_EPOCHS
from skmnist.cli import main
from skmnist.cli._parser import COMMANDS, LOSSES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path):
    """An empty folder, which is the current one."""
    with contextlib.chdir(tmp_path):
        yield tmp_path


@pytest.fixture
def trained(folder, digits):
    """A small model in the file "model"."""
    X, y = digits
    joblib.dump(small_classifier(max_iter=1).fit(X[:500], y[:500]), "model")
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


# The words after skmnist, and what the error must contain.
INVALID = [
    ("", ["COMMAND", "See skmnist --help."]),
    ("trian", ["'trian'", "train"]),
    ("train --epochs 0", ["--epochs: must be an integer of at least 1; got '0'. See"]),
    ("train --hidden 12 x", ["--hidden: must be an integer of at least 1; got 'x'. See"]),
    ("train --loss entropy", ["--loss", "entropy", "squared_hinge"]),
    ("train --seed -1", ["--seed: must be an integer from 0 to 4294967295; got '-1'. See"]),
    ("train --out nowhere/model", ["--out must be a file in an existing folder; got nowhere"]),
    ("train --out .", ["--out must be a file; got ., which is a folder."]),
    ("train --checkpoint .", ["--checkpoint must be a file; got ., which is a folder."]),
    ("train --data nowhere", ["nowhere", "No such file"]),
    ("train --resume nowhere", ["nowhere", "No such file"]),
    ("train --resume x --loss mae", ["--loss must not be given with --resume, because"]),
    ("train --resume x --early-stopping", ["--early-stopping must not be given with --resume"]),
    ("evaluate", ["MODEL"]),
    ("evaluate nowhere", ["nowhere", "No such file"]),
    ("evaluate .", [".", "directory"]),
    ("predict model", ["IMAGE"]),
    ("report nowhere", ["nowhere"]),
    ("report nowhere --out .", ["--out must be a file; got ., which is a folder."]),
]


@pytest.mark.parametrize(("words", "fragments"), INVALID)
def test_error_is_one_line(words, fragments, folder, capsys):
    expect_one_line(words.split(), capsys, *fragments)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no pickle", b"import sys, types\nx\n", b"PK\x03\x04"])
def test_error_names_a_file_that_is_no_model(content, folder, capsys):
    (folder / "junk").write_bytes(content)
    expect_one_line(["evaluate", "junk"], capsys, "junk", "not a model")


@pytest.mark.parametrize("thing", [LinearRegression(), {"a": 1}, [1, 2], "text"])
def test_error_for_an_object_that_is_no_classifier(thing, folder, capsys):
    joblib.dump(thing, "thing")
    expect_one_line(["evaluate", "thing"], capsys, "thing", type(thing).__name__)


def test_error_for_a_model_that_is_not_fitted(folder, capsys):
    joblib.dump(MLPDigitClassifier(), "new")
    expect_one_line(["evaluate", "new"], capsys, "new", "not fitted")


def test_warning_for_a_model_of_another_version_is_one_line(trained, folder, capsys):
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
def test_help_fits_on_a_screen(command):
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


def test_help_names_the_losses_of_the_network():
    assert tuple(network.LOSSES) == LOSSES


def test_defaults_in_help_are_those_of_the_classifier(capsys):
    assert status_of(["train", "--help"]) == 0
    text, defaults = " ".join(capsys.readouterr().out.split()), MLPDigitClassifier()
    sizes = " ".join(map(str, defaults.hidden_layer_sizes))
    for default in (sizes, f"{FEWEST_EPOCHS}, or more", defaults.loss):
        assert f"(default: {default}" in text
    assert defaults.validation_fraction == 0.1  # "hold out a tenth"


def test_help_does_not_import_numpy():
    code = (
        "import sys; from skmnist.cli import main\n"
        "try: main(['--help'])\n"
        "finally: print([name for name in ('numpy', 'scipy', 'sklearn') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_version_is_that_of_the_package(capsys):
    assert status_of(["--version"]) == 0
    assert capsys.readouterr().out == f"skmnist {skmnist.__version__}\n"


def test_entry_point_is_main():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"skmnist": "skmnist.cli:main"}


def test_closed_pipe_is_no_error(trained, folder):
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "skmnist", "evaluate", "model"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, cwd=folder)
    os.close(writer)
    assert done.returncode == 141
    assert done.stderr == ""


def test_error_for_a_name_with_a_line_break_is_one_line(folder, capsys):
    expect_one_line(["evaluate", "a\nb"], capsys, "a b")
    expect_one_line(["train", "--epochs", "a\nb"], capsys, "--epochs")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_error_for_a_full_disk(folder, digits, capsys):
    X, y = digits
    np.savez("few.npz", x_train=X[:20], y_train=y[:20])
    argv = ["train", "--data", "few.npz", "--hidden", "2", "--out", "/dev/full"]
    assert status_of(argv) == 2
    assert "/dev/full: No space left" in capsys.readouterr().err


def test_error_before_the_training_if_a_folder_is_not_writable(folder, capsys):
    expect_one_line(["train", "--out", "/proc/model"], capsys, "--out", "/proc/model")


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_closed_stream_is_no_error(closed, trained, folder):
    code = (
        f"import sys; sys.{closed} = None; from skmnist.cli import main; "
        "sys.exit(main(['evaluate', 'model']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stderr == ""
