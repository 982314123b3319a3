"""examples/large_data.py, which trains on more images than fit into memory, run as a script."""

import functools
import os
import re
import shutil
import threading
import time
import types

import joblib
import numpy as np
import pytest

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import read_idx, write_idx

distributed = pytest.importorskip("distributed")
psutil = pytest.importorskip("psutil")

N_PARTS = 6  # in `parts`; the last part is for the score
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no process groups")


@pytest.fixture
def run_script(start, parts, example):
    """Return a function that starts the script, which saves after each part."""

    def run_script(epochs, *options):
        options = [*options, "--model", parts.parent / "model.joblib", "--every", "1"]
        folder = str(parts.parent)
        options += ["--epochs", str(epochs)]
        return start(example["__file__"], parts, *options, DASK_TEMPORARY_DIRECTORY=folder)

    return run_script


def saved(parts):
    return joblib.load(parts.parent / "model.joblib")


def printed(parts):
    return (parts.parent / "out.txt").read_text("utf-8")


def errors(parts):
    return (parts.parent / "err.txt").read_text("utf-8")


def by_hand(parts, epochs):
    """Return a classifier trained on one part after the other, without Dask."""
    paths = sorted(parts.glob("images-*"))[:-1]
    labels = {path: parts / path.name.replace("images", "labels") for path in paths}
    X, y = read_idx(paths[0]).reshape(-1, 784), read_idx(labels[paths[0]])
    transformer = ConvFeatureTransformer(random_state=0).fit(X, y)
    classifier = MLPDigitClassifier(random_state=0)
    for epoch in range(epochs):
        for number in np.random.default_rng(epoch).permutation(len(paths)):
            X, y = read_idx(paths[number]).reshape(-1, 784), read_idx(labels[paths[number]])
            classifier.partial_fit(transformer.transform(X), y, classes=range(10))
    return classifier


def wait_for_the_end_of(group):
    """Wait until a process group is empty: workers stop when their parent process has ended."""
    end = time.monotonic() + 30
    while any(is_in(process, group) for process in psutil.process_iter()):
        assert time.monotonic() < end, "workers are still running after the script"
        time.sleep(0.1)


def is_in(process, group):
    try:
        return os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, psutil.Error):  # the process has ended in the meantime
        return False


def wait_until_printed(text, process, parts):
    end = time.monotonic() + 100
    while text not in printed(parts):
        assert process.poll() is None, errors(parts)
        assert time.monotonic() < end, f"{text!r} was not printed"
        time.sleep(0.05)


def test_weights_after_a_kill_equal_those_of_plain_partial_fit(parts, run_script):
    first = run_script(100)
    wait_until_printed("part 3 of 500", first, parts)
    first.kill()
    wait_for_the_end_of(first.pid)
    n_saved = saved(parts)[-1].n_iter_
    epochs = n_saved // 5 + 2  # more than the script was trained for
    second = run_script(epochs)
    assert second.wait(timeout=200) == 0, errors(parts)
    assert printed(parts).startswith(f"part {n_saved + 1} of {5 * epochs}: ")
    expected = by_hand(parts, epochs)
    assert saved(parts)[-1].n_iter_ == expected.n_iter_ == 5 * epochs
    for found, plain in zip(saved(parts)[-1].coefs_, expected.coefs_, strict=True):
        np.testing.assert_array_equal(found, plain)


def test_damaged_part_is_named_and_the_model_before_it_is_saved(parts, run_script):
    fifth = np.random.default_rng(0).permutation(N_PARTS - 1)[4]
    damaged = parts / f"images-{fifth:06}.idx.gz"
    damaged.write_bytes(damaged.read_bytes()[:-1000])
    assert run_script(2).wait(timeout=200) == 1
    assert f"{damaged} has damaged gzip data" in errors(parts)
    assert "part 4 of 10: " in printed(parts)
    assert saved(parts)[-1].n_iter_ == 4


@pytest.fixture
def run_here(client, example, parts):
    """Return a function that runs the script in this process, on the shared workers."""
    model, address = str(parts.parent / "model.joblib"), client.scheduler.address
    return functools.partial(run_main, example, str(parts), "--model", model, address=address)


def run_main(example, *options, address):
    example["main"]([*options, "--scheduler", address])


def test_script_reports_when_training_is_complete(run_here, parts, capsys):
    run_here()
    score = re.search("part 5 of 5(: accuracy .*%\n)", capsys.readouterr().out)[1]
    before = (parts.parent / "model.joblib").read_bytes()
    run_here("--make", str(N_PARTS))
    assert capsys.readouterr().out == "Training is complete (5 parts)" + score
    assert (parts.parent / "model.joblib").read_bytes() == before


def make_smaller(parts, number):
    """Replace the images of a part by smaller ones, and return its path."""
    path = parts / f"images-{number:06}.idx.gz"
    write_idx(path, read_idx(path)[:, 4:24, 4:24])
    return path


def test_part_with_images_of_another_size_is_named(run_here, parts):
    second = np.random.default_rng(0).permutation(N_PARTS - 1)[1]
    message = f"part {make_smaller(parts, second)}: its images must have 784 pixels; got 400."
    with pytest.raises(ValueError, match=re.escape(message)):
        run_here("--every", "1")
    assert saved(parts)[-1].n_iter_ == 1


def test_wrong_part_for_the_score_is_named_before_training(run_here, parts):
    message = f"part {make_smaller(parts, N_PARTS - 1)}: its images must have 784 pixels; got 400."
    with pytest.raises(ValueError, match=re.escape(message)):
        run_here("--every", "1")
    assert not (parts.parent / "model.joblib").exists()


def test_part_with_another_suffix_is_rejected_before_training(run_here, parts):
    shutil.copy(parts / "images-000001.idx.gz", parts / "images-000001.idx.gz~")
    with pytest.raises(ValueError, match=r"images-000001\.idx\.gz~ must end in .*; got '\.gz~'"):
        run_here()
    assert [path.name for path in parts.parent.iterdir()] == ["parts"]


def test_model_is_saved_before_it_is_scored(client, example, parts):
    first = parts / "images-000000.idx.gz"
    pipeline = example["begin"](first, 200)
    options = types.SimpleNamespace(every=1, model=parts.parent / "model.joblib")
    wrong_images = np.zeros((3, 400), np.uint8), np.zeros(3)
    with pytest.raises(ValueError, match="X has 400 features"):
        example["learn"](pipeline, client, [first], wrong_images, options)
    assert saved(parts)[-1].n_iter_ == 1


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("nofolder/m.joblib", "must be in an existing folder; got {folder}/nofolder."),
        ("parts", "must be a file; got a folder."),
    ],
)
def test_path_that_cannot_be_written_is_rejected(example, parts, capsys, model, message):
    path = parts.parent / model
    with pytest.raises(SystemExit):
        example["main"]([str(parts), "--model", str(path)])
    error = capsys.readouterr().err
    assert f"error: --model {path}: " in error
    assert error.endswith(message.format(folder=parts.parent) + "\n")


def add_one(parts):
    shutil.copy(parts / "images-000000.idx.gz", parts / "images-000099.idx.gz")


def remove_one(parts):
    (parts / "images-000002.idx.gz").unlink()


def remove_names(parts):
    (parts.parent / "model.joblib.parts").unlink()


@pytest.mark.parametrize("change", [add_one, remove_one, remove_names])
def test_training_is_not_resumed_on_other_parts(run_here, parts, capsys, change):
    run_here()
    change(parts)
    with pytest.raises(SystemExit):
        run_here("--epochs", "2")
    assert f"{parts} must contain the parts that " in capsys.readouterr().err
    assert saved(parts)[-1].n_iter_ == N_PARTS - 1


@pytest.mark.parametrize("n_parts", [0, 1])
def test_at_least_two_parts_are_needed(run_here, parts, capsys, n_parts):
    for path in sorted(parts.glob("images-*"))[n_parts:]:
        path.unlink()
    with pytest.raises(SystemExit):
        run_here()
    assert f"{parts} must contain at least two parts; got {n_parts}." in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--make", "--every", "--epochs", "--sample", "--workers"])
def test_integer_options_must_be_at_least_one(example, tmp_path, capsys, option):
    with pytest.raises(SystemExit):
        example["main"]([str(tmp_path), "--model", "model.joblib", option, "0"])
    assert f"argument {option}: must be at least 1; got 0." in capsys.readouterr().err


def test_existing_parts_are_not_replaced(example, parts):
    times = {path: path.stat().st_mtime_ns for path in parts.iterdir()}
    example["make_parts"](parts, N_PARTS + 1, n_images=200)
    assert times == {path: path.stat().st_mtime_ns for path in times}
    assert (parts / f"images-{N_PARTS:06}.idx.gz").exists()


def test_script_waits_for_the_first_worker_of_a_cluster(example, tmp_path):
    options = types.SimpleNamespace(scheduler=None)
    with distributed.LocalCluster(
        n_workers=0, processes=False, dashboard_address=":0", local_directory=str(tmp_path)
    ) as cluster:
        options.scheduler = cluster.scheduler_address
        threading.Timer(0.5, cluster.scale, [1]).start()
        with example["connect"](options) as client:
            assert client.ncores()


@pytest.mark.parametrize(("n_ahead", "n_expected"), [(3, 3), (1, 1), (0, 1)])
def test_limited_number_of_parts_is_computed_ahead(client, example, n_ahead, n_expected):
    started = []

    def parts():
        for number in range(10):
            started.append(number)
            yield number

    results = example["results_ahead"](client, abs, parts(), n_ahead)
    for taken, result in enumerate(results):
        assert result == taken
        assert len(started) == min(taken + n_expected, 10)
    assert taken == 9
