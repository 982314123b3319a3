"""Handwritten digits, the scikit-learn way."""

from skmnist.classifier import MLPDigitClassifier

__all__ = ["MLPDigitClassifier"]

__version__ = "0.1.0"
