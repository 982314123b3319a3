"""What goes wrong, said in one line on stderr."""

import io
import os
import shlex
import subprocess
import sys

FAILED = 2  # the exit status


def make_streams_robust():
    """Print what a terminal cannot show as escapes; where there is no stream, print nowhere."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # it was closed before we started
            setattr(sys, name, io.StringIO())
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def say_error(error):
    """Print an error for a person who has not seen the code."""
    _say("error", _description(error))


def say_warning(message, *args, **kwargs):
    """Print a warning in the same way; stands in for ``warnings.showwarning``."""
    _say("warning", message)


def _description(error):
    """Return what went wrong, and its type where the text was not made to be read."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    was_made_to_be_read = isinstance(error, OSError | ValueError | TypeError | ImportError)
    return f"{error}" if was_made_to_be_read and f"{error}" else f"{type(error).__name__}: {error}"


def _say(kind, text):
    line = " ".join(str(text).split())
    print(f"skmnist: {kind}: {line}", file=sys.stderr)


def as_typed(words):
    """Return words as they are to be typed on a command line."""
    join = subprocess.list2cmdline if os.name == "nt" else shlex.join
    return join([str(word) for word in words])
