"""Time of computing feature maps of MNIST images, in milliseconds.

The script applies 64 kernels of 3×3, 32 of 5×5 and 64 of 7×7 to images of 28×28 (float32) with

- ``skmnist``: `ConvFeatureTransformer.transform` with one thread per core;
- ``skmnist, 1 thread``: the same with ``n_jobs=1``;
- ``torch``: `conv2d` with one thread per core;
- ``correlate2d`` and ``oaconvolve``: the functions of SciPy, with one call per image and kernel,
  timed on a few images and extrapolated.

It computes all feature maps first, and then ReLU with 4×4 and 2×2 mean pooling. torch gets the
images in batches of the size that is fastest, which is determined before the first round. All
candidates are timed in each round. The ratios are medians of the ratios within a round. The script
raises an error if the results of the candidates differ.

With ``--memory``, it computes 64 kernels of 7×7 with ReLU and 4×4 mean pooling for all 60,000
training images as bytes in one call, and prints the peak memory in addition to input and output
(Linux only).

Run the script in the root of the repository (torch is optional)::

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
    interleave,
    process_memory,
    reset_peak,
    seconds_of,
    timing_table,
)
from scipy.signal import correlate2d, oaconvolve

from skmnist import ConvFeatureTransformer
from skmnist.datasets import load_mnist

SIZES = [(64, 3), (32, 5), (64, 7)]
POOLS = [None, 4, 2]
BATCH_SIZES = [8, 16, 32, 64, 128, 500, 2000]
N_SLOW = 20  # images on which SciPy is timed
CANDIDATES = ["skmnist", "skmnist, 1 thread", "torch", "correlate2d", "oaconvolve"]


def make_ours(kernels, pool_size, X, n_jobs):
    """Return a function that computes the maps with skmnist."""
    settings = {"activation": None, "pool": None}
    if pool_size:
        settings = {"activation": "relu", "pool": "mean", "pool_size": pool_size}
    transformer = ConvFeatureTransformer(kernels, n_jobs=n_jobs, **settings)
    transformer.fit(X[:10].reshape(10, -1))
    return lambda images: transformer.feature_maps(images.reshape(len(images), -1))


def make_torch(kernels, pool_size, X, report):
    """Return a function that computes the maps with torch, in batches of the fastest size."""
    import torch
    from torch.nn.functional import avg_pool2d, conv2d

    torch.set_num_threads(os.cpu_count())
    weights = torch.from_numpy(kernels[:, None] / kernels[0].size)

    def maps_of(images):
        maps = conv2d(images, weights)
        return avg_pool2d(maps.relu_(), pool_size) if pool_size else maps

    def in_batches(images, size):
        with torch.inference_mode():
            batches = torch.from_numpy(images)[:, None].split(size)
            parts = [maps_of(each) for each in batches]
            return parts[0] if len(parts) == 1 else torch.cat(parts)

    sizes = [size for size in BATCH_SIZES if size <= len(X)]
    best = min(sizes, key=lambda size: best_of(3, lambda: in_batches(X, size)))
    report.line(f"    torch is fastest with batches of {best} images")
    return lambda images: in_batches(images, best).permute(0, 2, 3, 1).numpy()


def best_of(n, function):
    """Return the seconds of the fastest of n calls."""
    return min(seconds_of(function) for _ in range(n))


def make_scipy(kernels, convolve):
    """Return a function that computes the maps with a function for one image and one kernel."""

    def maps(images):
        return np.stack(
            [np.stack([convolve(image, kernel) for kernel in kernels], -1) for image in images]
        )

    return maps


def correlated(image, kernel):
    """Return the correlation computed directly by SciPy."""
    return correlate2d(image, kernel / kernel.size, mode="valid")


def overlap_added(image, kernel):
    """Return the correlation computed by SciPy with Fourier transforms (overlap-add)."""
    return oaconvolve(image, kernel[::-1, ::-1] / kernel.size, mode="valid")


def makers(kernels, pool_size, X, report):
    """Return a dict from candidates to functions that prepare them; SciPy does not pool."""
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
    """Return a function that times all images; for SciPy, it extrapolates from a few."""
    images = X[:N_SLOW] if name in ("correlate2d", "oaconvolve") else X
    return lambda _round: seconds_of(lambda: convolve(images)) * len(X) / len(images)


def compare(convolvers, X):
    """Raise an error if the maps of the candidates differ."""
    expected = convolvers["skmnist"](X[:5])
    for name, convolve in convolvers.items():
        np.testing.assert_allclose(convolve(X[:5]), expected, atol=1e-2, err_msg=name)


def measure_speed(X, n_rounds, only, report):
    """Report a table for each pooling and each number and size of kernels."""
    rng = np.random.default_rng(0)
    for pool_size in POOLS:
        for n_kernels, size in SIZES:
            kernels = rng.standard_normal((n_kernels, size, size)).astype(np.float32)
            output = f"ReLU, {pool_size}×{pool_size} means" if pool_size else "all maps"
            report.heading(f"{len(X):,} images, {n_kernels} kernels of {size}×{size}, {output}: ms")
            found = makers(kernels, pool_size, X, report)
            chosen = choose(found, [name for name in only or found if name in found])
            convolvers = {name: make() for name, make in chosen.items()}
            compare(convolvers, X)
            candidates = {name: timed(name, each, X) for name, each in convolvers.items()}
            interleave(candidates, 1)
            seconds = interleave(candidates, n_rounds)
            report.table(*timing_table(seconds, ["skmnist"], scale=1000, digits=0))


def measure_memory(X, report):
    """Report the time and the peak memory of one call for all images."""
    kernels = np.random.default_rng(0).standard_normal((64, 7, 7))
    transformer = ConvFeatureTransformer(kernels, activation="relu", pool="mean", pool_size=4)
    transformer.fit(X)
    before = process_memory("VmRSS")
    reset_peak()
    results = []
    seconds = seconds_of(lambda: results.append(transformer.transform(X)))
    above = process_memory("VmHWM") - before - results[0].nbytes
    n_features, dtype = results[0].shape[1], results[0].dtype
    report.line(f"{len(X):,} images, {n_features} features per image ({dtype})")
    sizes = [f"{n_bytes / 1e6:.1f}" for n_bytes in (X.nbytes, results[0].nbytes, above)]
    headers = ["", "seconds", "MB of input", "MB of output", "peak MB in addition"]
    report.table(headers, [["skmnist", f"{seconds:.1f}", *sizes]])


def main(argv=None):
    """Measure the time or the memory."""
    parser = argument_parser(__doc__, CANDIDATES)
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
