"""Models as files that can be read without running what is in them, and as ONNX graphs."""

from skmnist.io._onnx import register_onnx_converters, to_onnx
from skmnist.io._skops import TRUSTED_TYPES, load, save

__all__ = ["TRUSTED_TYPES", "load", "register_onnx_converters", "save", "to_onnx"]

for _name in __all__[1:]:
    globals()[_name].__module__ = __name__  # documentation and pickles name the package
