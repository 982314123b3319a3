"""How the command handles Ctrl-C, with real signals to this process."""

import os
import signal
import threading
import time

import pytest

from skmnist.cli import main
from skmnist.cli._interrupts import first_interrupt_only, interrupts_ignored


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def test_repeated_interrupts_are_one_interrupt():
    with first_interrupt_only(process_ends=False):
        with pytest.raises(KeyboardInterrupt):
            interrupt()
        interrupt()
    with pytest.raises(KeyboardInterrupt):
        interrupt()


def test_swallowed_interrupt_can_be_repeated():
    with first_interrupt_only(process_ends=False, ignore_seconds=0.2):
        with pytest.raises(KeyboardInterrupt):
            interrupt()
        interrupt()
        time.sleep(0.2)
        with pytest.raises(KeyboardInterrupt):
            interrupt()


def test_process_that_ends_ignores_a_late_interrupt():
    before = signal.getsignal(signal.SIGINT)
    try:
        with first_interrupt_only(process_ends=True):
            pass
        interrupt()
    finally:
        signal.signal(signal.SIGINT, before)


def test_interrupt_in_a_protected_block_does_nothing():
    with interrupts_ignored():
        interrupt()
    with pytest.raises(KeyboardInterrupt):
        interrupt()


def test_another_signal_handler_stays():
    received = []
    before = signal.signal(signal.SIGINT, lambda number, frame: received.append(number))
    try:
        with first_interrupt_only(process_ends=True):
            interrupt()
        assert received == [signal.SIGINT]
        interrupt()
        assert received == [signal.SIGINT] * 2
    finally:
        signal.signal(signal.SIGINT, before)


def test_call_from_python_restores_the_signal_handler():
    before = signal.getsignal(signal.SIGINT)
    assert main(["evaluate", "no-such-model"]) == 2
    assert signal.getsignal(signal.SIGINT) is before


def test_call_in_another_thread_keeps_the_signal_handler():
    before, statuses = signal.getsignal(signal.SIGINT), []
    thread = threading.Thread(target=lambda: statuses.append(main(["evaluate", "no-such-model"])))
    thread.start()
    thread.join()
    assert statuses == [2]
    assert signal.getsignal(signal.SIGINT) is before
