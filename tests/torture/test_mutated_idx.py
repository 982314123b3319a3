"""Mutated IDX files are read correctly or rejected with an error, in bounded time and memory."""

import gzip
import io
import random
import struct
import time
import tracemalloc
import zlib
from math import prod

import numpy as np
import pytest

from skmnist.cli._data import read_images
from skmnist.datasets import read_idx, write_idx

pytestmark = pytest.mark.timeout(4 * 3600)

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
EXTREMES = [0, 1, 2, 64, 127, 128, 255, 2**16, 2**31 - 1, 2**31, 2**32 - 1]
# Memory beyond twice the contents: files are read in parts of 1 MiB, of which gzip holds three.
SLACK = 3 * 2**20 + 2**18


def written(array):
    file = io.BytesIO()
    write_idx(file, array)
    return file.getvalue()


def sources():
    rng = np.random.default_rng(0)
    shapes = [(), (0,), (7,), (3, 0, 4), (3, 4, 5), (1,) * 64, (20, 28, 28)]
    small = [rng.integers(0, 100, shape).astype(t[1:]) for t in TYPES.values() for shape in shapes]
    return [*map(written, small), written(np.zeros((300, 28, 28), "u1"))]


def cut_or_insert(contents, rng):
    start = rng.randrange(min(len(contents), rng.choice([24, 10**6])) + 1)
    stop = start + rng.choice([0, 1, 4, 40, 10**6])
    return contents[:start] + rng.randbytes(rng.choice([0, 1, 4, 40])) + contents[stop:]


def flip(contents, rng):
    bits = bytearray(contents)
    for _ in range(rng.randint(1, 8) if contents else 0):
        bits[rng.randrange(min(len(bits), rng.choice([24, 10**6])))] ^= 1 << rng.randrange(8)
    return bytes(bits)


def repeat(contents, rng):
    start, stop = sorted(rng.randrange(len(contents) + 1) for _ in range(2))
    return contents[:stop] + contents[start:stop] * rng.randint(1, 3) + contents[stop:]


def extreme_header(contents, rng):
    lengths = [rng.choice(EXTREMES) for _ in range(rng.choice([0, 1, 2, 3, 4, 64, 65, 255]))]
    head = struct.pack(f">4B{len(lengths)}I", 0, 0, rng.choice(list(TYPES)), len(lengths), *lengths)
    return head + contents[rng.choice([0, 4, 16, 10**6]) :]


def concatenate(contents, rng):
    return contents * rng.randint(2, 3)


def bomb(contents, rng):
    return contents + bytes(2 ** rng.randint(10, 22))


MUTATIONS = [flip, flip, cut_or_insert, cut_or_insert, repeat, extreme_header, concatenate]


def mutated(contents, rng):
    """Return a valid file mutated, compressed and mutated again, or some of these."""
    for _ in range(rng.randint(0, 2)):
        contents = rng.choice(MUTATIONS)(contents, rng)
    if rng.random() < 0.01:
        contents = bomb(contents, rng)
    if rng.random() < 0.4:
        contents = gzip.compress(contents, 1, mtime=0)
        for _ in range(rng.choice([0, 0, 1, 2])):
            contents = rng.choice(MUTATIONS)(contents, rng)
    return contents


def unpacked(suspect):
    """Return the contents as far as they can be decompressed, and whether the file is intact."""
    if not suspect.startswith(b"\x1f\x8b"):
        return suspect, True
    try:
        return gzip.decompress(suspect), True
    except (gzip.BadGzipFile, EOFError, zlib.error):
        out = bytearray()
    while suspect.startswith(b"\x1f\x8b"):
        unpack = zlib.decompressobj(31)
        try:
            for start in range(0, len(suspect), 64):
                out += unpack.decompress(suspect[start : start + 64])
        except zlib.error:
            break
        suspect = unpack.unused_data
    return bytes(out), False


def declared(contents):
    """Return the number of bytes that a header declares; 0 if it is not a header."""
    if len(contents) < 4 or contents[:2] != b"\0\0" or contents[2] not in TYPES:
        return 0
    if len(contents) < 4 + 4 * contents[3]:
        return 0
    lengths = struct.unpack_from(f">{contents[3]}I", contents, 4)
    return prod(lengths) * np.dtype(TYPES[contents[2]]).itemsize


def expected(contents):
    """Return the array in a file as read by NumPy alone, or None."""
    try:
        dtype, start = TYPES[contents[2]], 4 + 4 * contents[3]
        lengths = struct.unpack_from(f">{contents[3]}I", contents, 4)
        if contents[:2] != b"\0\0" or len(contents) - start != declared(contents):
            return None
        return np.frombuffer(contents[start:], dtype).reshape(lengths)
    except (IndexError, KeyError, ValueError, struct.error):
        return None


def read(suspect):
    """Return the array or None, the peak memory, and the seconds of processor time."""
    file, started = io.BytesIO(suspect), time.process_time()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    try:
        array, message = read_idx(file), ""
    except ValueError as error:
        array, message = None, str(error)
    assert array is not None or message
    peak = tracemalloc.get_traced_memory()[1] - before
    return array, peak, time.process_time() - started


def test_mutated_file_is_read_correctly_or_rejected(size, reached):
    rng, good, n_read, slowest = random.Random(0), sources(), 0, 0.0
    n_files = size(short=2000, full=1_000_000)
    tracemalloc.start()
    try:
        for _ in range(n_files):
            suspect = mutated(rng.choice(good), rng)
            contents, is_intact = unpacked(suspect)
            wanted = expected(contents) if is_intact else None
            actual = max(len(suspect), min(declared(contents), len(contents)))
            del contents
            array, peak, seconds = read(suspect)
            assert peak < 2 * actual + SLACK, suspect[:100]
            assert seconds < 10, suspect[:100]
            assert (array is None) == (wanted is None), suspect[:100]
            if wanted is not None:
                assert array.shape == wanted.shape
                assert array.astype(wanted.dtype).tobytes() == wanted.tobytes()
            n_read, slowest = n_read + (array is not None), max(slowest, seconds)
    finally:
        tracemalloc.stop()
    assert 0 < n_read < n_files
    reached(
        f"{n_files:,} mutated IDX files: {n_read:,} still intact and read correctly, the others "
        f"rejected with a ValueError; memory below twice their contents plus 3.25 MiB, "
        f"{slowest * 1000:.0f} ms for the slowest"
    )


@pytest.mark.parametrize("kind", ["folder", "npz"])
def test_mutated_data_for_the_command_are_read_or_rejected(kind, size, reached, tmp_path):
    rng, n_read, n_files = random.Random(kind), 0, size(short=300, full=30_000)
    images, labels = np.zeros((6, 3, 3), "u1"), np.arange(6, dtype="u1")
    np.savez(tmp_path / "good.npz", x_train=images, y_train=labels)
    if kind == "folder":
        path, suspect = tmp_path, tmp_path / "train-images-idx3-ubyte"
        write_idx(tmp_path / "train-labels-idx1-ubyte.gz", labels)
        good = written(images)
    else:
        path = suspect = tmp_path / "suspect.npz"
        good = (tmp_path / "good.npz").read_bytes()
    for _ in range(n_files):
        suspect.write_bytes(mutated(good, rng))
        try:
            data, message = read_images(path, "train"), ""
        except ValueError as error:
            data, message = None, str(error)
        assert message if data is None else len(data.X) == len(data.y) > 0
        n_read += data is not None
    assert 0 < n_read < n_files
    reached(f"{n_files:,} mutated data sets ({kind}): {n_read:,} read, the others rejected")
