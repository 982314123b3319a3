"""Plots of images, predictions and fitted estimators, with the API of scikit-learn's displays.

Displays require matplotlib, which is imported when the first display is plotted.
"""

from skmnist.displays._activations import ActivationsDisplay
from skmnist.displays._digit_grid import DigitGridDisplay
from skmnist.displays._feature_maps import FeatureMapsDisplay
from skmnist.displays._kernels import KernelsDisplay
from skmnist.displays._loss_curve import LossCurveDisplay
from skmnist.displays._weights import WeightsDisplay

__all__ = [
    "ActivationsDisplay",
    "DigitGridDisplay",
    "FeatureMapsDisplay",
    "KernelsDisplay",
    "LossCurveDisplay",
    "WeightsDisplay",
]
