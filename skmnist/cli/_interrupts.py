"""Handle Ctrl-C: the first one stops the command, and others are ignored for some seconds."""

import signal
import threading
import time
from contextlib import contextmanager
from math import inf


@contextmanager
def first_interrupt_only(*, process_ends, ignore_seconds=5.0):
    """Let Ctrl-C raise KeyboardInterrupt, and ignore it for some seconds after that.

    After these seconds, Ctrl-C raises KeyboardInterrupt again, because a library may have caught
    the first one. If the process ends after the block, Ctrl-C remains ignored, so that it cannot
    change the exit status.
    """
    handles_signals = _in_main_thread()
    if not handles_signals or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    last = -inf

    def interrupt(number, frame):
        nonlocal last
        now = time.monotonic()
        if now - last >= ignore_seconds:
            last = now
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        after = signal.SIG_IGN if process_ends else signal.default_int_handler
        signal.signal(signal.SIGINT, after)


@contextmanager
def interrupts_ignored():
    """Ignore Ctrl-C during a short block that must be completed."""
    if not _in_main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _in_main_thread():
    """Return whether this is the main thread, the only one in which Python handles signals."""
    return threading.current_thread() is threading.main_thread()
