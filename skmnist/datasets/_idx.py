"""The IDX file format, in which MNIST is published: arrays of any shape.

A file is two zero bytes, a byte for the type of the elements, a byte for the
number of dimensions, the length of each dimension as four bytes, and then the
elements in C order. All numbers are big-endian.

Nothing a header promises is believed: memory is taken only for bytes that came.
"""

import gzip
import io
import math
import os
import stat
import sys
import zlib

import numpy as np

from skmnist.base._files import destination, name_of, source

_TYPES = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
_NAMES = ", ".join(dtype.name for dtype in _TYPES.values())
_CLOSEST = {"b": "uint8", "i": "int32", "u": "int32", "f": "float64"}
_GZIP_MAGIC = b"\x1f\x8b"
_PIECE = 2**20


def read_idx(path_or_file):
    """Read an array from an IDX file, compressed with gzip or not.

    Whether the file is compressed is seen from its first bytes, not from its
    name. A file that breaks its promises is refused without taking more memory
    than its contents need, so files of unknown origin are safe to read.

    Parameters
    ----------
    path_or_file : str, path-like or binary file object
        The file to read. A file object is read from where it stands to its end,
        need not be seekable, and is left open.

    Returns
    -------
    array : ndarray
        The array, writable, in the byte order of this machine. Its type is
        uint8, int8, int16, int32, float32 or float64.

    Raises
    ------
    ValueError
        If the contents are no IDX file: a wrong magic number, an unknown type,
        more dimensions than NumPy can hold, fewer or more bytes than the header
        promises, damaged gzip data.
    TypeError
        If `path_or_file` is neither a path nor a binary file object.
    OSError
        If the file cannot be opened or read.

    See Also
    --------
    write_idx : Write such a file.

    Examples
    --------
    >>> import io
    >>> from skmnist.datasets import read_idx
    >>> file = io.BytesIO(bytes([0, 0, 0x08, 1, 0, 0, 0, 3, 5, 0, 4]))
    >>> read_idx(file)
    array([5, 0, 4], dtype=uint8)
    """
    contents = bytearray()
    dtype, shape = append_idx(path_or_file, contents)
    array = np.ndarray(shape, dtype, contents)
    if dtype.isnative:
        return array
    return array.byteswap(inplace=True).view(dtype.newbyteorder("="))


def append_idx(path_or_file, contents):
    """Append a file's elements to a bytearray; return their dtype and shape.

    Several files put into one bytearray are concatenated without a copy.
    """
    name = name_of(path_or_file)
    with source(path_or_file) as stream:
        try:
            return _append(stream, contents)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise ValueError(f"{name} has damaged gzip data: {error}") from error
        except ValueError as error:
            raise ValueError(f"{name} is not a valid IDX file: {error}") from error


def write_idx(path_or_file, array):
    """Write an array to an IDX file.

    A file that is named by its path appears under that name only when it is
    complete. If writing fails, a file that was there before is left as it was.

    Parameters
    ----------
    path_or_file : str, path-like or binary file object
        Where to write. A path that ends in ".gz" is compressed, and equal
        arrays give equal files. A file object is written to as it is, from
        where it stands, and is left open.

    array : array-like
        What to write, of type uint8, int8, int16, int32, float32 or float64 in
        any memory layout and byte order. Other types are not converted, so that
        reading gives back what was written.

    Raises
    ------
    TypeError
        If IDX has no code for the type of the elements, or if `path_or_file` is
        neither a path nor a binary file object.
    ValueError
        If a dimension is longer than four bytes can tell.
    OSError
        If the file cannot be written.

    See Also
    --------
    read_idx : Read such a file.

    Examples
    --------
    >>> import io
    >>> import numpy as np
    >>> from skmnist.datasets import read_idx, write_idx
    >>> file = io.BytesIO()
    >>> write_idx(file, np.array([[1.5, 2.0]], dtype=np.float32))
    >>> file.getvalue()[:4].hex()
    '00000d02'
    >>> _ = file.seek(0)
    >>> read_idx(file)
    array([[1.5, 2. ]], dtype=float32)
    """
    array = np.asarray(array)
    code = _code(array.dtype)
    header = _header(code, array.shape)
    with destination(path_or_file) as stream:
        stream.write(header)
        for piece in _pieces(array, _TYPES[code]):
            stream.write(piece.tobytes())


def _append(stream, contents):
    magic = _read_exactly(stream, 4)
    if magic.startswith(_GZIP_MAGIC):
        stream = gzip.GzipFile(fileobj=_Rejoined(magic, stream), mode="rb")
        magic = _read_exactly(stream, 4)
    dtype = _dtype(magic)
    shape = _shape(stream, n_dimensions=magic[3])
    n_bytes = _n_bytes(shape, dtype)
    left = _bytes_left(stream)
    if left is not None and left != n_bytes:
        raise ValueError(_broken_promise(n_bytes, left))
    _append_exactly(stream, n_bytes, contents)
    return dtype, shape


class _Rejoined:
    """A stream with the bytes already read put back, also if it cannot seek."""

    def __init__(self, head, stream):
        self.head = head
        self.stream = stream

    def read(self, size):
        head, self.head = self.head[:size], self.head[size:]
        return head or self.stream.read(size)


def _dtype(magic):
    if magic[:2] != b"\0\0":
        raise ValueError(f"it begins with the bytes {magic[:2].hex()}, not 0000")
    if magic[2] not in _TYPES:
        raise ValueError(
            f"its type code is {magic[2]:#04x}, not one of "
            + ", ".join(f"{code:#04x} ({_TYPES[code].name})" for code in _TYPES)
        )
    return _TYPES[magic[2]]


def _shape(stream, n_dimensions):
    try:
        # An array without elements costs nothing and knows this NumPy's limit.
        np.empty((0,) * n_dimensions)
    except ValueError as error:
        raise ValueError(f"it has {n_dimensions} dimensions: {error}") from error
    lengths = _read_exactly(stream, 4 * n_dimensions)
    return tuple(np.frombuffer(lengths, ">u4").tolist())


def _n_bytes(shape, dtype):
    # NumPy addresses an array as if its empty dimensions were not there.
    if math.prod(filter(None, shape)) * dtype.itemsize > sys.maxsize:
        raise ValueError(f"its shape {shape} is more than an array can have")
    return math.prod(shape) * dtype.itemsize


def _bytes_left(stream):
    """The bytes ahead in a plain file; None where only reading can tell."""
    raw = getattr(stream, "raw", stream)
    if not isinstance(raw, io.FileIO):
        return None
    status = os.fstat(raw.fileno())
    return status.st_size - stream.tell() if stat.S_ISREG(status.st_mode) else None


def _read_exactly(stream, n_bytes):
    head = bytearray()
    while len(head) < n_bytes:
        piece = stream.read(n_bytes - len(head))
        if not piece:
            raise ValueError("it ends within its header")
        head += piece
    return bytes(head)


def _append_exactly(stream, n_bytes, contents):
    """Append the promised bytes in pieces, and see that nothing follows them."""
    start = len(contents)
    while (n_read := len(contents) - start) < n_bytes:
        piece = stream.read(min(_PIECE, n_bytes - n_read))
        if not piece:
            raise ValueError(_broken_promise(n_bytes, n_read))
        contents += piece
    if stream.read(1):
        raise ValueError(_broken_promise(n_bytes, "more"))


def _broken_promise(n_bytes, found):
    return f"its header promises {n_bytes} bytes of elements, but {found} follow"


def _code(dtype):
    for code, known in _TYPES.items():
        if dtype.kind == known.kind and dtype.itemsize == known.itemsize:
            return code
    hint = _CLOSEST.get(dtype.kind)
    raise TypeError(
        f"array must have one of the types {_NAMES}, got {dtype}"
        + (f"; if its values allow, write array.astype({hint!r})" if hint else "")
    )


def _header(code, shape):
    if any(length >= 2**32 for length in shape):
        raise ValueError(f"array must be shorter than 2**32 each way, got {shape}")
    return bytes([0, 0, code, len(shape)]) + np.array(shape, ">u4").tobytes()


def _pieces(array, dtype):
    """The elements in C order as pieces of bounded size, converted to dtype."""
    return np.nditer(
        array,
        flags=["buffered", "external_loop", "zerosize_ok"],
        op_dtypes=[dtype],
        order="C",
        casting="equiv",
        buffersize=_PIECE // dtype.itemsize,
    )
