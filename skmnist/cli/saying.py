"""What goes wrong, said in one line on stderr."""

import sys


def say_error(error):
    """Print an error for a person who has not seen the code."""
    _say("error", in_one_line(error))


def say_warning(message, *args, **kwargs):
    """Print a warning in the same way; stands in for ``warnings.showwarning``."""
    _say("warning", " ".join(str(message).split()))


def in_one_line(error):
    """Return what went wrong, and its type where the text was not made to be read."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    text = " ".join(str(error).split())
    was_made_to_be_read = isinstance(error, OSError | ValueError | TypeError | ImportError)
    return text if was_made_to_be_read and text else f"{type(error).__name__}: {text}"


def _say(kind, text):
    print(f"skmnist: {kind}: {text}", file=sys.stderr)
