"""Array libraries and devices for tests that need SCIPY_ARRAY_API=1."""

import importlib.util
import os

import numpy as np

LIBRARIES = ("array_api_strict", "torch")
on = os.environ.get("SCIPY_ARRAY_API") == "1" and all(map(importlib.util.find_spec, LIBRARIES))


def places():
    """List the available libraries and their devices."""
    found = [("array_api_strict", "CPU_DEVICE"), ("array_api_strict", "device1"), ("torch", "cpu")]
    if on:
        import torch

        found += [("torch", "cuda")] * torch.cuda.is_available()
    return found


def back(array):
    """Return an array as a NumPy array, without code of skmnist."""
    if hasattr(array, "cpu"):
        return array.cpu().numpy()
    import array_api_strict

    return np.asarray(array.to_device(array_api_strict.Device("CPU_DEVICE")))


def assert_same_place(array, like):
    assert type(array) is type(like)
    assert array.device == like.device
