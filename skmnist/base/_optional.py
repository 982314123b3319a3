"""Packages that are needed for one purpose only, and what to do where they are missing."""

from importlib import import_module


def optional(module, purpose, package=None):
    """Import a module, or say which package the purpose needs."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        package = package or module
        raise ImportError(f"{purpose} needs {package}: pip install {package}") from error
