"""What must be true of a skops file before skops builds anything from it.

A skops file is a zip archive: schema.json, a tree of nodes, and the arrays that they name. skops
checks which types the nodes are of. Here it is checked that reading them takes no more memory
than the file is large, and that they call nothing with numbers that would.
"""

import json
import os
from collections import Counter
from math import prod
from zipfile import ZIP_STORED, ZipFile

from numpy.lib import format as npy

LARGEST_SCHEMA, LARGEST_ITEM = 2**23, 2**20
# Other loaders than these run what they are told to, or read archives within the archive.
LOADERS = {
    *("DictNode", "ListNode", "TupleNode", "SetNode", "JsonNode", "SliceNode", "BytesNode"),
    *("ObjectNode", "ConstructorFromReduceNode", "TypeNode", "FunctionNode", "MethodNode"),
    *("PartialNode", "OperatorFuncNode", "DefaultDictNode", "LossNode", "TreeNode"),
    *("NdArrayNode", "MaskedArrayNode", "DTypeNode", "RandomStateNode", "RandomGeneratorNode"),
}
# skops makes keys anew from text, and bool("False") is True.
KEY_TYPES = {"builtins.str", "builtins.int", "builtins.float", "numpy.str_", "numpy.int64"}
HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
NUMPY_POOL_SIZE = "4"


def check_archive(file):
    """Raise a ValueError if a file had better not be read; else it can be, in bounded memory."""
    size = file.seek(0, os.SEEK_END)
    with ZipFile(file) as archive:
        check_sizes(archive.infolist(), size)
        if archive.getinfo("schema.json").file_size > LARGEST_SCHEMA:
            raise ValueError(f"schema.json is larger than {LARGEST_SCHEMA} bytes")
        schema = json.loads(archive.read("schema.json"))
        nodes = list(nodes_in(schema))
        check_protocol(schema)
        check_ids(nodes)
        for node in nodes:
            CHECKS.get(node.get("__loader__"), check_loader)(node, archive)


def check_sizes(entries, size):
    """Refuse entries that are compressed, or that lie on one another."""
    for entry in entries:
        if entry.compress_type != ZIP_STORED or entry.compress_size != entry.file_size:
            raise ValueError(f"{entry.filename} is compressed, which skmnist.io never does")
    if sum(entry.file_size for entry in entries) > size:
        raise ValueError("the entries of the archive are larger than the archive")


def nodes_in(schema):
    """Yield each dict that is a node, or that skops would take for one it has seen."""
    todo = [schema]
    while todo:
        part = todo.pop()
        if isinstance(part, dict):
            if "__loader__" in part or "__id__" in part:
                yield part
            todo.extend(part.values())
        elif isinstance(part, list):
            todo.extend(part)


def check_protocol(schema):
    """Refuse what was written before skops wrote protocol 2, whose readers are less strict."""
    if schema.get("protocol", 0) < 2:
        raise ValueError(f"protocol {schema['protocol']!r} of skops is too old")


def check_ids(nodes):
    """Refuse ids that stand for two things: skops takes the first for all of them."""
    counts = Counter(node["__id__"] for node in nodes)
    said, read = {}, {}
    for node in nodes:
        number = node["__id__"]
        if said.setdefault(number, said_by(node)) != said_by(node):
            raise ValueError(f"id {number} stands for more than one thing")
        if "file" in node and read.setdefault(node["file"], number) != number:
            raise ValueError(f"{node['file']} is read more than once")
        inside = LOOKED_INTO.get(node["__loader__"])
        if inside and counts[inside(node)["__id__"]] > 1:
            raise ValueError(f"the {node['__loader__']} {number} shares what it must not share")


def said_by(node):
    """Return what a node says of itself; containers that are saved anew have new parts."""
    content = node.get("content")
    return node["__loader__"], named(node), content if isinstance(content, str) else None


def check_loader(node, archive):
    """Refuse loaders that are not in the list."""
    if node["__loader__"] not in LOADERS:
        raise ValueError(
            f"{node['__class__']} comes with {node['__loader__']!r}, which is not read"
        )


def check_keys(node, archive):
    """Refuse a dict whose keys would not come back as they were."""
    types = [named(key) for key in node["key_types"]["content"]]
    if node["key_types"]["__loader__"] != "ListNode" or len(types) != len(node["content"]):
        raise ValueError("a dict has not one type for each of its keys")
    unknown = sorted(set(types) - KEY_TYPES)
    if unknown:
        raise ValueError(f"keys of a dict must be text or numbers; these are {unknown[0]}")


def named(node):
    """Return the full name of the type that a node stands for."""
    return f"{node['__module__']}.{node['__class__']}"


def check_array(node, archive):
    """Refuse an array that is not just as large as its header says."""
    if node["__class__"] == "void":
        raise ValueError("numpy.void is no number")  # but as many bytes as it is told
    if node["type"] != "numpy":
        return
    with archive.open(node["file"]) as file:
        shape, _, dtype = read_header(file)
        n_bytes = archive.getinfo(node["file"]).file_size - file.tell()
    # Where there is no number, NumPy makes room for one.
    if min(shape, default=1) < 0 or dtype.itemsize > LARGEST_ITEM or dtype.hasobject:
        raise ValueError(f"{node['file']} says that it holds {shape} numbers of type {dtype}")
    if prod(shape) * dtype.itemsize != n_bytes:
        raise ValueError(f"{node['file']} does not hold {shape} numbers of type {dtype}")


def read_header(file):
    """Return (shape, is_fortran, dtype) of an .npy file."""
    version = npy.read_magic(file)
    try:
        return HEADERS[version](file)
    except Exception as error:  # whatever Python's parser says of brackets in brackets
        raise ValueError("the header of an array cannot be read") from error


def check_generator(node, archive):
    """Refuse a seed that asks for a pool of any other size than NumPy's own."""
    seed = node["content"]["seed_seq"]
    pool = seed["content"]["pool_size"] if seed["__loader__"] == "DictNode" else {}
    if (pool.get("__loader__"), pool.get("content")) != ("JsonNode", NUMPY_POOL_SIZE):
        raise ValueError("a random generator is not one of NumPy's usual ones")


# The parts of a node in which a check looks for more than their own type.
LOOKED_INTO = {
    "DictNode": lambda node: node["key_types"],
    "RandomGeneratorNode": lambda node: node["content"]["seed_seq"],
}

CHECKS = {
    "DictNode": check_keys,
    "NdArrayNode": check_array,
    "RandomGeneratorNode": check_generator,
}
