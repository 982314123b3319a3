"""Ctrl-C: the first one stops what is done, and no other disturbs the stopping."""

import signal
import threading
import time
from contextlib import contextmanager
from math import inf


@contextmanager
def heard_once(*, for_good, deaf_for=5.0):
    """Turn Ctrl-C into KeyboardInterrupt, and ignore those that follow within some seconds.

    A later one is heard again: somebody may have swallowed the first. ``for_good`` is for a
    process that is about to end: what is done is not undone by a late one.
    """
    if not _can_listen() or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    heard = -inf

    def stop(number, frame):
        nonlocal heard
        now = time.monotonic()
        if now - heard >= deaf_for:
            heard = now
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN if for_good else signal.default_int_handler)


@contextmanager
def undisturbed():
    """Let no Ctrl-C stop what takes a moment and must be whole."""
    if not _can_listen():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _can_listen():
    """Tell whether Ctrl-C comes here: Python hears it in the main thread only."""
    return threading.current_thread() is threading.main_thread()
