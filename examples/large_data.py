"""
Training on data that do not fit on one machine
===============================================

The images are stored in parts: files that are so small that a worker can hold one of them with its
features. The kernels are learned from one part. The workers of Dask read the other parts and
compute their features, a few parts in advance. This process trains the classifier on one part after
the other. After every few parts, the pipeline is saved, and scored on a part that is never used for
training. If the script is stopped, run it again: the training is resumed, and the final weights are
bit-identical to those of an uninterrupted run. The names of the parts are saved next to the model,
because adding or removing a part would change the order of the parts.

A part consists of two IDX files, ``images-….idx`` and ``labels-….idx``, which can be compressed
(``.idx.gz``), or of one file ``images-….parquet`` with the columns "pixels", which contains the
bytes of an image, and "label". To try the script with parts that are made from MNIST, run it in the
root of the repository::

    python examples/large_data.py parts --make 20 --model digits.joblib

The script needs ``distributed``. Parquet files also need pandas and pyarrow.
"""

import argparse
import collections
import functools
import os
import time
from pathlib import Path

import dask
import joblib
import numpy as np
from dask.distributed import Client
from sklearn.pipeline import make_pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import load_mnist, read_idx, write_idx

# The steps whose time is measured: the first two on a worker, the others in this process.
STEPS = ("read", "compute features", "wait and receive", "train", "save and score")


def read_idx_part(path):
    """Return the images of an IDX file, and the labels in the other file of the part."""
    return read_idx(path), read_idx(path.with_name(path.name.replace("images", "labels")))


def read_parquet_part(path):
    """Return the images and labels of a Parquet file."""
    import pandas as pd

    frame = pd.read_parquet(path)
    if not {"pixels", "label"} <= set(frame):
        raise ValueError(f"its columns must include 'pixels' and 'label'; got {list(frame)}.")
    sizes = {len(row) for row in frame["pixels"]} or {0}
    if len(sizes) > 1:
        lengths = f"{min(sizes)} to {max(sizes)} bytes"
        raise ValueError(f"its images must have the same size; got {lengths}.")
    pixels = np.frombuffer(b"".join(frame["pixels"]), np.uint8)
    return pixels.reshape(len(frame), *sizes), frame["label"].to_numpy()


# By default, Dask's workers return free memory to Linux at once. ``transform`` then has to request
# it again, which makes it several times slower. With these settings, the workers keep the memory.
KEEP_MEMORY = {
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 2**27,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 2**25,
}
READERS = {".idx": read_idx_part, ".gz": read_idx_part, ".parquet": read_parquet_part}


def reader_of(path):
    """Return the function that reads a part; the suffix of its name determines the format."""
    if path.suffix not in READERS:
        allowed = ", ".join(READERS)
        raise ValueError(f"part {path} must end in one of {allowed}; got {path.suffix!r}.")
    return READERS[path.suffix]


def check_part(images, labels):
    """Raise ValueError if the classifier cannot be trained on these images and labels."""
    if images.ndim < 2 or images.size == 0:
        raise ValueError(f"it must contain images; got an array of shape {images.shape}.")
    if not np.isfinite(images).all():
        raise ValueError("its pixels must be finite; got infinity or NaN.")
    if labels.shape != images.shape[:1]:
        expected = images.shape[:1]
        raise ValueError(f"its labels must have the shape {expected}; got {labels.shape}.")
    others = labels[~np.isin(labels, range(10))].tolist()
    if others:
        raise ValueError(f"its labels must be numbers from 0 to 9; got {others[0]!r}.")


def read_part(path):
    """Return the images of a part, one per row, and its labels; errors contain its name."""
    read = reader_of(path)
    try:
        images, labels = read(path)
        check_part(images, labels)
    except Exception as error:  # pandas and pyarrow raise errors of many types
        raise ValueError(f"part {path}: {error}") from error
    return images.reshape(len(images), -1), labels


def read_part_of_size(path, n_pixels):
    """Return images and labels; raise ValueError if the images have another number of pixels."""
    images, labels = read_part(path)
    found = images.shape[1]
    if found != n_pixels:
        raise ValueError(f"part {path}: its images must have {n_pixels} pixels; got {found}.")
    return images, labels


def make_parts(folder, n_parts, n_images=3000):
    """Write parts that do not exist yet: a random sample of MNIST in each of them, with noise."""
    X, y = load_mnist(subset="train", return_X_y=True)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(n_parts):
        if (folder / f"labels-{number:06}.idx.gz").exists():
            continue
        rng = np.random.default_rng(number)
        rows = rng.choice(len(X), n_images)
        noisy = X[rows] | rng.integers(64, size=(n_images, 784), dtype=np.uint8)
        write_idx(folder / f"images-{number:06}.idx.gz", noisy.reshape(-1, 28, 28))
        write_idx(folder / f"labels-{number:06}.idx.gz", y[rows].astype(np.uint8))


def make_schedule(parts, n_epochs):
    """Return the parts in the order of training: each epoch has its own fixed random order."""
    orders = [np.random.default_rng(epoch).permutation(len(parts)) for epoch in range(n_epochs)]
    return [parts[number] for order in orders for number in order]


def begin(part, n_images):
    """Return a new pipeline, whose kernels are learned from the first images of a part."""
    images, labels = (each[:n_images] for each in read_part(part))
    convolve = ConvFeatureTransformer(random_state=0).fit(images, labels)
    return make_pipeline(convolve, MLPDigitClassifier(random_state=0))


def read_features(convolve, path):
    """Return the features and labels of a part, and the seconds of both steps (on a worker)."""
    start = time.perf_counter()
    images, labels = read_part_of_size(path, convolve.n_features_in_)
    half_way = time.perf_counter()
    features = convolve.transform(images)
    return features, labels, (half_way - start, time.perf_counter() - half_way)


def results_ahead(client, function, items, n_ahead):
    """Yield the results in order; only the next n_ahead are computed or waiting."""
    waiting = collections.deque()
    for item in items:
        waiting.append(client.submit(function, item))
        if len(waiting) >= n_ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def save(pipeline, path):
    """Write the file atomically: it replaces the previous one when it is complete on the disk."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
        joblib.dump(pipeline, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)


def n_parts_done(pipeline):
    """Return the number of parts that the classifier was trained on, by one partial_fit each."""
    return getattr(pipeline[-1], "n_iter_", 0)


def learn(pipeline, client, schedule, held_out, options):
    """Train on the remaining parts; return the number of images and the seconds of each step."""
    convolve, classifier = pipeline.named_steps.values()
    done = n_parts_done(pipeline)
    work = functools.partial(read_features, convolve)
    results = results_ahead(client, work, schedule[done:], n_ahead=2 * len(client.ncores()))
    n_images, seconds, start = 0, np.zeros(len(STEPS)), time.perf_counter()
    for number, (features, labels, on_worker) in enumerate(results, start=done + 1):
        received = time.perf_counter()
        classifier.partial_fit(features, labels, classes=range(10))
        learned = time.perf_counter()
        if number % options.every == 0 or number == len(schedule):
            save(pipeline, options.model)
            score = pipeline.score(*held_out)
            print(f"part {number} of {len(schedule)}: accuracy {score:.2%}", flush=True)
        saved = time.perf_counter()
        seconds += *on_worker, received - start, learned - received, saved - learned
        n_images, start = n_images + len(labels), saved
    return n_images, seconds


def positive_integer(text):
    """Return an option as an integer of at least 1."""
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1; got {text}.")
    return int(text)


def make_parser():
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    number = positive_integer
    parser.add_argument("folder", type=Path, help="folder of the parts")
    parser.add_argument("--make", type=number, metavar="N", help="first make N parts from MNIST")
    parser.add_argument("--model", type=Path, required=True, help="file to save and resume")
    parser.add_argument("--every", type=number, default=5, help="parts between two saves")
    parser.add_argument("--epochs", type=number, default=1, help="number of epochs")
    parser.add_argument("--sample", type=number, default=3000, help="images for learning kernels")
    parser.add_argument("--scheduler", help="address of a cluster (default: start a local one)")
    parser.add_argument("--workers", type=number, default=2, help="workers of a local cluster")
    parser.add_argument("--memory", default="1GB", help="memory limit of each local worker")
    return parser


def connect(options):
    """Return a client of the cluster; a local cluster is started and ends with its client."""
    if options.scheduler:
        client = Client(options.scheduler)
        client.wait_for_workers(1)
        return client
    limits = {"n_workers": options.workers, "memory_limit": options.memory}
    with dask.config.set(KEEP_MEMORY):
        return Client(**limits, threads_per_worker=1, dashboard_address=":0")


def has_same_parts(parts, model):
    """Tell whether a saved model was trained on these parts; for a new model, save their names."""
    path = model.with_name(model.name + ".parts")
    names = "\n".join(part.name for part in parts)
    if model.exists():
        return path.exists() and path.read_text("utf-8") == names
    path.write_text(names, "utf-8")
    return True


def train(parts, options):
    """Train a new model, or resume the training of a saved one; print the time of each step."""
    is_saved = options.model.exists()
    pipeline = joblib.load(options.model) if is_saved else begin(parts[0], options.sample)
    held_out = read_part_of_size(parts[-1], pipeline[0].n_features_in_)
    schedule = make_schedule(parts[:-1], options.epochs)
    if n_parts_done(pipeline) >= len(schedule):
        score = pipeline.score(*held_out)
        print(f"Training is complete ({len(schedule)} parts): accuracy {score:.2%}")
        return
    with connect(options) as client:
        n_images, seconds = learn(pipeline, client, schedule, held_out, options)
    each = [f"{step} {1e6 * s / n_images:.0f}" for step, s in zip(STEPS, seconds, strict=True)]
    print("µs per image on a worker:", ", ".join(each[:2]))
    print("µs per image in this process:", ", ".join(each[2:]))
    print(f"µs per image in this process, total: {1e6 * sum(seconds[2:]) / n_images:.0f}")


def model_path_error(model):
    """Return the reason why no model can be saved at this path, or an empty string."""
    if model.is_dir():
        return "must be a file; got a folder."
    if not model.parent.is_dir():
        return f"must be in an existing folder; got {model.parent}."
    return ""


def main(argv=None):
    """Train on all parts except the last one, which is for the score."""
    parser = make_parser()
    options = parser.parse_args(argv)
    if options.make:
        make_parts(options.folder, options.make)
    if error := model_path_error(options.model):
        parser.error(f"--model {options.model}: {error}")
    parts = sorted(options.folder.glob("images-*"))
    if len(parts) < 2:
        parser.error(f"{options.folder} must contain at least two parts; got {len(parts)}.")
    for part in parts:
        reader_of(part)  # check all names now, because removing a part later needs a new model
    if not has_same_parts(parts, options.model):
        parser.error(
            f"{options.folder} must contain the parts that {options.model} was trained on, whose "
            f"names are in {options.model}.parts. Restore these parts, or train a new model."
        )
    train(parts, options)


if __name__ == "__main__":
    main()
