"""Ctrl-C: the first one stops what is done, and no other disturbs the stopping."""

import signal
import threading
from contextlib import contextmanager


@contextmanager
def heard_once(*, for_good):
    """Turn the first Ctrl-C into KeyboardInterrupt, and ignore those after it.

    ``for_good`` is for a process that is about to end: what is done is not undone by a late one.
    """
    if not _can_listen() or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, _stop_and_listen_no_more)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN if for_good else signal.default_int_handler)


def _stop_and_listen_no_more(number, frame):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


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
