"""The IDX file format, in which MNIST is published: arrays of any shape.

A file consists of two zero bytes, a byte for the type of the elements, a byte for
the number of dimensions, the length of each dimension as four bytes, and the
elements in C order. All numbers are big-endian.

The lengths in a header can be wrong. Therefore memory is allocated only for bytes
that have been read, never for the number of bytes that the header declares.
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
from skmnist.base._public import set_module

_TYPES = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
_TYPE_NAMES = ", ".join(dtype.name for dtype in _TYPES.values())
_CLOSEST_TYPES = {"b": "uint8", "i": "int32", "u": "int32", "f": "float64"}
_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK_SIZE = 2**20  # bytes that are read or written at once


@set_module("skmnist.datasets")
def read_idx(path_or_file):
    """Read an array from an IDX file, with or without gzip compression.

    Whether the file is compressed is determined from its first bytes, not its name.
    An invalid file raises a ValueError, and reading it takes no more memory than
    its contents need. Therefore files from unknown sources are safe to read.

    Parameters
    ----------
    path_or_file : str, path-like or binary file object
        The file to read. A file object is read from its current position to its
        end, and stays open. It need not be seekable.

    Returns
    -------
    array : ndarray
        The array. It is writable and has the byte order of this machine. Its
        type is uint8, int8, int16, int32, float32 or float64.

    Raises
    ------
    ValueError
        If the file is not a valid IDX file: if its first two bytes are not 0, its
        type is unknown, it has more dimensions than NumPy supports, it has fewer
        or more bytes than the header declares, or its gzip data are damaged.
    TypeError
        If `path_or_file` is neither a path nor a binary file object.
    OSError
        If the file cannot be opened or read.

    See Also
    --------
    write_idx : Write an array to an IDX file.

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
    """Append the elements of a file to a bytearray; return their dtype and shape.

    Several files can be appended to one bytearray, which concatenates them without a copy.
    """
    name = name_of(path_or_file)
    with source(path_or_file) as stream:
        try:
            return _append_elements(stream, contents)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise ValueError(f"{name} has damaged gzip data: {error}.") from error
        except ValueError as error:
            raise ValueError(f"{name} is not a valid IDX file: {error}") from error


@set_module("skmnist.datasets")
def write_idx(path_or_file, array):
    """Write an array to an IDX file.

    If `path_or_file` is a path, the file is written atomically: it appears under
    its name only when it is complete, and if writing fails, an existing file is
    left unchanged.

    Parameters
    ----------
    path_or_file : str, path-like or binary file object
        The file to write. If a path ends in ".gz", the file is compressed, and
        equal arrays give equal files. A file object is written to from its
        current position, without compression, and stays open.

    array : array-like
        The array to write, of type uint8, int8, int16, int32, float32 or float64,
        in any memory layout and byte order. Other types raise a TypeError. They
        are not converted, so :func:`read_idx` always returns an equal array.

    Raises
    ------
    TypeError
        If the IDX format does not support the type of the elements, or if
        `path_or_file` is neither a path nor a binary file object.
    ValueError
        If a dimension has a length of 2**32 or more.
    OSError
        If the file cannot be written.

    See Also
    --------
    read_idx : Read an array from an IDX file.

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
    code = _type_code(array.dtype)
    header = _make_header(code, array.shape)
    with destination(path_or_file) as stream:
        stream.write(header)
        for chunk in _chunks(array, _TYPES[code]):
            stream.write(chunk.tobytes())


def _append_elements(stream, contents):
    """Append the elements in a stream to a bytearray; return their dtype and shape."""
    magic = _read_exactly(stream, 4)
    if magic.startswith(_GZIP_MAGIC):
        stream = gzip.GzipFile(fileobj=_PrependedStream(magic, stream), mode="rb")
        magic = _read_exactly(stream, 4)
    dtype = _dtype_of(magic)
    shape = _read_shape(stream, n_dimensions=magic[3])
    n_bytes = _count_bytes(shape, dtype)
    remaining = _remaining_bytes(stream)
    if remaining is not None and remaining != n_bytes:
        raise ValueError(_size_error(n_bytes, remaining))
    _append_exactly(stream, n_bytes, contents)
    return dtype, shape


class _PrependedStream:
    """A stream that consists of some bytes and the rest of another stream."""

    def __init__(self, head, stream):
        self.head = head
        self.stream = stream

    def read(self, size):
        head, self.head = self.head[:size], self.head[size:]
        return head or self.stream.read(size)


def _dtype_of(magic):
    """Return the dtype that the first four bytes of a file declare."""
    if magic[:2] != b"\0\0":
        raise ValueError(f"its first two bytes must be 0000; got {magic[:2].hex()}.")
    if magic[2] not in _TYPES:
        codes = ", ".join(f"{code:#04x} ({_TYPES[code].name})" for code in _TYPES)
        raise ValueError(f"its type code must be one of {codes}; got {magic[2]:#04x}.")
    return _TYPES[magic[2]]


def _read_shape(stream, n_dimensions):
    """Read the length of each dimension."""
    try:
        # This empty array takes no memory. NumPy raises an error for too many dimensions.
        np.empty((0,) * n_dimensions)
    except ValueError as error:
        raise ValueError(f"it has {n_dimensions} dimensions: {error}.") from error
    lengths = _read_exactly(stream, 4 * n_dimensions)
    return tuple(np.frombuffer(lengths, ">u4").tolist())


def _count_bytes(shape, dtype):
    """Return the number of bytes of an array; raise ValueError if NumPy cannot address them."""
    # NumPy ignores dimensions of length 0 when it checks this limit.
    if math.prod(filter(None, shape)) * dtype.itemsize > sys.maxsize:
        raise ValueError(f"its shape must be one that a NumPy array can have; got {shape}.")
    return math.prod(shape) * dtype.itemsize


def _remaining_bytes(stream):
    """Return the number of bytes ahead in a regular file, or None for other streams."""
    raw = getattr(stream, "raw", stream)
    if not isinstance(raw, io.FileIO):
        return None
    status = os.fstat(raw.fileno())
    return status.st_size - stream.tell() if stat.S_ISREG(status.st_mode) else None


def _read_exactly(stream, n_bytes):
    """Read that many bytes of a header; raise ValueError if the stream ends too early."""
    head = bytearray()
    while len(head) < n_bytes:
        chunk = stream.read(n_bytes - len(head))
        if not chunk:
            raise ValueError("it ends within its header.")
        head += chunk
    return bytes(head)


def _append_exactly(stream, n_bytes, contents):
    """Append the rest of a stream in chunks; raise ValueError if it is not n_bytes long."""
    start = len(contents)
    while (n_read := len(contents) - start) < n_bytes:
        chunk = stream.read(min(_CHUNK_SIZE, n_bytes - n_read))
        if not chunk:
            raise ValueError(_size_error(n_bytes, n_read))
        contents += chunk
    if stream.read(1):
        raise ValueError(_size_error(n_bytes, "more"))


def _size_error(n_bytes, found):
    """Return the error message for more or fewer bytes than the header declares."""
    return f"its header declares {n_bytes} bytes of elements; got {found}."


def _type_code(dtype):
    """Return the code of a dtype; raise TypeError if the format does not support it."""
    for code, known in _TYPES.items():
        if dtype.kind == known.kind and dtype.itemsize == known.itemsize:
            return code
    message = f"array must have one of the types {_TYPE_NAMES}; got {dtype}."
    if dtype.kind in _CLOSEST_TYPES:
        message += f" If its values allow it, pass array.astype({_CLOSEST_TYPES[dtype.kind]!r})."
    raise TypeError(message)


def _make_header(code, shape):
    """Return the bytes before the elements."""
    if any(length >= 2**32 for length in shape):
        raise ValueError(f"array must be shorter than 2**32 in each dimension; got shape {shape}.")
    return bytes([0, 0, code, len(shape)]) + np.array(shape, ">u4").tobytes()


def _chunks(array, dtype):
    """Return an iterator over chunks of the elements in C order, converted to dtype."""
    return np.nditer(
        array,
        flags=["buffered", "external_loop", "zerosize_ok"],
        op_dtypes=[dtype],
        order="C",
        casting="equiv",
        buffersize=_CHUNK_SIZE // dtype.itemsize,
    )
