"""The package of MLPDigitClassifier."""

from skmnist.classifier._estimator import MLPDigitClassifier
from skmnist.classifier._run import BestEpoch as BestEpoch
from skmnist.classifier._run import Run as Run
from skmnist.classifier._settings import FittedAs as FittedAs

__all__ = ["MLPDigitClassifier"]
