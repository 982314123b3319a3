"""Save models as skops files, which can be loaded safely, and convert them to ONNX graphs."""

from skmnist.io._onnx import register_onnx_converters, to_onnx
from skmnist.io._skops import load, save
from skmnist.io._trusted_types import TRUSTED_TYPES

__all__ = ["TRUSTED_TYPES", "load", "register_onnx_converters", "save", "to_onnx"]
