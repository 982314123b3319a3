"""The version of skmnist."""

__version__ = "0.1.0"
