"""Time of distorting images, in microseconds per image.

The script distorts images of MNIST (28×28 bytes, and the same as float32) and random colour images
(32×32×3 bytes) with

- ``skmnist``: `DigitDistorter.distort` with its default parameters, in one and in two threads;
- ``SciPy``: one call of `map_coordinates` per image and channel, with the same rotations, scales,
  shears and shifts, and with displacements that are filtered by `gaussian_filter`;
- ``torchvision``: `RandomAffine` and `ElasticTransform`, for one image at a time, because they
  distort all images of a batch in the same way;
- ``kornia``: `RandomAffine` and `RandomElasticTransform` in batches of 500 images, as float32.

The parameters of the others are chosen so that their distortions are as large as those of skmnist.
torchvision and kornia interpolate an image twice. kornia uses one thread per core; SciPy and
torchvision use one thread, and are timed on a few images. All candidates are timed in each round.
The ratios are medians of the ratios within a round.

A second table compares the time of distorting all 60,000 training images with that of one epoch of
the default `MLPDigitClassifier`, which is half the difference between a fit of three epochs and a
fit of one epoch.

With ``--memory``, the script prints the peak memory of distorting 10,000 and 60,000 images, in
addition to input and output (Linux only).

Run the script in the root of the repository (torchvision and kornia are optional)::

    python examples/benchmarks/distort_speed.py
    python examples/benchmarks/distort_speed.py --images 1000 --rounds 3 --only skmnist SciPy
    python examples/benchmarks/distort_speed.py --memory
"""

import importlib.util
import os
import warnings
from functools import partial
from importlib import metadata

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
from scipy.ndimage import gaussian_filter, map_coordinates
from sklearn.exceptions import ConvergenceWarning

from skmnist import DigitDistorter, MLPDigitClassifier
from skmnist.datasets import load_mnist

# The defaults of DigitDistorter.
ROTATION, SCALE, SHEAR, SHIFT, ELASTIC, SMOOTHNESS = 10, 0.1, 0.1, 1, 0.8, 5
# The standard deviation of white noise after the Gaussian filter, as a share of that before it.
FILTERED = 1 / (2 * np.sqrt(np.pi) * SMOOTHNESS)
# torchvision and kornia filter noise that is uniform from -1 to 1.
FILTERED_UNIFORM = FILTERED / np.sqrt(3)
N_SLOW = 100  # images on which SciPy and torchvision are timed
BATCH = 500  # images that kornia distorts at a time


def make_skmnist(shape, n_jobs):
    """Return a function that distorts images [n, h, w, c] with skmnist."""
    distorter = DigitDistorter(image_shape=shape, n_jobs=n_jobs)
    return lambda images: distorter.distort(images.reshape(len(images), -1)).reshape(images.shape)


def source_coordinates(height, width, rng):
    """Return the random coordinates [2, h, w] of the sources of pixels."""
    angle, shear, *scales = rng.uniform(-1, 1, 4) * [np.deg2rad(ROTATION), SHEAR, SCALE, SCALE]
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = rotation @ [[1, 0], [shear, 1]] @ np.diag(1 + np.array(scales))
    centre = np.array([height - 1, width - 1])[:, None, None] / 2
    offsets = np.indices((height, width)) - centre
    coordinates = np.tensordot(np.linalg.inv(matrix), offsets, 1) + centre
    coordinates += rng.uniform(-SHIFT, SHIFT, (2, 1, 1))
    noise = rng.standard_normal((2, height, width))
    return coordinates + ELASTIC / FILTERED * gaussian_filter(noise, (0, SMOOTHNESS, SMOOTHNESS))


def make_scipy(shape):
    """Return a function that distorts images one by one with SciPy."""
    height, width, channels = shape
    rng = np.random.default_rng(0)

    def distort(images):
        out = np.empty_like(images)
        for image, result in zip(images, out, strict=True):
            coordinates = source_coordinates(height, width, rng)
            for i in range(channels):
                map_coordinates(image[..., i], coordinates, output=result[..., i], order=1)
        return out

    return distort


def make_torchvision(shape):
    """Return a function that distorts images one by one with torchvision."""
    import torch
    from torchvision.transforms import v2

    height, width, _ = shape
    bilinear = v2.InterpolationMode.BILINEAR
    affine = v2.RandomAffine(
        ROTATION,
        translate=(SHIFT / width, SHIFT / height),
        scale=(1 - SCALE, 1 + SCALE),
        shear=np.rad2deg(np.arctan(SHEAR)),
        interpolation=bilinear,
    )
    # Its coordinates range from -1 to 1, and it divides alpha by the size.
    elastic = v2.ElasticTransform(2 * ELASTIC / FILTERED_UNIFORM, SMOOTHNESS, bilinear)

    def distort(images):
        torch.set_num_threads(1)  # for a single small image, threads cost more than they save
        each = torch.from_numpy(images).permute(0, 3, 1, 2)
        return torch.stack([elastic(affine(image)) for image in each]).permute(0, 2, 3, 1).numpy()

    return distort


def make_kornia(shape):
    """Return a function that distorts images in batches with kornia."""
    import torch
    from kornia.augmentation import RandomAffine, RandomElasticTransform

    height, width, _ = shape
    affine = RandomAffine(
        float(ROTATION),
        translate=(SHIFT / width, SHIFT / height),
        scale=(1 - SCALE, 1 + SCALE, 1 - SCALE, 1 + SCALE),
        shear=np.rad2deg(np.arctan(SHEAR)),
        p=1,
    )
    sides = (6 * SMOOTHNESS + 1,) * 2  # of the filter, up to three standard deviations
    alpha = tuple(2 * ELASTIC / FILTERED_UNIFORM / side for side in (height, width))
    elastic = RandomElasticTransform(sides, (float(SMOOTHNESS),) * 2, alpha, p=1)

    def distort(images):
        torch.set_num_threads(os.cpu_count())
        batches = torch.from_numpy(images).permute(0, 3, 1, 2).split(BATCH)
        with torch.inference_mode():
            parts = [elastic(affine(batch.float())).round_() for batch in batches]
            return torch.cat(parts).to(batches[0].dtype).permute(0, 2, 3, 1).numpy()

    return distort


MAKERS = {
    "skmnist": partial(make_skmnist, n_jobs=1),
    "skmnist, 2 threads": partial(make_skmnist, n_jobs=2),
    "SciPy": make_scipy,
    "torchvision": make_torchvision,
    "kornia": make_kornia,
}
OPTIONAL = ("torchvision", "kornia")


def available(only, report):
    """Return the names of the candidates that are asked for and installed."""
    names = list(choose(MAKERS, only))
    for name in [name for name in OPTIONAL if name in names]:
        if importlib.util.find_spec(name) is None:
            print(f"{name} is not installed and is left out.")
            names.remove(name)
        else:
            report.line(f"{name} {metadata.version(name)}")
    return names


def check(distort, images, name):
    """Raise an error if the brightness of distorted images differs from that of the images."""
    ratio = distort(images).mean() / images.mean()
    if not 0.9 < ratio < 1.1:
        raise RuntimeError(f"{name}: distorted images are {ratio:.2f} times as bright.")


def timed(name, distort, images):
    """Return a function that returns the seconds per image."""
    some = images[:N_SLOW] if name in ("SciPy", "torchvision") else images
    return lambda _round: seconds_of(lambda: distort(some)) / len(some)


def data_sets(n_images):
    """Return images [n, h, w, c] by name."""
    X, _ = load_mnist(subset="train", return_X_y=True)
    digits = X[:n_images].reshape(-1, 28, 28, 1)
    colour = np.random.default_rng(0).integers(0, 256, (n_images, 32, 32, 3), dtype=np.uint8)
    colour[:, [0, 1, 2, -3, -2, -1]] = colour[:, :, [0, 1, 2, -3, -2, -1]] = 0
    return {
        "28×28 bytes": digits,
        "28×28 float32": digits.astype(np.float32),
        "32×32×3 bytes": colour,
    }


def measure_speed(n_images, n_rounds, only, report):
    """Report a table for each kind of images."""
    names = available(only, report)
    for kind, images in data_sets(n_images).items():
        report.heading(f"{len(images):,} images of {kind}: µs per image, {n_rounds} rounds")
        candidates = {}
        for name in names:
            distort = MAKERS[name](images.shape[1:])
            check(distort, images[:N_SLOW], name)
            candidates[name] = timed(name, distort, images)
        interleave(candidates, 1)
        seconds = interleave(candidates, n_rounds)
        report.table(*timing_table(seconds, ["skmnist"], scale=1e6, digits=1))


def measure_share(n_rounds, report):
    """Report the seconds of an epoch of training, and of distorting the images of an epoch."""
    X, y = load_mnist(subset="train", return_X_y=True)

    def fit_seconds(n_epochs):
        clf = MLPDigitClassifier(max_iter=n_epochs, random_state=0)
        return seconds_of(lambda: clf.fit(X, y))

    candidates = {
        "training": lambda _round: (fit_seconds(3) - fit_seconds(1)) / 2,
        "distorting": lambda _round: seconds_of(lambda: DigitDistorter().distort(X)),
    }
    report.heading(f"One epoch of the default classifier: seconds, {n_rounds} rounds")
    report.table(*timing_table(interleave(candidates, n_rounds), ["training"]))


def measure_memory(report):
    """Report the peak memory of one call."""
    X, _ = load_mnist(subset="train", return_X_y=True)
    DigitDistorter().distort(X[:2000])
    rows = []
    for n_images in (10_000, 60_000):
        before = process_memory("VmRSS")
        reset_peak()
        out = DigitDistorter().distort(X[:n_images])
        above = process_memory("VmHWM") - before - out.nbytes
        sizes = [f"{size / 1e6:.1f}" for size in (out.nbytes, out.nbytes, above)]
        rows.append([f"{n_images:,} images", *sizes])
        del out
    report.table(["", "MB of input", "MB of output", "peak MB in addition"], rows)


def main(argv=None):
    """Measure the time or the memory."""
    parser = argument_parser(__doc__, MAKERS)
    parser.add_argument("--images", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--memory", action="store_true", help="measure the peak memory instead")
    arguments = parser.parse_args(argv)
    warnings.simplefilter("ignore", ConvergenceWarning)
    report = Report(__file__, __doc__, arguments, argv)
    if arguments.memory:
        measure_memory(report)
    else:
        only = arguments.only and [*dict.fromkeys(["skmnist", *arguments.only])]
        measure_speed(arguments.images, arguments.rounds, only, report)
        measure_share(arguments.rounds, report)
    report.record()


if __name__ == "__main__":
    main()
