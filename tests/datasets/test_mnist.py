"""The bundled MNIST: original contents, checksums, formats, errors."""

import hashlib
import shutil
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from skmnist import datasets
from skmnist.base._optional import optional
from skmnist.datasets import _mnist, load_mnist

HERE = Path(datasets.__file__).parent

# The SHA-256 checksums of the uncompressed original files.
ORIGINALS = {
    "train": (
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    "test": (
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
}


def run(code, root=HERE.parents[1]):
    """Run code in a new Python process that imports the package from a folder."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False
    )


def contents_of(path):
    with _mnist._open_verified(path) as file:
        return file.read()


@pytest.fixture(scope="module")
def ten_thousand():
    return load_mnist(subset="test")


@pytest.mark.parametrize("subset", ORIGINALS)
def test_arrays_equal_the_original_files(subset):
    X, y = load_mnist(subset=subset, return_X_y=True)
    images = struct.pack(">4B3I", 0, 0, 8, 3, len(X), 28, 28) + X.tobytes()
    labels = struct.pack(">4BI", 0, 0, 8, 1, len(y)) + y.astype(np.uint8).tobytes()
    found = [hashlib.sha256(contents).hexdigest() for contents in (images, labels)]
    assert found == list(ORIGINALS[subset])


def test_training_images_are_the_default():
    assert load_mnist(return_X_y=True)[0].shape == (60_000, 784)


def test_all_is_train_followed_by_test():
    X, y = load_mnist(subset="all", return_X_y=True)
    for subset, rows in (("train", slice(60_000)), ("test", slice(60_000, None))):
        X_part, y_part = load_mnist(subset=subset, return_X_y=True)
        assert np.array_equal(X[rows], X_part)
        assert np.array_equal(y[rows], y_part)


def test_bunch_has_the_keys_of_scikit_learn_data_sets(ten_thousand):
    assert set(ten_thousand) == set(load_digits())
    assert ten_thousand.data.shape == (10_000, 784)
    assert ten_thousand.data.dtype == np.uint8
    assert ten_thousand.target.shape == (10_000,)
    assert ten_thousand.target.dtype == np.int64
    assert ten_thousand.target_names.tolist() == np.unique(ten_thousand.target).tolist()
    assert ten_thousand.frame is None
    assert "Yann LeCun and Corinna Cortes" in ten_thousand.DESCR


def test_feature_names_are_row_and_column(ten_thousand):
    assert len(ten_thousand.feature_names) == 784
    position = ten_thousand.feature_names.index("pixel_3_20")
    np.testing.assert_array_equal(ten_thousand.data[:, position], ten_thousand.images[:, 3, 20])


def test_images_are_a_writable_view_of_data():
    bunch = load_mnist(subset="test")
    bunch.data[0, 29] = 77
    assert bunch.images[0, 1, 1] == 77
    assert load_mnist(subset="test").data[0, 29] == 0


def test_frames_equal_the_arrays(ten_thousand):
    framed = load_mnist(subset="test", as_frame=True)
    assert list(framed.frame) == [*ten_thousand.feature_names, "target"]
    np.testing.assert_array_equal(framed.data.to_numpy(), ten_thousand.data)
    np.testing.assert_array_equal(framed.target.to_numpy(), ten_thousand.target)
    np.testing.assert_array_equal(framed.frame.to_numpy()[:, :-1], ten_thousand.data)
    np.testing.assert_array_equal(framed.images, ten_thousand.images)
    assert (framed.frame.dtypes == ["uint8"] * 784 + ["int64"]).all()
    X, y = load_mnist(subset="test", as_frame=True, return_X_y=True)
    assert X.equals(framed.data)
    assert y.equals(framed.target)
    assert y.name == "target"


@pytest.mark.parametrize("subset", ["Train", None, ["train"]])
def test_error_for_an_unknown_subset(subset):
    with pytest.raises(ValueError, match=r"subset must be one of \['train', 'test', 'all'\]; got"):
        load_mnist(subset=subset)


def test_loading_takes_little_more_memory_than_the_arrays():
    tracemalloc.start()
    try:
        X, _ = load_mnist(subset="all", return_X_y=True)
        assert tracemalloc.get_traced_memory()[1] < 1.25 * X.nbytes
    finally:
        tracemalloc.stop()


def test_loading_opens_no_connection_and_writes_no_file():
    done = run(
        "import sys; from skmnist.datasets import load_mnist\n"
        "def reject(event, args):\n"
        "    opens_to_write = event == 'open' and 'r' not in (args[1] or 'r')\n"
        "    if event.startswith('socket.') or opens_to_write: raise SystemExit(event)\n"
        "sys.addaudithook(reject); print(len(load_mnist(subset='all').data))"
    )
    assert (done.stdout.strip(), done.stderr) == ("70000", "")


def test_error_names_a_damaged_or_missing_file(tmp_path):
    shutil.copy(HERE / "data" / "t10k-labels-idx1-ubyte.gz", tmp_path)
    path = tmp_path / "t10k-labels-idx1-ubyte.gz"
    assert contents_of(path) == path.read_bytes()
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    with pytest.raises(
        OSError, match=r"t10k-labels-idx1-ubyte.gz is damaged: .* Reinstall skmnist\.$"
    ):
        contents_of(path)
    path.unlink()
    with pytest.raises(
        OSError, match=r"t10k-labels-idx1-ubyte.gz is missing\. Reinstall skmnist\.$"
    ):
        contents_of(path)


def test_error_for_a_damaged_package(tmp_path):
    shutil.copytree(HERE.parent, tmp_path / "skmnist")
    with (tmp_path / "skmnist/datasets/data/t10k-images-idx3-ubyte.gz").open("r+b") as file:
        file.seek(100_000)
        file.write(b"scratch")
    done = run("from skmnist.datasets import *; load_mnist(subset='test')", root=tmp_path)
    assert "OSError" in done.stderr
    assert "t10k-images-idx3-ubyte.gz is damaged" in done.stderr


def test_error_without_pandas_tells_what_to_install():
    done = run(
        "import sys; sys.modules['pandas'] = None\n"
        "from skmnist.datasets import load_mnist\n"
        "print(len(load_mnist(subset='test').data)); load_mnist(subset='test', as_frame=True)"
    )
    assert done.stdout.strip() == "10000"
    expected = "ImportError: as_frame=True requires pandas. Install it with `pip install pandas`."
    assert expected in done.stderr
    with pytest.raises(ImportError, match=r"^this requires no_such_module\. Install it with"):
        optional("no_such_module", "this")


def test_every_file_has_a_checksum_and_a_license():
    lines = (HERE / "data" / "SHA256SUMS").read_text().splitlines()
    assert sorted(line.split()[1] for line in lines) == sorted(
        path.name for path in (HERE / "data").glob("*.gz")
    )
    license_text = (HERE / "data" / "LICENSE").read_text()
    assert all(line.split()[1] in license_text for line in lines)
    assert "Attribution-ShareAlike 3.0" in license_text


def test_public_names_are_sorted_and_callable():
    assert datasets.__all__ == sorted(datasets.__all__)
    assert all(callable(getattr(datasets, name)) for name in datasets.__all__)
