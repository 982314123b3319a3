"""The package of DigitDistorter and DistortedClassifier."""

from skmnist.distortion._classifier import DistortedClassifier
from skmnist.distortion._distorter import DigitDistorter
from skmnist.distortion._last_step import Progress as Progress

__all__ = ["DigitDistorter", "DistortedClassifier"]
