"""Milliseconds that feature maps of MNIST images take.

Lays 64 kernels of 3×3, 32 of 5×5 and 64 of 7×7 on 28×28 images (float32) with

- ``skmnist``: `ConvFeatureTransformer.transform`, in as many threads as there are cores;
- ``skmnist, 1 thread``: the same with ``n_jobs=1``;
- ``torch``: `conv2d`, one thread for each core;
- ``correlate2d`` and ``oaconvolve``: SciPy's, one call for each image and kernel, timed on
  a few images and scaled up;

first with all maps written out, then with a ReLU and 4×4 and 2×2 mean pooling, where torch gets
the images in portions of the size that suits it best (tried before the first round). All take
turns in one run; ratios are medians of the ratios within a round. Before, each contender's
result is compared with ours.

With ``--memory``, all 60,000 training images go as bytes through 64 kernels of 7×7 with ReLU
and 4×4 mean pooling in one call, and the peak memory above input and output is printed
(Linux only).

Run it from the root of the repository (torch is optional)::

    python examples/benchmarks/convolve_speed.py
    python examples/benchmarks/convolve_speed.py --rounds 9 --only skmnist torch
    python examples/benchmarks/convolve_speed.py --memory
"""

import os

import numpy as np
from _common import (
    Report,
    argument_parser,
    choose,
    forget_peak,
    interleave,
    process_memory,
    seconds_of,
    timing_table,
)
from scipy.signal import correlate2d, oaconvolve

from skmnist import ConvFeatureTransformer
from skmnist.datasets import load_mnist

SIZES = [(64, 3), (32, 5), (64, 7)]
POOLS = [None, 4, 2]
PORTIONS = [8, 16, 32, 64, 128, 500, 2000]
N_SLOW = 20  # images that SciPy is timed on
CONTENDERS = ["skmnist", "skmnist, 1 thread", "torch", "correlate2d", "oaconvolve"]


def make_ours(kernels, pool_size, X, n_jobs):
    """Prepare our transformer."""
    settings = {"activation": None, "pool": None}
    if pool_size:
        settings = {"activation": "relu", "pool": "mean", "pool_size": pool_size}
    transformer = ConvFeatureTransformer(kernels, n_jobs=n_jobs, **settings)
    transformer.fit(X[:10].reshape(10, -1))
    return lambda images: transformer.feature_maps(images.reshape(len(images), -1))


def make_torch(kernels, pool_size, X, report):
    """Prepare torch's convolution, in the portions that it does fastest."""
    import torch
    from torch.nn.functional import avg_pool2d, conv2d

    torch.set_num_threads(os.cpu_count())
    weights = torch.from_numpy(kernels[:, None] / kernels[0].size)

    def portion_of(images):
        maps = conv2d(images, weights)
        return avg_pool2d(maps.relu_(), pool_size) if pool_size else maps

    def in_portions(images, size):
        with torch.inference_mode():
            portions = torch.from_numpy(images)[:, None].split(size)
            parts = [portion_of(each) for each in portions]
            return parts[0] if len(parts) == 1 else torch.cat(parts)

    sizes = [size for size in PORTIONS if size <= len(X)]
    best = min(sizes, key=lambda size: best_of(3, lambda: in_portions(X, size)))
    report.line(f"    torch is fastest with {best} images at a time")
    return lambda images: in_portions(images, best).permute(0, 2, 3, 1).numpy()


def best_of(n, function):
    """Time the fastest of n calls."""
    return min(seconds_of(function) for _ in range(n))


def make_scipy(kernels, convolve):
    """Prepare a convolution of one image with one kernel, for all of them."""

    def maps(images):
        return np.stack(
            [np.stack([convolve(image, kernel) for kernel in kernels], -1) for image in images]
        )

    return maps


def correlated(image, kernel):
    """Return SciPy's direct correlation."""
    return correlate2d(image, kernel / kernel.size, mode="valid")


def overlap_added(image, kernel):
    """Return SciPy's correlation by overlapping Fourier transforms."""
    return oaconvolve(image, kernel[::-1, ::-1] / kernel.size, mode="valid")


def makers(kernels, pool_size, X, report):
    """Map each contender to a function that prepares it; SciPy does not pool."""
    found = {
        "skmnist": lambda: make_ours(kernels, pool_size, X, -1),
        "skmnist, 1 thread": lambda: make_ours(kernels, pool_size, X, 1),
        "torch": lambda: make_torch(kernels, pool_size, X, report),
    }
    if pool_size is None:
        found["correlate2d"] = lambda: make_scipy(kernels, correlated)
        found["oaconvolve"] = lambda: make_scipy(kernels, overlap_added)
    return found


def timed(name, convolve, X):
    """Prepare to time all images, or a few of them for all."""
    images = X[:N_SLOW] if name in ("correlate2d", "oaconvolve") else X
    return lambda _round: seconds_of(lambda: convolve(images)) * len(X) / len(images)


def compare(convolvers, X):
    """Check that all contenders compute the same."""
    expected = convolvers["skmnist"](X[:5])
    for name, convolve in convolvers.items():
        np.testing.assert_allclose(convolve(X[:5]), expected, atol=1e-2, err_msg=name)


def measure_speed(X, n_rounds, only, report):
    """Report a table for each number and size of kernels, and each way of pooling."""
    rng = np.random.default_rng(0)
    for pool_size in POOLS:
        for n_kernels, size in SIZES:
            kernels = rng.standard_normal((n_kernels, size, size)).astype(np.float32)
            what = f"ReLU, {pool_size}×{pool_size} means" if pool_size else "all maps"
            report.heading(f"{len(X):,} images, {n_kernels} kernels of {size}×{size}, {what}: ms")
            found = makers(kernels, pool_size, X, report)
            chosen = choose(found, [name for name in only or found if name in found])
            convolvers = {name: make() for name, make in chosen.items()}
            compare(convolvers, X)
            contenders = {name: timed(name, each, X) for name, each in convolvers.items()}
            interleave(contenders, 1)
            seconds = interleave(contenders, n_rounds)
            report.table(*timing_table(seconds, ["skmnist"], scale=1000, digits=0))


def measure_memory(X, report):
    """Report the time and the peak memory of one call for all images."""
    kernels = np.random.default_rng(0).standard_normal((64, 7, 7))
    transformer = ConvFeatureTransformer(kernels, activation="relu", pool="mean", pool_size=4)
    transformer.fit(X)
    before = process_memory("VmRSS")
    forget_peak()
    results = []
    seconds = seconds_of(lambda: results.append(transformer.transform(X)))
    above = process_memory("VmHWM") - before - results[0].nbytes
    report.line(f"{len(X):,} images to {results[0].shape[1]} columns of {results[0].dtype}")
    sizes = [f"{n_bytes / 1e6:.1f}" for n_bytes in (X.nbytes, results[0].nbytes, above)]
    headers = ["", "seconds", "MB of input", "MB of output", "MB at most above both"]
    report.table(headers, [["skmnist", f"{seconds:.1f}", *sizes]])


def main(argv=None):
    """Measure speed, or memory."""
    parser = argument_parser(__doc__, CONTENDERS)
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory", action="store_true", help="measure the peak memory instead")
    arguments = parser.parse_args(argv)
    X, _ = load_mnist(subset="train", return_X_y=True)
    report = Report(__file__, __doc__, arguments, argv)
    if arguments.memory:
        measure_memory(X, report)
    else:
        images = X[: arguments.images].reshape(-1, 28, 28).astype(np.float32)
        only = arguments.only and [*dict.fromkeys(["skmnist", *arguments.only])]
        measure_speed(images, arguments.rounds, only, report)
    report.record()


if __name__ == "__main__":
    main()
