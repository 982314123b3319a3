"""The command ``skmnist``: train, evaluate, predict, report; what fails says so in one line."""

import os
import sys
import warnings
from importlib import import_module

from skmnist.cli._interrupts import heard_once, undisturbed
from skmnist.cli._messages import FAILED, make_streams_robust, say_error, say_warning
from skmnist.cli._parser import make_parser

__all__ = ["main"]

INTERRUPTED, NOBODY_READS = 130, 141


def main(argv=None):
    """Run the command line and return its exit status.

    Parameters
    ----------
    argv : list of str or None, default=None
        What follows ``skmnist`` on the command line; None is what this process was given.

    Returns
    -------
    status : int
        0, or 2 for an error, 130 for Ctrl-C, 141 if nobody reads what is printed.

    Examples
    --------
    >>> from skmnist.cli import main
    >>> main(["evaluate", "no-such-model.joblib"])
    2
    """
    with heard_once(for_good=argv is None):
        try:
            return _run(argv)
        except KeyboardInterrupt as interruption:
            with undisturbed():
                print(f"\n{interruption}" if interruption.args else "\nStopped.", file=sys.stderr)
            return INTERRUPTED


def _run(argv):
    """Do what the command line asks for, and return the exit status."""
    make_streams_robust()
    arguments = make_parser().parse_args(argv)
    with warnings.catch_warnings():
        warnings.showwarning = say_warning
        try:
            # Imported here, so that --help is quick and Ctrl-C is heard from the start.
            module = import_module(f"skmnist.cli.{arguments.module}")
            status = getattr(module, arguments.command)(arguments)
            sys.stdout.flush()  # a reader who has left shows here, not at exit
            return status or 0
        except BrokenPipeError:
            # Python would fail once more when it flushes what nobody reads.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return NOBODY_READS
        except Exception as error:
            say_error(error)
            return FAILED
