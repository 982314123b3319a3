"""Print each error or warning as one line on stderr."""

import io
import os
import shlex
import subprocess
import sys

FAILED = 2  # the exit status


def make_streams_robust():
    """Escape characters that a terminal cannot show, and replace closed streams."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # it was closed before Python started
            setattr(sys, name, io.StringIO())
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def print_error(error):
    """Print an error without its traceback."""
    _print("error", _description(error))


def print_warning(message, *args, **kwargs):
    """Print a warning; replaces ``warnings.showwarning``."""
    _print("warning", message)


def command_line(arguments):
    """Return arguments as they must be typed on a command line."""
    join = subprocess.list2cmdline if os.name == "nt" else shlex.join
    return join([str(each) for each in arguments])


def _description(error):
    """Return the text of an error, with its type if the text alone may be hard to understand."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    is_readable = isinstance(error, OSError | ValueError | TypeError | ImportError) and str(error)
    return str(error) if is_readable else f"{type(error).__name__}: {error}"


def _print(kind, text):
    line = " ".join(str(text).split())
    print(f"skmnist: {kind}: {line}", file=sys.stderr)
