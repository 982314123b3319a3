"""Show the progress of training: on a terminal in a line that changes, elsewhere line by line."""

import sys
from contextlib import suppress


class Progress:
    """A context manager that shows progress on a stream; on exit, it ends the changing line."""

    def __init__(self, stream=None):
        self.stream = stream or sys.stderr
        self.is_terminal = self.stream.isatty()
        self.shown = ""

    def show(self, text, *, terminal_only=False, new_line=False):
        """Show a text in place of the previous one, or on a new line."""
        if self.is_terminal:
            if new_line:
                self._write("\n")
            self._write("\r" + text.ljust(len(self.shown)))
            self.shown = text
        elif not terminal_only:
            self._write(text + "\n")

    def _write(self, text):
        with suppress(BrokenPipeError):  # a closed pipe is no reason to stop the training
            self.stream.write(text)
            self.stream.flush()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.is_terminal and self.shown:
            self._write("\n")


def duration(seconds):
    """Return a duration as text: 0.4 s, 12 s, 3 min 5 s, 2 h 10 min."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
