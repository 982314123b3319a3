"""Open files that are given as a path or a file object; write those at a path atomically."""

import gzip
import io
import os
import secrets
import shutil
from contextlib import contextmanager, nullcontext
from pathlib import Path

from skmnist.base._rules import short_repr


def name_of(path_or_file):
    """Return the name of a file for a message."""
    if _is_path(path_or_file):
        return os.fsdecode(path_or_file)
    name = getattr(path_or_file, "name", None)
    return name if isinstance(name, str) else repr(path_or_file)


def source(path_or_file):
    """Open a file for reading; a file object is not closed afterwards."""
    if _is_path(path_or_file):
        return _to_path(path_or_file).open("rb")
    return nullcontext(_check_binary_file(path_or_file, "read"))


@contextmanager
def destination(path_or_file):
    """Open a file for writing, compressed if its path ends in .gz."""
    if not _is_path(path_or_file):
        yield _check_binary_file(path_or_file, "write")
        return
    path = _to_path(path_or_file)
    with _errors_name(path), _write_atomically(path) as file:
        if path.name.lower().endswith(".gz"):
            # Without a name and a time, equal arrays give equal files.
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as compressed:
                yield compressed
        else:
            yield file


def _is_path(path_or_file):
    """Return whether this is a path, and not a file object."""
    return isinstance(path_or_file, str | bytes | os.PathLike)


def _to_path(path_or_file):
    """Return a path of any type as a Path."""
    path = os.fsdecode(path_or_file)
    if "\0" in path:
        raise ValueError(
            f"path_or_file must be a path or a binary file object; got {short_repr(path_or_file)}. "
            "For the content of a file, pass io.BytesIO(content)."
        )
    return Path(path)


def _check_binary_file(file, method):
    """Return a file object; raise TypeError if it is not binary or lacks this method."""
    if isinstance(file, io.TextIOBase) or not hasattr(file, method):
        raise TypeError(
            f"path_or_file must be a path or a binary file object that can {method}; got "
            f"{short_repr(file)}."
        )
    return file


@contextmanager
def _errors_name(path):
    """Make an error name the file at the path instead of the temporary file."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


@contextmanager
def _write_atomically(path):
    """Open a temporary file that replaces the file at the path if the block succeeds."""
    target = path.resolve()  # replace the file that a link leads to, not the link
    if target.exists() and not target.is_file():
        with target.open("wb") as file:  # a pipe or a device cannot be replaced
            yield file
        return
    # The module tempfile creates files that only their owner can read; this file follows the umask.
    temporary = target.with_name(f".skmnist-{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
