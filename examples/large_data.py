"""
More images than a machine can hold
===================================

The images lie in parts: files small enough that a worker holds one of them with its features.
The kernels are learned from one part. Dask's workers read the others and make features of them,
a few parts ahead; this process learns from one part after the other. Every so many parts the
pipeline is saved, and scored on a part that is never learned from. Started again, it goes on from
there, and comes to the same weights as if it had not been stopped. The names of the parts are kept
beside the model, because parts that come or go in between would change their order.

A part is two IDX files, ``images-….idx`` and ``labels-….idx``, or the same compressed, with
``.idx.gz``; or it is one file ``images-….parquet`` with the columns "pixels", a row of bytes for
each image, and "label". To try it with some made of MNIST, from the root of the repository::

    python examples/large_data.py parts --make 20 --model digits.joblib

It needs ``distributed``; Parquet needs pandas and pyarrow too.
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

# What an image needs time for: the first two on a worker, the others in this process.
STEPS = ("to read", "for its features", "to wait and receive", "to learn", "to save and score")


def read_idx_part(path):
    """Return the images of an IDX file, and the labels of the one that goes with it."""
    return read_idx(path), read_idx(path.with_name(path.name.replace("images", "labels")))


def read_parquet_part(path):
    """Return the same from one Parquet file."""
    import pandas as pd

    frame = pd.read_parquet(path)
    if not {"pixels", "label"} <= set(frame):
        raise ValueError(f"its columns are {list(frame)}; 'pixels' and 'label' are needed")
    sizes = {len(row) for row in frame["pixels"]} or {0}
    if len(sizes) > 1:
        raise ValueError(f"its images have {min(sizes)} to {max(sizes)} bytes; one size is needed")
    pixels = np.frombuffer(b"".join(frame["pixels"]), np.uint8)
    return pixels.reshape(len(frame), *sizes), frame["label"].to_numpy()


# Dask has its workers give memory back to Linux at once, and transform, which asks for it again,
# takes several times as long. This lets them keep it.
KEEP_MEMORY = {
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 2**27,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 2**25,
}
READERS = {".idx": read_idx_part, ".gz": read_idx_part, ".parquet": read_parquet_part}


def reader_of(path):
    """Return the function that reads a part, as its name ends."""
    if path.suffix not in READERS:
        raise ValueError(f"part {path} ends in {path.suffix!r}; allowed are {', '.join(READERS)}")
    return READERS[path.suffix]


def check_part(images, labels):
    """Refuse what nothing could be learned from."""
    if images.ndim < 2 or images.size == 0:
        raise ValueError(f"its images have the shape {images.shape}; some images are needed")
    if not np.isfinite(images).all():
        raise ValueError("its images have infinite pixels or NaN; numbers are needed")
    if labels.shape != images.shape[:1]:
        raise ValueError(f"its labels have the shape {labels.shape}; {len(images)} are needed")
    others = labels[~np.isin(labels, range(10))].tolist()
    if others:
        raise ValueError(f"it has the label {others[0]!r}; allowed are 0 to 9")


def read_part(path):
    """Return images, one a row, and labels; an error names the part."""
    read = reader_of(path)
    try:
        images, labels = read(path)
        check_part(images, labels)
    except Exception as error:  # pandas and pyarrow have many of their own
        raise ValueError(f"part {path}: {error}") from error
    return images.reshape(len(images), -1), labels


def read_alike(path, n_pixels):
    """Return the same of a part whose images must be as large as those of the first."""
    images, labels = read_part(path)
    found = images.shape[1]
    if found != n_pixels:
        raise ValueError(f"part {path}: its images have {found} pixels; {n_pixels} are needed")
    return images, labels


def make_parts(folder, n_parts, n_images=3000):
    """Write parts to try this with, where none are: images of MNIST, drawn at random, in noise."""
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


def in_order(parts, n_epochs):
    """List the parts for each epoch, in another order each time, always the same ones."""
    orders = [np.random.default_rng(epoch).permutation(len(parts)) for epoch in range(n_epochs)]
    return [parts[number] for order in orders for number in order]


def begin(part, n_images):
    """Return a pipeline whose kernels are learned from some images of a part."""
    images, labels = (each[:n_images] for each in read_part(part))
    convolve = ConvFeatureTransformer(random_state=0).fit(images, labels)
    return make_pipeline(convolve, MLPDigitClassifier(random_state=0))


def read_features(convolve, path):
    """Return a part's features and labels, and the seconds that both steps took: on a worker."""
    start = time.perf_counter()
    images, labels = read_alike(path, convolve.n_features_in_)
    half_way = time.perf_counter()
    features = convolve.transform(images)
    return features, labels, (half_way - start, time.perf_counter() - half_way)


def results_ahead(client, function, items, n_ahead):
    """Yield the results in order; so many are being made or waiting, and no more."""
    waiting = collections.deque()
    for item in items:
        waiting.append(client.submit(function, item))
        if len(waiting) >= n_ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def save(pipeline, path):
    """Write a file that takes the place of the last one when it is whole and on the disk."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
        joblib.dump(pipeline, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)


def n_learned(pipeline):
    """Return how many parts were learned from: each is a call of partial_fit."""
    return getattr(pipeline[-1], "n_iter_", 0)


def learn(pipeline, client, schedule, held_out, options):
    """Learn from the parts that are left; return how many images, and the seconds of each step."""
    convolve, classifier = pipeline.named_steps.values()
    done = n_learned(pipeline)
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
            print(f"part {number} of {len(schedule)}: {score:.2%} right", flush=True)
        saved = time.perf_counter()
        seconds += *on_worker, received - start, learned - received, saved - learned
        n_images, start = n_images + len(labels), saved
    return n_images, seconds


def count(text):
    """Read a number that must be at least 1."""
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1; got {text}")
    return int(text)


def make_parser():
    """Return what reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the parts are")
    parser.add_argument("--make", type=count, metavar="N", help="first make N parts of MNIST there")
    parser.add_argument("--model", type=Path, required=True, help="the file to save and go on from")
    parser.add_argument("--every", type=count, default=5, help="parts from one save to the next")
    parser.add_argument("--epochs", type=count, default=1, help="how often to learn from each part")
    parser.add_argument("--sample", type=count, default=3000, help="images to learn kernels from")
    parser.add_argument("--scheduler", help="address of a cluster; without it, one is started here")
    parser.add_argument("--workers", type=count, default=2, help="of the cluster here")
    parser.add_argument("--memory", default="1GB", help="limit of each worker here")
    return parser


def connect(options):
    """Return a client of the cluster; one that is started here ends with it."""
    if options.scheduler:
        client = Client(options.scheduler)
        client.wait_for_workers(1)
        return client
    limits = {"n_workers": options.workers, "memory_limit": options.memory}
    with dask.config.set(KEEP_MEMORY):
        return Client(**limits, threads_per_worker=1, dashboard_address=":0")


def is_same_list(parts, model):
    """Tell whether a model began with these parts; write their names beside a new one."""
    path = model.with_name(model.name + ".parts")
    names = "\n".join(part.name for part in parts)
    if model.exists():
        return path.exists() and path.read_text("utf-8") == names
    path.write_text(names, "utf-8")
    return True


def go_on(parts, options):
    """Begin, or go on with the model that was saved; print how long each step took."""
    is_there = options.model.exists()
    pipeline = joblib.load(options.model) if is_there else begin(parts[0], options.sample)
    held_out = read_alike(parts[-1], pipeline[0].n_features_in_)
    schedule = in_order(parts[:-1], options.epochs)
    if n_learned(pipeline) >= len(schedule):
        print(f"all {len(schedule)} parts are learned from: {pipeline.score(*held_out):.2%} right")
        return
    with connect(options) as client:
        n_images, seconds = learn(pipeline, client, schedule, held_out, options)
    each = [f"{step} {1e6 * s / n_images:.0f}" for step, s in zip(STEPS, seconds, strict=True)]
    print("µs an image, on a worker:", ", ".join(each[:2]))
    print("µs an image, in this process:", ", ".join(each[2:]))
    print(f"µs an image, in this process, all of it: {1e6 * sum(seconds[2:]) / n_images:.0f}")


def what_is_wrong_with(model):
    """Say why no model can be saved there, or nothing."""
    if model.is_dir():
        return "it is a folder; a file is needed"
    if not model.parent.is_dir():
        return f"{model.parent} is no folder; one that exists is needed"
    return ""


def main(argv=None):
    """Learn from all parts but the last, and score on that."""
    parser = make_parser()
    options = parser.parse_args(argv)
    if options.make:
        make_parts(options.folder, options.make)
    if wrong := what_is_wrong_with(options.model):
        parser.error(f"--model {options.model}: {wrong}")
    parts = sorted(options.folder.glob("images-*"))
    if len(parts) < 2:
        parser.error(f"parts in {options.folder}: {len(parts)}; two are needed, one to score on")
    for part in parts:
        reader_of(part)  # now: a part that must go later ends the model that began with it
    if not is_same_list(parts, options.model):
        parser.error(
            f"{options.model} did not begin with the parts that are in {options.folder} now: "
            f"their names are in {options.model}.parts. Bring those back, or begin a new model"
        )
    go_on(parts, options)


if __name__ == "__main__":
    main()
