"""The images of --data, as IDX files and in an .npz file, and errors for invalid ones."""

import joblib
import numpy as np
import pytest
from helpers import parameter_bytes, small_classifier
from numpy.testing import assert_array_equal

from skmnist.cli import main
from skmnist.cli._data import read_images
from skmnist.datasets import write_idx

INVALID_ARRAYS = [
    ({"x_test": np.zeros((2, 4)), "y_test": [0, 1]}, "must contain the array x_train; got"),
    ({"x_train": np.zeros((2, 4))}, "must contain the array y_train; got ['x_train']"),
    ({"x_train": np.zeros((2, 4)), "y_train": [0, 1, 2]}, "got 2 images and 3 labels"),
    ({"x_train": np.zeros(2), "y_train": [0, 1]}, "shape (n, height, width), or"),
    ({"x_train": np.zeros((0, 4)), "y_train": []}, "channels; got (0, 4)"),
    ({"x_train": np.array([{}]), "y_train": [0]}, "allow_pickle"),
    (
        {"x_train": np.zeros((2, 1, 5, 5)), "y_train": [0, 1]},
        "4 channels; got (2, 1, 5, 5)",
    ),
    ({"x_train": np.full((2, 4), np.nan), "y_train": [0, 1]}, "must have finite images; got NaN"),
    ({"x_train": np.zeros((2, 4)), "y_train": [7, 7]}, "got only images of the class 7."),
]


def expect_error(data, folder, capsys, fragment):
    out = folder / "out"
    assert main(["train", "--data", str(data), "--out", str(out)]) == 2
    printed = capsys.readouterr().err
    assert fragment in printed
    assert printed.count("\n") == 1
    assert not out.exists()


@pytest.mark.parametrize(("arrays", "fragment"), INVALID_ARRAYS)
def test_error_for_invalid_arrays(arrays, fragment, tmp_path, capsys):
    path = tmp_path / "data.npz"
    np.savez(path, **arrays)
    expect_error(path, tmp_path, capsys, fragment)


@pytest.mark.parametrize("content", [b"PK", b"PK\x03\x04 and no more", b"neither"])
def test_error_names_a_damaged_npz_file(content, tmp_path, capsys):
    path = tmp_path / "data.npz"
    path.write_bytes(content)
    expect_error(path, tmp_path, capsys, "data.npz")


def test_error_names_a_missing_idx_file(tmp_path, capsys):
    expect_error(
        tmp_path, tmp_path, capsys, "train-images-idx3-ubyte or train-images-idx3-ubyte.gz"
    )


@pytest.mark.parametrize("name", ["{}-idx{}-ubyte", "{}.idx{}-ubyte", "{}-idx{}-ubyte.gz"])
def test_idx_files_and_npz_file_give_the_same_images(name, digits, data, tmp_path):
    X, y = digits
    write_idx(tmp_path / f"train-{name.format('images', 3)}", X[:900].reshape(-1, 28, 28))
    write_idx(tmp_path / f"train-{name.format('labels', 1)}", y[:900].astype(np.uint8))
    from_folder, from_npz = read_images(tmp_path, "train"), read_images(data, "train")
    assert_array_equal(from_folder.X, from_npz.X)
    assert_array_equal(from_folder.y, from_npz.y)
    assert from_folder.image_shape == from_npz.image_shape == (28, 28)
    out = tmp_path / "model"
    options = ["--hidden", "2", "--epochs", "1", "--out", str(out)]
    assert main(["train", "--data", str(tmp_path), *options]) == 0
    expected = small_classifier(hidden_layer_sizes=(2,), max_iter=1).fit(X[:900], y[:900])
    assert parameter_bytes(joblib.load(out)) == parameter_bytes(expected)


@pytest.mark.parametrize("shape", [(28, 7), (7, 7, 4)])
def test_npz_file_can_have_grey_or_colour_images(shape, tmp_path):
    images = np.arange(2 * 196).reshape(2, *shape)
    np.savez(tmp_path / "data.npz", x_train=images, y_train=[[0], [1]])
    X, y, image_shape = read_images(tmp_path / "data.npz", "train")
    assert_array_equal(X, images.reshape(2, 196))
    assert y.tolist() == [0, 1]
    assert image_shape == shape


@pytest.mark.parametrize("option", ["--out", "--checkpoint"])
def test_training_does_not_replace_its_images(option, digits, data, tmp_path, capsys):
    X, y = digits
    images = tmp_path / "train-images-idx3-ubyte"
    write_idx(images, X.reshape(-1, 28, 28))
    write_idx(tmp_path / "train-labels-idx1-ubyte", y.astype(np.uint8))
    for source, file in ((data, data), (tmp_path, images)):
        before = file.read_bytes()
        assert main(["train", "--data", str(source), option, str(file)]) == 2
        assert f"{option} must not be an input file; got {file}." in capsys.readouterr().err
        assert file.read_bytes() == before


def test_next_steps_need_test_images(digits, data, tmp_path, capsys):
    X, y = digits
    options = ["--hidden", "2", "--epochs", "1", "--out", str(tmp_path / "model")]
    assert main(["train", "--data", str(data), *options]) == 0
    assert "skmnist evaluate" in capsys.readouterr().out
    alone = tmp_path / "alone.npz"
    np.savez(alone, x_train=X[:100].reshape(-1, 28, 28), y_train=y[:100])
    assert main(["train", "--data", str(alone), *options]) == 0
    printed = capsys.readouterr().out
    assert "skmnist evaluate" not in printed
    assert "To evaluate the model, add test images of the same size to" in printed
