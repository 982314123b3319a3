"""Models as files that can be read without running what is in them, and as ONNX graphs."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skmnist.io.files import TRUSTED_TYPES, load, save
    from skmnist.io.onnx import register_onnx_converters, to_onnx

__all__ = ["TRUSTED_TYPES", "load", "register_onnx_converters", "save", "to_onnx"]

_HOMES = {
    "TRUSTED_TYPES": "files",
    "load": "files",
    "register_onnx_converters": "onnx",
    "save": "files",
    "to_onnx": "onnx",
}


def __getattr__(name):
    """Import what is asked for, and nothing before."""
    if name not in _HOMES:
        raise AttributeError(f"module 'skmnist.io' has no attribute {name!r}")
    return getattr(import_module(f"skmnist.io.{_HOMES[name]}"), name)


def __dir__():
    return [*globals(), *__all__]
