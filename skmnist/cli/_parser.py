"""What may stand on the command line."""

import argparse
from pathlib import Path

from skmnist._version import __version__
from skmnist.cli._messages import FAILED, say_error

DESCRIPTION = "Read handwritten digits: train a model, test it, use it, look at it."
LOSSES = ("mse", "mae", "huber", "squared_hinge")
MODEL = Path("skmnist-model.joblib")


class _OneLineParser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong."""

    def error(self, message):
        """Print the message and leave."""
        say_error(ValueError(f"{message} (see {self.prog} --help)"))
        self.exit(FAILED)


def make_parser():
    """Return the parser of all commands."""
    parser = _OneLineParser(prog="skmnist", description=DESCRIPTION, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"skmnist {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, add_arguments, description) in COMMANDS.items():
        summary = description[0].lower() + description[1 : description.index(".")]
        command = commands.add_parser(
            name, help=summary, description=description, allow_abbrev=False
        )
        command.set_defaults(module=module)
        add_arguments(command)
    return parser


def _add_train(command):
    add = command.add_argument
    _add_data(command)
    add(
        "--hidden",
        type=_whole(1),
        nargs="*",
        metavar="N",
        help="neurons of each hidden layer (default: 512 256; linear without any)",
    )
    add(
        "--epochs",
        type=_whole(1),
        metavar="N",
        help="how often each image is shown (default: 10; more if there are few)",
    )
    add("--loss", choices=LOSSES, metavar="NAME", help=", ".join(LOSSES))
    add("--features", action="store_true", default=None, help="feature maps instead of pixels")
    add(
        "--early-stopping",
        action="store_true",
        default=None,
        help="put a tenth of the images aside; stop when they no longer get better",
    )
    add(
        "--seed",
        type=_whole(0, 2**32 - 1),
        metavar="N",
        help="of all that is drawn at random (default: 0)",
    )
    add("--out", type=Path, default=MODEL, metavar="FILE", help=f"the model (default: {MODEL})")
    add("--checkpoint", type=Path, metavar="FILE", help="written after every epoch")
    add("--resume", type=Path, metavar="FILE", help="a checkpoint to go on from, bit by bit")


def _add_evaluate(command):
    _add_model(command)
    _add_data(command)


def _add_predict(command):
    _add_model(command)
    command.add_argument("images", type=Path, nargs="+", metavar="IMAGE", help="one digit in each")


def _add_report(command):
    _add_model(command)
    _add_data(command)
    command.add_argument(
        "--out",
        type=Path,
        default=Path("report.html"),
        metavar="FILE",
        help="the page (default: report.html)",
    )


# Each command with the module that has a function of its name.
COMMANDS = {
    "train": (
        "_train",
        _add_train,
        "Train a network and save it. Ctrl-C keeps the last whole epoch.",
    ),
    "evaluate": (
        "_evaluate",
        _add_evaluate,
        "Test a model on the test images. It must come from somebody you trust: a model file can "
        "run code.",
    ),
    "predict": (
        "_predict",
        _add_predict,
        "Tell the digits in photos or drawings. One upright digit a picture, dark on light or "
        "light on dark, on paper that fills the picture.",
    ),
    "report": (
        "_report",
        _add_report,
        "Show a model on one page of HTML. Accuracy, confusion, loss, mistakes, and what it looks "
        "for.",
    ),
}


def _add_model(command):
    command.add_argument("model", type=Path, metavar="MODEL", help="what skmnist train saved")


def _add_data(command):
    command.add_argument(
        "--data",
        type=Path,
        metavar="PATH",
        help="a folder of IDX files or an .npz (default: MNIST, in the box)",
    )


def _whole(least, most=None):
    """Return a function that reads a whole number in a range."""
    span = f"of at least {least}" if most is None else f"from {least} to {most}"

    def read(text):
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or value < least or (most is not None and value > most):
            raise argparse.ArgumentTypeError(f"must be a whole number {span}; got {text!r}")
        return value

    return read
