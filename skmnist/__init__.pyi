from skmnist import datasets as datasets
from skmnist import displays as displays
from skmnist import io as io
from skmnist import network as network
from skmnist._version import __version__ as __version__
from skmnist.classifier import MLPDigitClassifier as MLPDigitClassifier
from skmnist.distortion import DigitDistorter as DigitDistorter
from skmnist.distortion import DistortedClassifier as DistortedClassifier
from skmnist.features import ConvFeatureTransformer as ConvFeatureTransformer

__all__ = [
    "ConvFeatureTransformer",
    "DigitDistorter",
    "DistortedClassifier",
    "MLPDigitClassifier",
    "__version__",
    "show_versions",
]

def show_versions() -> None: ...
