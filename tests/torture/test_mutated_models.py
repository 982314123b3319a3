"""Mutated skops files are rejected, or their models predict, in bounded time and memory."""

import contextlib
import copy
import io
import json
import random
import time
import tracemalloc
import zipfile
from functools import partial

import numpy as np
import pytest
from helpers import small_classifier, small_transformer
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline

from skmnist.io import load, save

pytest.importorskip("skops.io")
pytestmark = [
    pytest.mark.timeout(4 * 3600),
    # Warnings about other versions, overflow, zip archives and NumPy's headers.
    pytest.mark.filterwarnings("ignore"),
]

X, y = load_digits(return_X_y=True)
X, y = X[:100].astype(np.float32), y[:100]
# Memory beyond twice the file: the schema is larger as Python objects than as text.
SLACK = 2**23
VALUES = ["", "x", "null", "true", "[]", "{}", "-1", "0", "1e308", "NaN", "12345678901234567890"]


classifier = partial(small_classifier, hidden_layer_sizes=(6,), max_iter=2)
features = partial(small_transformer, "kmeans", n_kernels=2)
MODELS = [
    classifier(),
    classifier(warm_start=True, solver="adam", early_stopping=True),
    features(),
    features(kernel_size=(3, 3), stacking="separate", padding="same", normalize="contrast"),
    make_pipeline(features(), classifier(warm_start=True)),
]


def sources(folder):
    for number, model in enumerate(MODELS):
        save(model.fit(X, y), folder / f"{number}.skops")
        yield (folder / f"{number}.skops").read_bytes()


def flip(contents, rng):
    bits = bytearray(contents)
    for _ in range(rng.randint(1, 8)):
        bits[rng.randrange(len(bits))] ^= 1 << rng.randrange(8)
    return bytes(bits)


def cut_or_insert(contents, rng):
    start = rng.randrange(len(contents))
    stop = start + rng.choice([0, 1, 4, 40, 10**6])
    return contents[:start] + rng.randbytes(rng.choice([0, 1, 4, 40])) + contents[stop:]


def places(part):
    """Yield (container, key) for every value in a schema."""
    pairs = part.items() if isinstance(part, dict) else enumerate(part)
    for key, value in pairs:
        yield part, key
        if isinstance(value, dict | list):
            yield from places(value)


def mutate_schema(schema, rng):
    found = list(places(schema))
    container, key = rng.choice(found)
    other = rng.choice(found)
    value = copy.deepcopy(other[0][other[1]])
    if isinstance(container, dict) and rng.random() < 0.2:
        del container[key]
    elif isinstance(container[key], str) and rng.random() < 0.7:
        container[key] = rng.choice([*VALUES, value if isinstance(value, str) else "list"])
    else:
        container[key] = rng.choice([rng.choice(VALUES), 0, -1, 2**63, None, value])


def mutate_content(schema, rng):
    """Change a number, a string or a boolean, because such changes pass most checks."""
    nodes = [
        container[key]
        for container, key in places(schema)
        if isinstance(container[key], dict) and "JsonNode" in container[key].get("__loader__", "")
    ]
    other = rng.choice(nodes)["content"]
    chosen = rng.choice(nodes)
    chosen["content"] = rng.choice([*VALUES, "2", "-3.5", '"mean"', '"same"', "[1, 2]", other])
    chosen["__id__"] = rng.randrange(10**9, 10**10)


def mutate_array(entries, rng):
    name = rng.choice(list(entries))
    if rng.random() < 0.5:
        entries[name] = flip(entries[name], rng)
        return
    array = np.load(io.BytesIO(entries[name]))
    changed = rng.choice(CHANGED)(array, rng)
    file = io.BytesIO()
    np.save(file, changed)
    entries[name] = file.getvalue()


CHANGED = [
    lambda array, rng: array[:-1],
    lambda array, rng: array.T,
    lambda array, rng: array.reshape(-1),
    lambda array, rng: array[None],
    lambda array, rng: array.astype(rng.choice(["f2", ">f4", "f8", "i4", "c8", "U3", "V4", "?"])),
    lambda array, rng: np.full_like(array, rng.choice([0, 1, 100])),
    lambda array, rng: array * np.float32(rng.choice([np.nan, np.inf, 1e38])),
]


def mutate_parts(contents, rng):
    """Return an intact archive with other contents."""
    with zipfile.ZipFile(io.BytesIO(contents)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(entries.pop("schema.json"))
    for _ in range(rng.choice([1, 1, 1, 3])):
        mutate, part = rng.choice(PARTS)
        with contextlib.suppress(Exception):  # the change may be impossible for this part
            mutate((schema, entries)[part], rng)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
        archive.writestr("schema.json", json.dumps(schema))
    return file.getvalue()


PARTS = [(mutate_schema, 0), (mutate_content, 0), (mutate_content, 0), (mutate_array, 1)]
MUTATIONS = [flip, cut_or_insert, mutate_parts, mutate_parts, mutate_parts, mutate_parts]


def use(model):
    """Call the methods of a model: each must return an array or raise a documented error."""
    for name in ("transform", "predict", "decision_function", "predict_proba"):
        if hasattr(model, name):
            with contextlib.suppress(ValueError, TypeError):
                assert len(getattr(model, name)(X)) == len(X)


def read(path):
    """Return the model or None, the peak memory, and the seconds of processor time."""
    started = time.process_time()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    model, message = None, str(path)
    try:
        model = load(path)
    except ValueError as error:
        message = str(error)
    peak = tracemalloc.get_traced_memory()[1] - before
    assert str(path) in message
    return model, peak, time.process_time() - started


def test_mutated_model_is_rejected_or_predicts(size, reached, tmp_path):
    rng, good, n_read, slowest = random.Random(0), list(sources(tmp_path)), 0, 0.0
    n_files, path = size(short=150, full=10_000), tmp_path / "suspect.skops"
    tracemalloc.start()
    try:
        for number in range(n_files):
            suspect = rng.choice(MUTATIONS)(rng.choice(good), rng)
            path.write_bytes(suspect)
            model, peak, seconds = read(path)
            assert peak < 2 * len(suspect) + SLACK, number
            assert seconds < 20, number
            if model is not None:
                use(model)
                n_read += 1
            slowest = max(slowest, seconds)
    finally:
        tracemalloc.stop()
    assert 0 < n_read < n_files
    reached(
        f"{n_files:,} mutated skops files: {n_read:,} loaded, whose models predict or raise a "
        f"documented error; the others rejected with a ValueError; memory below twice their size "
        f"plus {SLACK >> 20} MB, {slowest:.2f} s for the slowest"
    )
