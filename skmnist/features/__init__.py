"""ConvFeatureTransformer, and what only it needs."""

from skmnist.features._estimator import ConvFeatureTransformer

__all__ = ["ConvFeatureTransformer"]
