"""Write the arrays of a page as text, with fewer bits per number, and read them again."""

import base64

import numpy as np

# From the smallest page to the most exact one: the bits of each number of a large array.
PRECISIONS = {"8 bits": 8, "12 bits": 12, "16 bits": 16, "32 bits": 32}
_FEW = 10_000  # matrices with fewer numbers, biases and kernels are always stored as float32


def with_text(value, bits):
    """Return a value for JSON: each array in it, at any depth, is replaced by a dict of text."""
    if isinstance(value, np.ndarray):
        is_small = value.ndim != 2 or value.size < _FEW
        return _array_as_text(value, 32 if is_small else bits)
    if isinstance(value, dict):
        return {name: with_text(each, bits) for name, each in value.items()}
    return [with_text(each, bits) for each in value] if isinstance(value, list) else value


def with_arrays(value):
    """Return a value of `with_text` with arrays of float32, as the page reads it."""
    if isinstance(value, list):
        return [with_arrays(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "data" in value:
        return _text_as_array(value)
    return {name: with_arrays(each) for name, each in value.items()}


def as_base64(array):
    """Return the bytes of an array, little-endian, as text."""
    data = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
    return base64.b64encode(data).decode("ascii")


def _array_as_text(array, bits):
    """Return one array; if it has fewer than 32 bits, each row has a scale of its own."""
    array = array.astype(np.float32)
    if bits == 32:
        return {"shape": list(array.shape), "type": "float32", "data": as_base64(array)}
    largest = 2 ** (bits - 1) - 1
    scales = np.abs(array).max(axis=1) / np.float32(largest)
    scales[scales == 0] = 1  # in a row of zeros, each scale is right
    integers = np.rint(array / scales[:, None]).astype(np.int16)
    return {
        "shape": list(array.shape),
        "type": f"int{bits}",
        "scales": as_base64(scales),
        "data": as_base64(_packed(integers.ravel(), bits)),
    }


def _packed(integers, bits):
    """Return integers in as few bytes as possible; two integers of 12 bits share three bytes."""
    if bits != 12:
        return integers.astype(f"int{bits}")
    padded = np.pad(integers.astype(np.int32), (0, len(integers) % 2))
    first, second = padded.reshape(-1, 2).T & 0xFFF
    both = first | second << 12
    return np.stack([both & 0xFF, both >> 8 & 0xFF, both >> 16], axis=1).astype(np.uint8)


def _unpacked(data, n):
    """Return n integers of 12 bits."""
    first, middle, last = np.frombuffer(data, np.uint8).reshape(-1, 3).T.astype(np.int32)
    pairs = np.stack([first | (middle & 0xF) << 8, middle >> 4 | last << 4], axis=1)
    return ((pairs.ravel() ^ 0x800) - 0x800)[:n]


def _text_as_array(text):
    """Return the array of `_array_as_text`."""
    data, shape = base64.b64decode(text["data"]), text["shape"]
    if text["type"] == "float32":
        return np.frombuffer(data, "<f4").reshape(shape)
    if text["type"] == "int12":
        integers = _unpacked(data, shape[0] * shape[1])
    else:
        integers = np.frombuffer(data, np.dtype(text["type"]).newbyteorder("<"))
    scales = np.frombuffer(base64.b64decode(text["scales"]), "<f4")
    return integers.reshape(shape).astype(np.float32) * scales[:, None]
