"""Save models as skops files, convert them to ONNX graphs, and make pages to draw on."""

from skmnist.io._onnx import register_onnx_converters, to_onnx
from skmnist.io._page import DrawingPage, to_page
from skmnist.io._skops import load, save
from skmnist.io._trusted_types import TRUSTED_TYPES

__all__ = [
    "TRUSTED_TYPES",
    "DrawingPage",
    "load",
    "register_onnx_converters",
    "save",
    "to_onnx",
    "to_page",
]
