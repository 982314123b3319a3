"""The arguments of the command line.

A subcommand is a row in COMMANDS and a module ``_<name>.py`` with a function of the same name.
The row is not in the module, so that ``--help`` does not import NumPy and scikit-learn.
"""

import argparse
from pathlib import Path
from typing import NamedTuple

from skmnist._version import __version__
from skmnist.cli._messages import FAILED, print_error

DESCRIPTION = "Train, evaluate and use classifiers of handwritten digits."
LOSSES = ("mse", "mae", "huber", "squared_hinge")  # a test compares them with skmnist.network
MODEL_FILE = Path("skmnist-model.joblib")
REPORT_FILE = Path("report.html")
DRAW_FILE = Path("draw.html")


def make_parser():
    """Return the parser of all subcommands."""
    parser = _Parser(prog="skmnist", description=DESCRIPTION, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"skmnist {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (description, arguments) in COMMANDS.items():
        summary = description[0].lower() + description[1 : description.index(".")]
        command = commands.add_parser(
            name, help=summary, description=description, allow_abbrev=False
        )
        for flags, settings in arguments:
            command.add_argument(*flags, **settings)
    return parser


class _Parser(argparse.ArgumentParser):
    """A parser that prints an error as one line."""

    def error(self, message):
        """Print the message and exit."""
        print_error(ValueError(f"{message.rstrip('.')}. See {self.prog} --help."))
        self.exit(FAILED)


class _Command(NamedTuple):
    """A subcommand: its description, whose first sentence is its summary, and its arguments."""

    description: str
    arguments: list


def _argument(*flags, **settings):
    """Return arguments with which ``add_argument`` is called later."""
    return flags, settings


def _file(flag, **settings):
    return _argument(flag, type=Path, metavar="FILE", **settings)


def _integer(least, most=None):
    """Return a function that parses an integer in a range."""
    span = f"of at least {least}" if most is None else f"from {least} to {most}"

    def parse(text):
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or value < least or (most is not None and value > most):
            raise argparse.ArgumentTypeError(f"must be an integer {span}; got {text!r}")
        return value

    return parse


_MODEL = _argument("model", type=Path, metavar="MODEL", help="model file saved by skmnist train")
_DATA = _argument(
    "--data",
    type=Path,
    metavar="PATH",
    help="folder of IDX files, or .npz file (default: MNIST)",
)
_TEST_DATA = _argument(
    "--data",
    type=Path,
    metavar="PATH",
    help="folder of IDX files, .npz file, or drawings (default: MNIST)",
)

COMMANDS = {
    "train": _Command(
        "Train a classifier and save it. After Ctrl-C, the training can be resumed.",
        [
            _DATA,
            _argument(
                "--hidden",
                type=_integer(1),
                nargs="*",
                metavar="N",
                help="number of neurons in each hidden layer (default: 512 256); --hidden "
                "without a number trains a linear model",
            ),
            _argument(
                "--epochs",
                type=_integer(1),
                metavar="N",
                help="passes over the images (default: 10, or more for few)",
            ),
            _argument(
                "--loss",
                choices=LOSSES,
                metavar="NAME",
                help=f"{', '.join(LOSSES[:-1])} or {LOSSES[-1]} (default: {LOSSES[0]})",
            ),
            _argument(
                "--features",
                action="store_true",
                default=None,
                help="train on convolutional feature maps instead of pixels",
            ),
            _argument(
                "--distort",
                action="store_true",
                default=None,
                help="train on distorted images, for six times as many epochs",
            ),
            _argument(
                "--early-stopping",
                action="store_true",
                default=None,
                help="hold out a tenth of the images, and stop when the accuracy on them no "
                "longer improves",
            ),
            _argument(
                "--seed",
                type=_integer(0, 2**32 - 1),
                metavar="N",
                help="seed of the random numbers (default: 0)",
            ),
            _file("--out", default=MODEL_FILE, help=f"file for the model (default: {MODEL_FILE})"),
            _file("--checkpoint", help="file for a checkpoint, written after every epoch"),
            _file("--resume", help="checkpoint, or model to train on --drawings"),
            _argument(
                "--drawings",
                type=Path,
                metavar="PATH",
                help="file of drawings to learn from, or folder of such files",
            ),
        ],
    ),
    "evaluate": _Command(
        "Evaluate a model on test images. Only load models that you trust, because a model file "
        "can run code.",
        [_MODEL, _TEST_DATA],
    ),
    "predict": _Command(
        "Predict the digit in each photo or drawing. A picture must show one upright digit, dark "
        "on light or light on dark, on paper that fills the picture.",
        [
            _MODEL,
            _argument("images", type=Path, nargs="+", metavar="IMAGE", help="picture of a digit"),
        ],
    ),
    "report": _Command(
        "Write a report on a model as one HTML page. It shows the accuracy, the confusion matrix, "
        "the loss curve, misclassified images, and the weights or kernels.",
        [
            _MODEL,
            _TEST_DATA,
            _file("--out", default=REPORT_FILE, help=f"file for the page (default: {REPORT_FILE})"),
        ],
    ),
    "draw": _Command(
        "Write a page to draw digits on, and to watch the model read them. It is one HTML "
        "file, which needs no network. Drawings that are corrected there can be saved, and passed "
        "to skmnist train with --drawings.",
        [
            _MODEL,
            _TEST_DATA,
            _argument("--title", metavar="TEXT", help="title of the page"),
            _file("--out", default=DRAW_FILE, help=f"file for the page (default: {DRAW_FILE})"),
        ],
    ),
}
