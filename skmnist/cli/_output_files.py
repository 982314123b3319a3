"""Check that an output file can be written, before any work is done."""

import tempfile

from skmnist.base._optional import optional


def check_output(option, path, inputs=()):
    """Raise an error if a file cannot be written or would replace one of the inputs."""
    if path.exists() and any(path.samefile(each) for each in inputs if each.exists()):
        raise ValueError(f"{option} must not be an input file; got {path}.")
    if is_skops(path):
        optional("skops.io", f"{option} {path}", "skops")
    if path.is_dir():
        raise ValueError(f"{option} must be a file; got {path}, which is a folder.")
    folder = path.resolve().parent
    if not folder.is_dir():
        raise ValueError(f"{option} must be a file in an existing folder; got {path}.")
    if path.exists() and not path.is_file():
        return  # a pipe or a device
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise ValueError(f"{option} {path} cannot be written: {error.strerror}.") from error


def is_skops(path):
    """Return whether a file is a skops file."""
    return path.suffix.lower() == ".skops"
