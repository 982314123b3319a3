"""The package of MLPDigitClassifier."""

from skmnist.classifier._estimator import MLPDigitClassifier
from skmnist.classifier._run import BestEpoch, Run
from skmnist.classifier._settings import FittedAs

__all__ = ["BestEpoch", "FittedAs", "MLPDigitClassifier", "Run"]
