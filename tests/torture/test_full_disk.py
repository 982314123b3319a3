"""Saving a model on a full disk and in a folder without write permission."""

import contextlib
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

import skmnist
from skmnist import MLPDigitClassifier
from skmnist.cli import main
from skmnist.io import save

KINDS = ["joblib", "skops"]
TRAIN = ["train", "--data", "digits.npz", "--hidden", "64", "--epochs", "1", "--out"]
OLD = b"the old file"
LESS_THAN_A_MODEL = 10_000
NOBODY = 65534  # a user who owns no files


def write_digits(folder):
    X, y = load_digits(return_X_y=True)
    images = X[:200].reshape(-1, 8, 8).astype(np.uint8)
    np.savez(folder / "digits.npz", x_train=images, y_train=y[:200])


@pytest.fixture
def folder(tmp_path):
    """Change to a folder with a few images."""
    write_digits(tmp_path)
    with contextlib.chdir(tmp_path):
        yield tmp_path


def skops_or_skip(kind):
    if kind == "skops":
        pytest.importorskip("skops.io")


@contextlib.contextmanager
def small_disk(folder):
    """Mount a disk of 64 kB in memory, or skip the test where that is not allowed."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only root can mount a disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def last_line(capsys):
    return capsys.readouterr().err.splitlines()[-1]


def expect_old_model_only(folder, path):
    assert path.read_bytes() == OLD
    assert {each.name for each in folder.iterdir()} <= {"digits.npz", "other", path.name}


@pytest.mark.parametrize("kind", KINDS)
def test_command_keeps_the_old_model_when_the_file_size_is_limited(
    folder, kind, capsys, files_limited_to
):
    skops_or_skip(kind)
    path = folder / f"model.{kind}"
    path.write_bytes(OLD)
    with files_limited_to(LESS_THAN_A_MODEL):
        assert main([*TRAIN, path.name]) == 2
    assert last_line(capsys) == f"skmnist: error: {path.name}: File too large"
    expect_old_model_only(folder, path)


@pytest.mark.parametrize("kind", KINDS)
def test_command_keeps_the_old_model_when_the_disk_is_full(folder, kind, capsys, reached):
    skops_or_skip(kind)
    with small_disk(folder) as disk:
        path = disk / f"model.{kind}"
        path.write_bytes(OLD)
        (disk / "other").write_bytes(bytes(48_000))
        assert main([*TRAIN, str(path)]) == 2
        assert last_line(capsys) == f"skmnist: error: {path}: No space left on device"
        expect_old_model_only(disk, path)
        (disk / "other").unlink()
        assert main([*TRAIN, str(path)]) == 0
        assert path.read_bytes() != OLD
    reached(f"a full disk of 64 kB ({kind}): the old model is kept, later replaced")


def test_save_keeps_the_old_model_when_the_file_size_is_limited(folder, files_limited_to):
    pytest.importorskip("skops.io")
    path = folder / "model.skops"
    path.write_bytes(OLD)
    with (
        files_limited_to(LESS_THAN_A_MODEL),
        pytest.raises(OSError, match="File too large"),
    ):
        save(MLPDigitClassifier(max_iter=1).fit(np.eye(64), np.arange(64) % 2), path)
    expect_old_model_only(folder, path)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_save_reports_a_full_device():
    pytest.importorskip("skops.io")
    with pytest.raises(OSError, match="No space left"):
        save(MLPDigitClassifier(), "/dev/full")


# Everything is imported first, because another user may not be able to read the packages.
AS_NOBODY = f"""
import os, sys
from skmnist import MLPDigitClassifier
from skmnist.cli import main
from skmnist.io import save

*train, kinds = sys.argv[1:]
for kind in kinds.split():
    assert main([*train, "open/model." + kind]) == 0
if os.geteuid() == 0:  # root could write anywhere
    os.setgroups([])
    os.setgid({NOBODY})
    os.setuid({NOBODY})
print("---", file=sys.stderr)
for kind in kinds.split():
    assert main([*train, "closed/model." + kind]) == 2
if "skops" in kinds:
    try:
        save(MLPDigitClassifier(), "closed/model.skops")
    except PermissionError as error:
        print("save:", error.strerror, file=sys.stderr)
"""


@pytest.fixture
def closed():
    """Return a folder in which nobody may write, inside a folder that everybody may enter."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        write_digits(folder)
        (folder / "open").mkdir()
        (folder / "closed").mkdir()
        for kind in KINDS:
            (folder / "closed" / f"model.{kind}").write_bytes(OLD)
        (folder / "closed").chmod(0o555)
        yield folder / "closed"
        (folder / "closed").chmod(0o755)


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="needs the users of Unix")
def test_missing_write_permission_is_reported_and_changes_nothing(closed):
    kinds = KINDS if find_spec("skops") else ["joblib"]
    command = [sys.executable, "-c", AS_NOBODY, *TRAIN, " ".join(kinds)]
    env = {**os.environ, "PYTHONPATH": str(Path(skmnist.__file__).parents[1])}
    done = subprocess.run(command, cwd=closed.parent, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = done.stderr.partition("---\n")[2].splitlines()
    message = "skmnist: error: --out closed/model.{} cannot be written: Permission denied."
    expected = [message.format(kind) for kind in kinds]
    assert lines == expected + ["save: Permission denied"] * ("skops" in kinds)
    for kind in KINDS:
        assert (closed / f"model.{kind}").read_bytes() == OLD
    assert len(list(closed.iterdir())) == len(KINDS)
