"""Files given by their path or as objects; written whole, or not at all."""

import gzip
import io
import os
import secrets
import shutil
from contextlib import contextmanager, nullcontext
from pathlib import Path


def name_of(path_or_file):
    """What to call a file in a message."""
    if _is_path(path_or_file):
        return os.fsdecode(path_or_file)
    name = getattr(path_or_file, "name", None)
    return name if isinstance(name, str) else repr(path_or_file)


def source(path_or_file):
    """Open a file to read from; an object stays open afterwards."""
    if _is_path(path_or_file):
        return _path(path_or_file).open("rb")
    return nullcontext(_binary(path_or_file, "read"))


@contextmanager
def destination(path_or_file):
    """Open a file to write to, compressed if its path ends in .gz."""
    if not _is_path(path_or_file):
        yield _binary(path_or_file, "write")
        return
    path = _path(path_or_file)
    with _named(path), _replacing(path) as file:
        if path.name.lower().endswith(".gz"):
            # No name and no time, so that equal arrays give equal files.
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as compressed:
                yield compressed
        else:
            yield file


def _is_path(path_or_file):
    return isinstance(path_or_file, str | bytes | os.PathLike)


def _path(path_or_file):
    return Path(os.fsdecode(path_or_file))


def _binary(file, method):
    if isinstance(file, io.TextIOBase) or not hasattr(file, method):
        raise TypeError(
            f"path_or_file must be a path or a binary file object that can {method}, got {file!r}"
        )
    return file


@contextmanager
def _named(path):
    """Let an error name the file that was asked for, not the one that was to replace it."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


@contextmanager
def _replacing(path):
    """Open a new file that takes the place of path if the block succeeds."""
    target = path.resolve()  # behind a link, replace the file and keep the link
    if target.exists() and not target.is_file():
        with target.open("wb") as file:  # a pipe or a device cannot be replaced
            yield file
        return
    # Not tempfile: its files are private, ours follow the umask like any other.
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
