"""Ctrl-C as the command hears it, with real signals to this process."""

import os
import signal
import threading
import time

import pytest

from skmnist.cli import main
from skmnist.cli._interrupts import heard_once, undisturbed


def press():
    os.kill(os.getpid(), signal.SIGINT)


def test_presses_at_once_are_one_press():
    with heard_once(for_good=False):
        with pytest.raises(KeyboardInterrupt):
            press()
        press()
    with pytest.raises(KeyboardInterrupt):
        press()


def test_a_press_that_somebody_swallowed_can_be_repeated():
    with heard_once(for_good=False, deaf_for=0.2):
        with pytest.raises(KeyboardInterrupt):
            press()
        press()
        time.sleep(0.2)
        with pytest.raises(KeyboardInterrupt):
            press()


def test_a_process_that_ends_hears_no_late_press():
    before = signal.getsignal(signal.SIGINT)
    try:
        with heard_once(for_good=True):
            pass
        press()
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_press_in_an_undisturbed_moment_does_nothing():
    with undisturbed():
        press()
    with pytest.raises(KeyboardInterrupt):
        press()


def test_somebody_elses_way_to_hear_it_stays():
    heard = []
    before = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    try:
        with heard_once(for_good=True):
            press()
        assert heard == [signal.SIGINT]
        press()
        assert heard == [signal.SIGINT] * 2
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_command_within_a_program_leaves_it_as_it_was():
    before = signal.getsignal(signal.SIGINT)
    assert main(["evaluate", "no-such-model"]) == 2
    assert signal.getsignal(signal.SIGINT) is before


def test_in_another_thread_nothing_is_changed():
    before, statuses = signal.getsignal(signal.SIGINT), []
    thread = threading.Thread(target=lambda: statuses.append(main(["evaluate", "no-such-model"])))
    thread.start()
    thread.join()
    assert statuses == [2]
    assert signal.getsignal(signal.SIGINT) is before
