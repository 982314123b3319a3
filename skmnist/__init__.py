"""Handwritten digits, the scikit-learn way."""

from importlib import import_module
from typing import TYPE_CHECKING

from skmnist._version import __version__

if TYPE_CHECKING:
    from skmnist.classifier import MLPDigitClassifier
    from skmnist.distortion import DigitDistorter, DistortedClassifier
    from skmnist.features import ConvFeatureTransformer

__all__ = [
    "ConvFeatureTransformer",
    "DigitDistorter",
    "DistortedClassifier",
    "MLPDigitClassifier",
    "__version__",
]

_ESTIMATORS = {
    "ConvFeatureTransformer": "features",
    "DigitDistorter": "distortion",
    "DistortedClassifier": "distortion",
    "MLPDigitClassifier": "classifier",
}
_SUBMODULES = ("datasets", "displays", "io", "network")


def __getattr__(name):
    """Import a public name when it is first used: ``skmnist --help`` needs none of them."""
    if name in _SUBMODULES:
        return import_module(f"skmnist.{name}")
    if name not in _ESTIMATORS:
        raise AttributeError(f"module 'skmnist' has no attribute {name!r}")
    estimator = getattr(import_module(f"skmnist.{_ESTIMATORS[name]}"), name)
    globals()[name] = estimator
    return estimator


def __dir__():
    return [*__all__, *_SUBMODULES]
