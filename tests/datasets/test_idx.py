"""Reading and writing IDX files: round trips, invalid files, memory."""

import gzip
import hashlib
import io
import os
import random
import struct
import tracemalloc
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from skmnist.datasets import read_idx, write_idx

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}
FORMATS = {"u1": "B", "i1": "b", "i2": "h", "i4": "i", "f4": "f", "f8": "d"}
SHAPES = npst.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4)
ARRAYS = st.sampled_from([order + name for name in CODES for order in "<>"]).flatmap(
    lambda dtype: npst.arrays(dtype, SHAPES)
)
LAYOUTS = {
    "unchanged": lambda array: array,
    "Fortran": np.asfortranarray,
    "transposed": np.transpose,
    "reversed": lambda array: array[(..., *[slice(None, None, -1)] * array.ndim)],
    "every other": lambda array: array[(..., *[slice(None, None, 2)] * array.ndim)],
}
PETABYTE = struct.pack(">4B3I", 0, 0, 0x0E, 3, 2**15, 2**16, 2**16) + b"only this"


def packed(name, shape, values):
    """Return an IDX file written by struct alone."""
    head = struct.pack(f">4B{len(shape)}I", 0, 0, CODES[name], len(shape), *shape)
    return head + struct.pack(f">{len(values)}{FORMATS[name]}", *values)


def read(contents):
    return read_idx(io.BytesIO(contents))


def written(array):
    file = io.BytesIO()
    write_idx(file, array)
    return file.getvalue()


class Trickle:
    """A stream that can only be read, a few bytes at a time."""

    def __init__(self, contents):
        self.contents = io.BytesIO(contents)

    def read(self, size):
        return self.contents.read(min(size, 3))


@contextmanager
def peak_memory():
    peak = []
    tracemalloc.start()
    try:
        yield peak
        peak.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", CODES)
def test_file_written_by_struct_is_read(name):
    values = [0, 1, 2, 3, 100, 127]
    array = read(packed(name, (2, 3), values))
    assert array.tolist() == [values[:3], values[3:]]
    assert array.dtype == np.dtype(name)
    assert array.dtype.isnative
    assert array.flags.writeable


@pytest.mark.parametrize("name", CODES)
def test_file_equals_one_written_by_struct(name):
    values = [7, 0, 1, 2]
    assert written(np.array([values], dtype=name)) == packed(name, (1, 4), values)


@given(ARRAYS, st.sampled_from(sorted(LAYOUTS)))
def test_written_array_is_read_back(array, layout):
    array = LAYOUTS[layout](array)
    array.flags.writeable = False
    again = read(written(array))
    assert again.dtype == array.dtype.newbyteorder("=")
    assert again.shape == array.shape
    assert again.tobytes() == array.astype(again.dtype).tobytes()  # also NaN


@pytest.mark.parametrize("name", ["array.idx", "array.gz", "ARRAY.GZ"])
def test_round_trip_for_paths_of_all_types(tmp_path, name):
    array = np.arange(6, dtype=np.int16).reshape(2, 3)
    for path in (tmp_path / name, str(tmp_path / name), os.fsencode(tmp_path / name)):
        write_idx(path, array)
        np.testing.assert_array_equal(read_idx(path), array)
        with open(path, "rb") as file:
            assert (file.read(2) == b"\x1f\x8b") == name.lower().endswith(".gz")


def test_contents_determine_compression_not_the_name(tmp_path):
    contents = packed("u1", (3,), [1, 2, 3])
    (tmp_path / "plain.gz").write_bytes(contents)
    (tmp_path / "compressed").write_bytes(gzip.compress(contents))
    assert read_idx(tmp_path / "plain.gz").tolist() == [1, 2, 3]
    assert read_idx(tmp_path / "compressed").tolist() == [1, 2, 3]


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_streams_need_not_be_seekable(compress):
    contents = compress(packed("i4", (4,), [5, 6, -7, 8]))
    assert read_idx(Trickle(contents)).tolist() == [5, 6, -7, 8]
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as file:
        file.write(contents)
    with os.fdopen(reading, "rb") as file:
        assert read_idx(file).tolist() == [5, 6, -7, 8]


@pytest.mark.parametrize("buffering", [0, -1])
def test_file_objects_are_used_from_their_position_and_stay_open(tmp_path, buffering):
    with open(tmp_path / "file", "w+b", buffering=buffering) as file:
        file.write(b"before")
        write_idx(file, np.array([1, 2], dtype=np.uint8))
        file.seek(6)
        assert read_idx(file).tolist() == [1, 2]
        assert not file.closed


def test_gzip_file_object_is_read(tmp_path):
    write_idx(tmp_path / "array.gz", np.array([1.5, 2]))
    with gzip.open(tmp_path / "array.gz") as file:
        assert read_idx(file).tolist() == [1.5, 2]


def test_equal_arrays_give_equal_compressed_files(tmp_path):
    digests = set()
    for name in ("one.gz", "other.gz"):
        write_idx(tmp_path / name, np.arange(1000, dtype=np.int32))
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1
    assert (tmp_path / name).read_bytes()[4:8] == bytes(4)  # the time


def test_round_trip_of_a_large_memory_mapped_array(tmp_path):
    array = np.memmap(tmp_path / "raw", dtype="<f4", mode="w+", shape=(1000, 700))
    array[:] = np.arange(700)
    for layout in (array, array.T):
        write_idx(tmp_path / "array", layout)
        np.testing.assert_array_equal(read_idx(tmp_path / "array"), layout)


def test_round_trip_with_the_maximum_number_of_dimensions():
    array = np.full((1,) * 64, 7, dtype=np.int8)
    assert read(written(array)).shape == array.shape


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (b"", "ends within its header"),
        (b"\0\0\x08", "ends within its header"),
        (b"\0\0\x08\x02\0\0\0\x01\0\0", "ends within its header"),
        (b"\x89PNG\0\0\0\0", r"first two bytes must be 0000; got 8950\.$"),
        (b"\0\0\x0a\x01\0\0\0\0", r"type code must be one of 0x08 \(uint8\), .*; got 0x0a\.$"),
        (b"\0\0\x08\xff" + bytes(4 * 255), "has 255 dimensions: .* 64"),
        (packed("i2", (2, 2), [1, 2, 3]), r"header declares 8 bytes of elements; got 6\.$"),
        (packed("u1", (2,), [1, 2, 3]), r"header declares 2 bytes of elements; got (3|more)\.$"),
        (
            packed("u1", (0, 2**32 - 1, 2**32 - 1, 2**32 - 1), []),
            r"shape must be one .* can have; got \(0, 4294967295, ",
        ),
        (PETABYTE, r"header declares 1125899906842624 bytes of elements; got 9\.$"),
    ],
)
@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_error_names_an_invalid_file(tmp_path, compress, contents, message):
    path = tmp_path / "suspect"
    path.write_bytes(compress(contents))
    with pytest.raises(ValueError, match=rf"suspect is not a valid IDX file: .*{message}"):
        read_idx(path)
    with path.open("rb") as file, pytest.raises(ValueError, match=f"suspect .*{message}"):
        read_idx(file)
    with pytest.raises(ValueError, match=f"BytesIO .*{message}"):
        read(path.read_bytes())


def test_error_for_damaged_gzip_data(tmp_path):
    whole = gzip.compress(packed("u1", (200,), range(200)), mtime=0)
    cut, trailing = whole[:-9], whole + b"trailing"
    wrong_sum = whole[:-8] + bytes([whole[-8] ^ 1]) + whole[-7:]
    wrong_block = whole[:10] + b"\xff" + whole[11:]
    for contents in (cut, trailing, wrong_sum, wrong_block):
        (tmp_path / "suspect").write_bytes(contents)
        with pytest.raises(ValueError, match="suspect has damaged gzip data"):
            read_idx(tmp_path / "suspect")


def test_shape_with_an_empty_dimension_needs_no_elements():
    assert read(packed("f8", (2**32 - 1, 0, 5), [])).shape == (2**32 - 1, 0, 5)


def test_declared_elements_take_no_memory(tmp_path):
    (tmp_path / "plain").write_bytes(PETABYTE)
    (tmp_path / "compressed").write_bytes(gzip.compress(PETABYTE))
    sources = [tmp_path / "plain", tmp_path / "compressed", Trickle(PETABYTE)]
    for source in sources:
        with peak_memory() as peak, pytest.raises(ValueError, match="header declares"):
            read_idx(source)
        assert peak[0] < 2**22


def test_file_of_the_wrong_size_is_rejected_before_it_is_read(tmp_path):
    for n_bytes in (2**24 - 1, 2**24 + 1):
        with (tmp_path / "array").open("wb") as file:
            file.write(packed("u1", (2**24,), []))
            file.truncate(8 + n_bytes)
        with peak_memory() as peak, pytest.raises(ValueError, match=f"; got {n_bytes}"):
            read_idx(tmp_path / "array")
        assert peak[0] < 2**20


def test_gzip_bomb_is_not_read_beyond_the_declared_size():
    bomb = gzip.compress(packed("u1", (10,), []) + bytes(2**26))
    with peak_memory() as peak, pytest.raises(ValueError, match=r"10 bytes of elements; got more"):
        read(bomb)
    assert peak[0] < 2**22


def test_reading_takes_little_more_memory_than_the_array(tmp_path):
    write_idx(tmp_path / "array.gz", np.zeros((2, 2**20)))
    with peak_memory() as peak:
        array = read_idx(tmp_path / "array.gz")
    assert peak[0] < 1.5 * array.nbytes


def mutated(contents, rng):
    """Return contents with one to three changes: bytes replaced, removed or inserted."""
    contents = bytearray(contents)
    for _ in range(rng.randint(1, 3)):
        start = rng.randrange(min(len(contents), rng.choice([24, 10**6])) or 1)
        stop = start + rng.choice([0, 1, 1, 1, 4, 40])
        contents[start:stop] = rng.randbytes(rng.choice([0, 1, 1, 1, 4, 40]))
    return bytes(contents)


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
@pytest.mark.parametrize("name", ["u1", "i2", "f8"])
def test_mutated_files_raise_only_value_errors(compress, name):
    rng = random.Random(f"{name} {compress.__name__}")
    contents = compress(packed(name, (3, 4, 5), list(range(60))))
    outcomes = set()
    for _ in range(1000):
        suspect = mutated(contents, rng)
        try:
            outcomes.add(type(read(suspect)))
        except ValueError:
            outcomes.add(ValueError)
    assert outcomes == {np.ndarray, ValueError}


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (
            np.arange(3, dtype=np.int64),
            r"int8, .*; got int64\. .* array.astype\('int32'\)\.$",
        ),
        (np.array([True]), r"; got bool\. .* array.astype\('uint8'\)\.$"),
        (np.array([1.5], dtype=np.float16), r"; got float16\. .* array.astype\('float64'\)\.$"),
        (np.array(["a"]), r"got <U1\.$"),
        ([{}], r"got object\.$"),
    ],
)
def test_error_for_types_that_the_format_does_not_support(tmp_path, array, message):
    with pytest.raises(TypeError, match=message):
        write_idx(tmp_path / "array", array)
    assert list(tmp_path.iterdir()) == []


def test_error_for_too_long_dimensions():
    message = r"shorter than 2\*\*32 in each dimension; got shape \(0, 4294967296\)\.$"
    with pytest.raises(ValueError, match=message):
        written(np.empty((0, 2**32), dtype=np.uint8))


@pytest.mark.parametrize("file", [3, None, io.StringIO()])
def test_error_for_objects_that_are_not_binary_files(file):
    with pytest.raises(TypeError, match=r"path_or_file must be .* that can read; got"):
        read_idx(file)
    with pytest.raises(TypeError, match=r"path_or_file must be .* that can write; got"):
        write_idx(file, np.zeros(3))
