"""The progress of a training on a terminal and elsewhere."""

import io
import os
import re
import subprocess
import sys

import joblib
import pytest

from skmnist.cli import main
from skmnist.cli._progress import Progress, duration


class Terminal(io.StringIO):
    """A terminal, on which a carriage return starts the line again."""

    def isatty(self):
        return True

    def lines(self):
        return [line.rpartition("\r")[2].rstrip() for line in self.getvalue().split("\n")]


def test_terminal_shows_one_line_that_changes():
    terminal = Terminal()
    with Progress(terminal) as progress:
        progress.show("epoch 0/2", terminal_only=True)
        progress.show("epoch 1/2   a long line")
        progress.show("epoch 2/2")
        progress.show("kept epoch 1", new_line=True)
    assert terminal.lines() == ["epoch 2/2", "kept epoch 1", ""]


def test_other_streams_get_one_line_per_text():
    stream = io.StringIO()
    with Progress(stream) as progress:
        progress.show("epoch 0/2", terminal_only=True)
        progress.show("epoch 1/2   a long line")
        progress.show("epoch 2/2", new_line=True)
    assert stream.getvalue() == "epoch 1/2   a long line\nepoch 2/2\n"


def test_each_epoch_is_shown_with_the_time_left(data, tmp_path, capsys):
    options = ["--data", str(data), "--out", str(tmp_path / "model"), "--hidden", "16"]
    assert main(["train", *options, "--epochs", "4"]) == 0
    shown = [line for line in capsys.readouterr().err.splitlines() if line.startswith("epoch")]
    assert [line.split()[1] for line in shown] == ["1/4", "2/4", "3/4", "4/4"]
    assert all(re.search(r"loss 0\.\d+ .* s left$", line) for line in shown[:-1])
    assert "left" not in shown[-1]


def test_closed_pipe_does_not_stop_the_training(data, tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "skmnist", "train", "--data", str(data), "--out", "model"]
    done = subprocess.run(
        [*command, "--hidden", "16", "--epochs", "5"], cwd=tmp_path, stderr=writer
    )
    os.close(writer)
    assert done.returncode == 0
    assert joblib.load(tmp_path / "model").n_iter_ == 5


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.6, "1 min 0 s"), (7800, "2 h 10 min")],
)
def test_duration_as_text(seconds, text):
    assert duration(seconds) == text
