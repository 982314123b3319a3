"""What must be true of a skops file before skops builds anything from it.

A skops file is a zip archive: schema.json, a tree of nodes, and the arrays that they name. skops
checks which types the nodes are of. Here it is checked that the tree is no larger than its text,
and in nodes.py that each node takes no more memory than the file is large, and calls nothing.
"""

import json
import os
from collections import Counter
from zipfile import ZIP_STORED, ZipFile, is_zipfile

from skmnist.io._skops_nodes import COPIED, check_node, is_small, name_of, own_parts

LARGEST_SCHEMA = 2**26
LEAST_BYTES = 16  # of text for each value; skops writes about 30 and more


def check_archive(file):
    """Raise a ValueError if a file had better not be read; else it can be, in bounded memory."""
    size = file.seek(0, os.SEEK_END)
    if not is_zipfile(file):
        raise ValueError(
            "it is no zip archive, as skops files are. What joblib has saved, joblib.load reads"
        )
    with ZipFile(file) as archive:
        _check_sizes(archive.infolist(), size)
        if "schema.json" not in archive.namelist():
            raise ValueError("it holds no schema.json, as skops files do")
        if archive.getinfo("schema.json").file_size > LARGEST_SCHEMA:
            raise ValueError(f"schema.json is larger than {LARGEST_SCHEMA:,} bytes")
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
    """Refuse entries that are compressed, or that lie on one another."""
    for entry in entries:
        if entry.compress_type != ZIP_STORED or entry.compress_size != entry.file_size:
            raise ValueError(f"{entry.filename} is compressed, which skmnist.io never does")
    if sum(entry.file_size for entry in entries) > size:
        raise ValueError("the entries of the archive are larger than the archive")


def _check_density(text):
    """Refuse a text of so many small values that they take many times its room."""
    n_values = sum(map(text.count, (b",", b"[", b"{")))
    if n_values * LEAST_BYTES > len(text):
        raise ValueError(f"schema.json has {n_values:,} values in {len(text):,} bytes")


def _check_protocol(schema):
    """Refuse what was written before skops wrote protocol 2, whose readers are less strict."""
    if schema.get("protocol", 0) < 2:
        raise ValueError(f"protocol {schema['protocol']!r} of skops is too old")


def _measure(part, file_sizes, found):
    """Return the nodes and bytes that a part of the schema holds; add (node, its own) to `found`.

    A node is also a dict that skops would take for one it has seen.
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
    """Refuse ids that stand for two things: skops takes the first for all of them.

    Where they hold as much, what skops builds is no larger than what is written, for it
    writes out in full what is shared.
    """
    counts = Counter(node["__id__"] for node, _ in found if is_small(node["__id__"]))
    said, read = {}, {}
    for node, size in found:
        number = node["__id__"]
        if number not in counts or said.setdefault(number, _says(node, size)) != _says(node, size):
            raise ValueError(f"id {number} stands for more than one thing")
        if "file" in node and read.setdefault(node["file"], number) != number:
            raise ValueError(f"{node['file']} is read more than once")
        is_copied = node["__loader__"] in COPIED and size > file_size
        if is_copied or any(counts[part["__id__"]] > 1 for part in own_parts(node)):
            raise ValueError(f"the {node['__loader__']} {number} shares what it must not share")


def _says(node, size):
    """Return what a node says of itself; containers that are saved anew have new parts."""
    content = node.get("content")
    return node["__loader__"], name_of(node), size, content if isinstance(content, str) else None
