"""The command ``skmnist``, with the subcommands train, evaluate, predict, report and draw."""

import os
import sys
import warnings
from importlib import import_module
from typing import TYPE_CHECKING

from skmnist.cli._completion import complete
from skmnist.cli._interrupts import first_interrupt_only, interrupts_ignored
from skmnist.cli._messages import FAILED, make_streams_robust, print_error, print_warning
from skmnist.cli._parser import make_parser

if TYPE_CHECKING:
    from skmnist.cli._checkpoint import Checkpoint

__all__ = ["Checkpoint", "main"]

INTERRUPTED, BROKEN_PIPE = 130, 141


def __getattr__(name):
    """Import Checkpoint at its first use, so that ``--help`` does not import scikit-learn."""
    if name != "Checkpoint":
        raise AttributeError(f"module 'skmnist.cli' has no attribute {name!r}")
    checkpoint = import_module("skmnist.cli._checkpoint").Checkpoint
    globals()[name] = checkpoint
    return checkpoint


def main(argv=None):
    """Run the command line and return its exit status.

    Parameters
    ----------
    argv : list of str or None, default=None
        The arguments after ``skmnist``; None means those of this process.

    Returns
    -------
    status : int
        0 for success, 2 for an error, 130 after Ctrl-C, and 141 if the output is a closed pipe.

    Examples
    --------
    >>> from skmnist.cli import main
    >>> main(["evaluate", "no-such-model.joblib"])
    2
    """
    with first_interrupt_only(process_ends=argv is None):
        try:
            return _run(argv)
        except KeyboardInterrupt as interrupt:
            with interrupts_ignored():
                print(f"\n{interrupt}" if interrupt.args else "\nStopped.", file=sys.stderr)
            return INTERRUPTED


def _run(argv):
    """Run the subcommand and return the exit status."""
    make_streams_robust()
    parser = make_parser()
    complete(parser)
    arguments = parser.parse_args(argv)
    with warnings.catch_warnings():
        warnings.showwarning = print_warning
        try:
            # Imported here, so that --help is quick and Ctrl-C is handled from the start.
            module = import_module(f"skmnist.cli._{arguments.command}")
            status = getattr(module, arguments.command)(arguments)
            sys.stdout.flush()  # a closed pipe raises its error here, not at exit
            return status or 0
        except BrokenPipeError:
            # Python would raise the error again when it flushes the rest at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return BROKEN_PIPE
        except Exception as error:
            print_error(error)
            return FAILED
