"""The recipe for more images than a machine can hold: the script, run as a user runs it."""

import os
import re
import runpy
import signal
import subprocess
import sys
import time
from pathlib import Path

import joblib
import numpy as np
import pytest

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import read_idx

pytest.importorskip("distributed")
psutil = pytest.importorskip("psutil")

SCRIPT = Path(__file__).parents[2] / "examples" / "large_data.py"
N_PARTS = 6  # the last of them is to score on


@pytest.fixture(scope="module")
def example():
    return runpy.run_path(str(SCRIPT))


@pytest.fixture
def parts(tmp_path, example):
    example["make_parts"](tmp_path / "parts", N_PARTS, n_images=200)
    return tmp_path / "parts"


def start(parts):
    """Start the script with two epochs, saved after each part, as a group of processes."""
    script = [sys.executable, "-u", SCRIPT, parts, "--model", parts.parent / "model.joblib"]
    return subprocess.Popen(
        [*script, "--every", "1", "--epochs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "DASK_TEMPORARY_DIRECTORY": str(parts.parent)},
        text=True,
        start_new_session=True,
    )


def saved(parts):
    return joblib.load(parts.parent / "model.joblib")


def by_hand(parts):
    """Do the same without Dask: one part after the other."""
    paths = sorted(parts.glob("images-*"))[:-1]
    labels = {path: parts / path.name.replace("images", "labels") for path in paths}
    X, y = read_idx(paths[0]).reshape(-1, 784), read_idx(labels[paths[0]])
    convolve = ConvFeatureTransformer(random_state=0).fit(X, y)
    classifier = MLPDigitClassifier(random_state=0)
    for epoch in (0, 1):
        for number in np.random.default_rng(epoch).permutation(len(paths)):
            X, y = read_idx(paths[number]).reshape(-1, 784), read_idx(labels[paths[number]])
            classifier.partial_fit(convolve.transform(X), y, classes=range(10))
    return classifier


def wait_for_the_end_of(group):
    """Wait until no process of a group is left: workers notice that their parent has gone."""
    end = time.monotonic() + 30
    while any(is_in(process, group) for process in psutil.process_iter()):
        assert time.monotonic() < end, "workers outlive the script"
        time.sleep(0.1)


def is_in(process, group):
    try:
        return os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, psutil.Error):  # it has ended meanwhile
        return False


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_killed_and_started_again_it_ends_with_the_weights_of_plain_partial_fit(parts):
    first = start(parts)
    while not (line := first.stdout.readline()).startswith("part 3 of 10"):
        assert line, first.stderr.read()
    first.send_signal(signal.SIGKILL)
    first.communicate()
    wait_for_the_end_of(first.pid)
    assert 3 <= saved(parts)[-1].n_iter_ < 10
    second = start(parts)
    printed, errors = second.communicate(timeout=200)
    assert second.returncode == 0, errors
    assert re.match(r"part [4-9] of 10: ", printed)
    expected = by_hand(parts)
    assert saved(parts)[-1].n_iter_ == expected.n_iter_ == 10
    for found, plain in zip(saved(parts)[-1].coefs_, expected.coefs_, strict=True):
        np.testing.assert_array_equal(found, plain)


def test_a_damaged_part_is_named_and_what_was_learned_before_is_kept(parts):
    fifth = np.random.default_rng(0).permutation(N_PARTS - 1)[4]
    damaged = parts / f"images-{fifth:06}.idx.gz"
    damaged.write_bytes(damaged.read_bytes()[:-1000])
    process = start(parts)
    printed, errors = process.communicate(timeout=200)
    assert process.returncode == 1
    assert f"{damaged} has damaged gzip data" in errors
    assert "part 4 of 10: " in printed
    assert saved(parts)[-1].n_iter_ == 4


def test_idx_files_and_parquet_hold_the_same_part(parts, example):
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    images, labels = example["read_part"](parts / "images-000000.idx.gz")
    path = parts / "images-000000.parquet"
    pixels = [image.tobytes() for image in images]
    pandas.DataFrame({"pixels": pixels, "label": labels}).to_parquet(path)
    same_images, same_labels = example["read_part"](path)
    assert same_images.dtype == images.dtype == np.uint8
    np.testing.assert_array_equal(same_images, images)
    np.testing.assert_array_equal(same_labels, labels)


def test_no_more_parts_are_ahead_than_were_asked_for(client, example):
    started = []

    def parts():
        for number in range(10):
            started.append(number)
            yield number

    for taken, result in enumerate(example["results_ahead"](client, abs, parts(), n_ahead=3)):
        assert result == taken
        assert len(started) == min(taken + 3, 10)
    assert taken == 9
