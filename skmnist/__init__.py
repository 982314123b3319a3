"""Handwritten digits, the scikit-learn way."""

from skmnist.classifier import MLPDigitClassifier
from skmnist.features import ConvFeatureTransformer

__all__ = ["ConvFeatureTransformer", "MLPDigitClassifier"]

__version__ = "0.1.0"
