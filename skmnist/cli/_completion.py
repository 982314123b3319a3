"""Completion of the command line in a shell, with argcomplete."""

import os

from skmnist.base._optional import optional


def complete(parser):
    """Write the completions and exit, if a shell asks for them; otherwise, do nothing."""
    if "_ARGCOMPLETE" in os.environ:  # without this test, argcomplete would slow every command
        optional("argcomplete", "Completion in the shell").autocomplete(parser)
