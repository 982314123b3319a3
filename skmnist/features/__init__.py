"""The package of ConvFeatureTransformer."""

from skmnist.features._estimator import ConvFeatureTransformer

__all__ = ["ConvFeatureTransformer"]
