"""Pictures of what an estimator does, in the manner of scikit-learn's displays.

They need matplotlib, which is imported when the first of them is drawn.
"""

from skmnist.displays.activations import ActivationsDisplay
from skmnist.displays.digit_grid import DigitGridDisplay
from skmnist.displays.feature_maps import FeatureMapsDisplay
from skmnist.displays.kernels import KernelsDisplay
from skmnist.displays.loss_curve import LossCurveDisplay
from skmnist.displays.weights import WeightsDisplay

__all__ = [
    "ActivationsDisplay",
    "DigitGridDisplay",
    "FeatureMapsDisplay",
    "KernelsDisplay",
    "LossCurveDisplay",
    "WeightsDisplay",
]
