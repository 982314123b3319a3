"""A line that shows how far a training is: rewritten on a terminal, else a line each time."""

import sys
from contextlib import suppress


class Progress:
    """The live line; what follows begins below it."""

    def __init__(self, stream=None):
        self.stream = stream or sys.stderr
        self.is_live = self.stream.isatty()
        self.shown = ""

    def show(self, text, *, lasting=True, below=False):
        """Show a text in place of the last, or below; where lines stay, show lasting ones only."""
        if self.is_live:
            if below:
                self._write("\n")
            self._write("\r" + text.ljust(len(self.shown)))
            self.shown = text
        elif lasting:
            self._write(text + "\n")

    def _write(self, text):
        with suppress(BrokenPipeError):  # nobody reads any more: no reason to stop training
            self.stream.write(text)
            self.stream.flush()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.is_live and self.shown:
            self._write("\n")


def duration(seconds):
    """Write a time as people say it: 0.4 s, 12 s, 3 min 5 s, 2 h 10 min."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
