"""Parts of a valid skops file, and functions that make invalid files from them."""

import io
import json
import zipfile

import numpy as np
import pytest
from helpers import small_classifier, small_transformer
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline

from skmnist.io import load, save

X, y = load_digits(return_X_y=True)
X, y = X[:200], y[:200]


def valid_file(folder):
    """Return the schema of a valid file as text, and its other entries by name."""
    path = folder / "model.skops"
    random_state = np.random.RandomState(0)
    classifier = small_classifier(
        hidden_layer_sizes=(4,), max_iter=2, warm_start=True, random_state=random_state
    )
    transformer = small_transformer("kmeans", n_kernels=2)
    save(make_pipeline(transformer, classifier).fit(X, y), path)
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    return entries.pop("schema.json").decode(), entries


def nodes(part, loader):
    """Yield the nodes that have a loader, outermost first."""
    if isinstance(part, dict):
        if part.get("__loader__") == loader:
            yield part
        part = list(part.values())
    for each in part if isinstance(part, list) else []:
        yield from nodes(each, loader)


def first(schema, loader):
    return next(nodes(schema, loader))


def attributes(schema, number=1):
    """Return the attributes of an estimator: 0 for the pipeline, 1 for the transformer."""
    return list(nodes(schema, "ObjectNode"))[number]["content"]


def json_node(value, number=1):
    return {**node("str", "builtins", "JsonNode", number), "content": json.dumps(value)}


def node(kind, module, loader, number=2, **more):
    return {"__class__": kind, "__module__": module, "__loader__": loader, "__id__": number, **more}


def add(schema, name, value, number=1):
    inside = attributes(schema, number)
    if name not in inside["content"]:
        inside["key_types"]["content"].append(inside["key_types"]["content"][0])
    inside["content"][name] = value


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def header(text):
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def write(path, schema, entries, **options):
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
        archive.writestr("schema.json", json.dumps(schema))


def expect_error(attack, message, parts, path):
    """Apply an attack to the parts, write them to a file, and expect this error from `load`."""
    schema, entries = json.loads(parts[0]), dict(parts[1])
    attack(schema, entries)
    write(path, schema, entries)
    with pytest.raises(ValueError, match=f"(?is){path}.*{message}"):
        load(path)
