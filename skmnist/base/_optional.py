"""Import optional dependencies, or raise an error that tells how to install them."""

from importlib import import_module


def optional(module, purpose, package=None):
    """Import a module, or raise an ImportError that names the package that a purpose requires."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        package = package or module
        raise ImportError(
            f"{purpose} requires {package}. Install it with `pip install {package}`."
        ) from error
