"""Check the zip archive of a skops file before skops creates any object from it.

A skops file contains schema.json, which is a tree of nodes, and the arrays that the nodes refer to.
skops checks the types of the nodes. This module checks that the tree does not need much more memory
than the size of the file, and ``_skops_nodes`` checks each node individually.
"""

import json
import os
from collections import Counter
from zipfile import ZIP_STORED, ZipFile, is_zipfile

from skmnist.io._skops_nodes import COPYING_LOADERS, check_node, is_small, type_name, unshared_parts

LARGEST_SCHEMA = 2**26
LEAST_BYTES = 16  # the minimum of text per value; skops writes about 30 or more


def check_archive(file):
    """Raise a ValueError unless skops can read the file safely and in bounded memory."""
    size = file.seek(0, os.SEEK_END)
    if not is_zipfile(file):
        raise ValueError(
            "it must be a zip archive. A file that joblib has saved can be read by joblib.load"
        )
    with ZipFile(file) as archive:
        _check_sizes(archive.infolist(), size)
        if "schema.json" not in archive.namelist():
            raise ValueError("it must contain schema.json")
        schema_size = archive.getinfo("schema.json").file_size
        if schema_size > LARGEST_SCHEMA:
            raise ValueError(
                f"schema.json must have at most {LARGEST_SCHEMA:,} bytes; got {schema_size:,}"
            )
        text = archive.read("schema.json")
        _check_density(text)
        schema = json.loads(text)
        _check_protocol(schema)
        found = []
        _measure(schema, {entry.filename: entry.file_size for entry in archive.infolist()}, found)
        _check_ids(found, size)
        for node, _ in found:
            check_node(node, archive)


def _check_sizes(entries, size):
    """Raise a ValueError for entries that are compressed or that overlap."""
    for entry in entries:
        if entry.compress_type != ZIP_STORED or entry.compress_size != entry.file_size:
            raise ValueError(f"{entry.filename} must not be compressed")
    total = sum(entry.file_size for entry in entries)
    if total > size:
        raise ValueError(
            f"entries must not be larger than the archive of {size:,} bytes; got {total:,} bytes"
        )


def _check_density(text):
    """Raise a ValueError if the values need many times as much memory as their text."""
    n_values = sum(map(text.count, (b",", b"[", b"{")))
    if n_values * LEAST_BYTES > len(text):
        raise ValueError(
            f"schema.json must have at least {LEAST_BYTES} bytes per value; got {n_values:,} "
            f"values in {len(text):,} bytes"
        )


def _check_protocol(schema):
    """Raise a ValueError for protocols below 2, which skops checks less strictly."""
    protocol = schema.get("protocol", 0)
    if protocol < 2:
        raise ValueError(f"the protocol of skops must be at least 2; got {protocol!r}")


def _measure(part, file_sizes, found):
    """Return how many nodes and bytes a part of the schema contains.

    Append each node to `found`, together with this number. A dict with an id counts as a node too,
    because skops would look up the id.
    """
    if not isinstance(part, dict | list):
        return 0
    total = 0
    for each in part.values() if isinstance(part, dict) else part:
        total += _measure(each, file_sizes, found)
    if isinstance(part, dict) and ("__loader__" in part or "__id__" in part):
        total += 1 + (file_sizes[part["file"]] if "file" in part else 0)
        found.append((part, total))
    return total


def _check_ids(found, file_size):
    """Raise a ValueError if different values have the same id: skops would use only the first.

    Nodes with the same id must have the same size. The objects that skops creates are then not
    larger than the file, because skops writes a shared object in full each time it occurs.
    """
    counts = Counter(node["__id__"] for node, _ in found if is_small(node["__id__"]))
    contents, readers = {}, {}
    for node, size in found:
        number, content = node["__id__"], _identity(node, size)
        if number not in counts or contents.setdefault(number, content) != content:
            raise ValueError(f"id {number} must stand for a single value")
        if "file" in node and readers.setdefault(node["file"], number) != number:
            raise ValueError(f"{node['file']} must be read by a single node")
        is_copied = node["__loader__"] in COPYING_LOADERS and size > file_size
        if is_copied or any(counts[part["__id__"]] > 1 for part in unshared_parts(node)):
            raise ValueError(f"the {node['__loader__']} with id {number} must not share its parts")


def _identity(node, size):
    """Return what nodes with the same id must have in common.

    The content of containers is not included, because their parts get new ids when skops saves a
    container again.
    """
    content = node.get("content")
    return node["__loader__"], type_name(node), size, content if isinstance(content, str) else None
