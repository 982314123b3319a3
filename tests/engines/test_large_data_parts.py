"""The parts that examples/large_data.py reads: both formats, and errors for invalid parts."""

import re

import numpy as np
import pytest

from skmnist.datasets import write_idx

pytest.importorskip("distributed")  # needed by the script


def test_idx_and_parquet_give_the_same_part(parts, example):
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


def blank(*shape, dtype=np.uint8):
    return np.zeros(shape, dtype)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (blank(3, 28, 28), blank(2), "its labels must have the shape (3,); got (2,)."),
        (blank(3, 28, 28), blank(3, 1), "its labels must have the shape (3,); got (3, 1)."),
        (blank(3, 28, 28), blank(3) + 10, "its labels must be numbers from 0 to 9; got 10."),
        (
            blank(3, 28, 28),
            blank(3, dtype=np.int8) - 1,
            "its labels must be numbers from 0 to 9; got -1.",
        ),
        (blank(0, 28, 28), blank(0), "it must contain images; got an array of shape (0, 28, 28)."),
        (blank(3, 0), blank(3), "it must contain images; got an array of shape (3, 0)."),
        (blank(3), blank(3), "it must contain images; got an array of shape (3,)."),
        (
            blank(3, 4) + np.float32("nan"),
            blank(3),
            "its pixels must be finite; got infinity or NaN.",
        ),
    ],
)
def test_invalid_idx_part_is_named(example, tmp_path, images, labels, message):
    path = tmp_path / "images-000000.idx.gz"
    write_idx(path, images)
    write_idx(tmp_path / "labels-000000.idx.gz", labels)
    with pytest.raises(ValueError, match=re.escape(f"part {path}: {message}")):
        example["read_part"](path)


def test_part_without_labels_is_named(example, parts):
    labels = parts / "labels-000000.idx.gz"
    labels.unlink()
    with pytest.raises(ValueError, match=re.escape(str(labels))) as error:
        example["read_part"](parts / "images-000000.idx.gz")
    assert str(error.value).startswith(f"part {parts / 'images-000000.idx.gz'}: ")


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"pixels": [b"", b""], "digit": [1, 2]},
            "its columns must include 'pixels' and 'label'; got ['pixels', 'digit'].",
        ),
        (
            {"pixels": [bytes(1000), bytes(568)], "label": [1, 2]},
            "its images must have the same size; got 568 to 1000 bytes.",
        ),
        ({"pixels": [], "label": []}, "it must contain images; got an array of shape (0, 0)."),
        ({"pixels": ["0", "1"], "label": [1, 2]}, "sequence item 0: expected a bytes-like object"),
        (
            {"pixels": [b"0", b"1"], "label": [1, None]},
            "its labels must be numbers from 0 to 9; got nan.",
        ),
        (
            {"pixels": [b"0", b"1"], "label": ["1", "2"]},
            "its labels must be numbers from 0 to 9; got '1'.",
        ),
    ],
)
def test_invalid_parquet_part_is_named(example, tmp_path, columns, message):
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    path = tmp_path / "images-000000.parquet"
    pandas.DataFrame(columns).to_parquet(path)
    with pytest.raises(ValueError, match=re.escape(f"part {path}: {message}")):
        example["read_part"](path)


@pytest.mark.parametrize("n_bytes", [0, 100])
def test_damaged_parquet_part_is_named(example, tmp_path, n_bytes):
    pytest.importorskip("pyarrow")
    path = tmp_path / "images-000000.parquet"
    path.write_bytes(bytes(n_bytes))
    with pytest.raises(ValueError, match=re.escape(f"part {path}: ")):
        example["read_part"](path)


def test_part_with_another_suffix_is_named(example, tmp_path):
    path = tmp_path / "images-000000.idx.gz~"
    message = f"part {path} must end in one of .idx, .gz, .parquet; got '.gz~'."
    with pytest.raises(ValueError, match=re.escape(message)):
        example["read_part"](path)
