"""The package of DigitDistorter."""

from skmnist.distortion._distorter import DigitDistorter

__all__ = ["DigitDistorter"]
