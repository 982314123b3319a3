"""Handwritten digits, the scikit-learn way."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skmnist.classifier import MLPDigitClassifier
    from skmnist.features import ConvFeatureTransformer

__all__ = ["ConvFeatureTransformer", "MLPDigitClassifier"]

__version__ = "0.1.0"

_HOMES = {"ConvFeatureTransformer": "features", "MLPDigitClassifier": "classifier"}


def __getattr__(name):
    """Import an estimator when it is asked for: the command answers at once if it needs none."""
    if name not in _HOMES:
        raise AttributeError(f"module 'skmnist' has no attribute {name!r}")
    return getattr(import_module(f"skmnist.{_HOMES[name]}"), name)


def __dir__():
    return [*globals(), *__all__]
