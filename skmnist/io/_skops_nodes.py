"""Check the nodes of a skops file: only what save writes for scikit-learn and skmnist is allowed.

No type or function that is named in a file is called with arguments from the file, except
containers such as dict, and NumPy's numbers and random generators.
"""

import json
from math import prod

import numpy as np
from numpy.lib import format as npy

from skmnist.base._rules import short_repr

LARGEST_ITEM = 2**20
HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
NUMPY_POOL_SIZE = "4"
FLOATS = {"numpy.float16", "numpy.float32", "numpy.float64"}
INTEGERS = {f"numpy.{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
# skops creates keys from text. bool is not among these types, because bool("False") is True.
KEY_TYPES = {"builtins.str", "builtins.int", "builtins.float", "numpy.str_", *FLOATS, *INTEGERS}
LOSS_MODULES = {"_loss", "sklearn._loss._loss", "sklearn.linear_model._sgd_fast"}


def type_name(node):
    """Return the full name of the type that a node stands for."""
    return f"{node['__module__']}.{node['__class__']}"


def is_small(number):
    """Return whether a value is an integer of 64 bits; larger integers can have equal hashes."""
    return type(number) is int and -(2**63) <= number < 2**64


def check_node(node, archive):
    """Raise a ValueError unless skops can safely create an object from this node."""
    loader, name = node["__loader__"], type_name(node)
    if loader not in LOADERS:
        raise ValueError(f"{name} must have a loader that skmnist.io supports; got {loader!r}")
    if name not in ALLOWED_TYPES.get(loader, {name}):
        allowed = " or ".join(sorted(ALLOWED_TYPES[loader]))
        raise ValueError(f"{loader} must stand for {allowed}; got {name}")
    if loader in CHECKS:
        CHECKS[loader](node, archive)


def _check_dict(node, archive):
    """Raise a ValueError for a dict whose keys would not be loaded as they were saved."""
    types = node["key_types"]["content"]
    if node["key_types"]["__loader__"] != "ListNode" or len(types) != len(node["content"]):
        raise ValueError("a dict must have one type per key")
    for key, kind in zip(node["content"], types, strict=True):
        if type_name(kind) not in KEY_TYPES or kind["__loader__"] != "TypeNode":
            raise ValueError(
                f"keys of a dict must be strings or numbers; got {short_repr(key)} of type "
                f"{type_name(kind)}"
            )
        if type_name(kind) == "builtins.int" and not is_small(int(key)):
            raise ValueError(
                f"integer keys of a dict must have at most 64 bits; got {short_repr(key)}"
            )


def _check_json(node, archive):
    """Raise a ValueError for a list or dict, because parsing its text can need too much memory."""
    if node["content"].lstrip()[:1] in ("[", "{"):
        raise ValueError(
            "JsonNode must contain a string, a number, True, False or None; got a list or a dict"
        )


def _check_set(node, archive):
    """Raise a ValueError for items that can have equal hashes, which need quadratic time."""
    for item in node["content"]:
        value = json.loads(item["content"]) if item["__loader__"] == "JsonNode" else item
        if not (is_small(value) or isinstance(value, str | float | bool | None)):
            raise ValueError(
                "items of a set must be strings, floats, integers of at most 64 bits, True, "
                "False or None"
            )


def _check_array(node, archive):
    """Raise a ValueError for an array that does not have the size that its header declares."""
    if node["type"] != "numpy":
        if type_name(node) != "numpy.ndarray":
            raise ValueError(
                f"an array of objects must be of type numpy.ndarray; got {type_name(node)}"
            )
        return
    with archive.open(node["file"]) as file:
        shape, _, dtype = _read_header(file)
        n_bytes = archive.getinfo(node["file"]).file_size - file.tell()
    # NumPy allocates memory for one item even if the array is empty.
    if min(shape, default=1) < 0 or dtype.itemsize > LARGEST_ITEM or dtype.hasobject:
        raise ValueError(
            f"{node['file']} must have a shape without negative numbers, no objects, and items of "
            f"at most {LARGEST_ITEM:,} bytes; got shape {shape} and type {dtype}"
        )
    if prod(shape) * dtype.itemsize != n_bytes:
        raise ValueError(
            f"{node['file']} must have the size of an array of shape {shape} and type {dtype}; "
            f"got {n_bytes:,} bytes"
        )
    if type_name(node) != "numpy.ndarray" and (shape or not _is_number_type(node, dtype)):
        raise ValueError(
            f"{type_name(node)} must be a number or string of NumPy that is stored as such; "
            f"got shape {shape} and type {dtype}"
        )


def _is_number_type(node, dtype):
    """Return whether the type of a node is a type of NumPy's numbers or strings, and is dtype."""
    kind = getattr(np, node["__class__"], None)
    numbers = np.number, np.bool, np.str_
    is_number = isinstance(kind, type) and issubclass(kind, numbers)
    return is_number and node["__module__"] == "numpy" and dtype.type is kind


def _read_header(file):
    """Return (shape, is_fortran, dtype) of an .npy file."""
    version = npy.read_magic(file)
    try:
        return HEADERS[version](file)
    except Exception as error:  # nested brackets cause errors of many types
        raise ValueError("the header of an array cannot be read") from error


def _check_loss(node, archive):
    """Raise a ValueError for types that are not losses of scikit-learn."""
    if node["__module__"] not in LOSS_MODULES:
        raise ValueError(f"LossNode must stand for a loss of scikit-learn; got {type_name(node)}")


def _check_generator(node, archive):
    """Raise a ValueError for a seed whose pool size is not the one of NumPy."""
    seed = node["content"]["seed_seq"]
    pool = seed["content"]["pool_size"] if seed["__loader__"] == "DictNode" else {}
    if (pool.get("__loader__"), pool.get("content")) != ("JsonNode", NUMPY_POOL_SIZE):
        raise ValueError(
            f"the seed of a random generator must have the pool size {NUMPY_POOL_SIZE}"
        )


def unshared_parts(node):
    """Return the parts that must not belong to other nodes, because their content is checked."""
    return UNSHARED_PARTS.get(node["__loader__"], lambda node: ())(node)


UNSHARED_PARTS = {
    "DictNode": lambda node: [node["key_types"]],
    "RandomGeneratorNode": lambda node: [node["content"]["seed_seq"]],
}

# NumPy searches the parts of these nodes for arrays, and copies an array each time it occurs.
COPYING_LOADERS = {"NdArrayNode", "MaskedArrayNode", "RandomStateNode", "RandomGeneratorNode"}

# Loaders that are not in this set call what the file names, or read archives in the archive.
LOADERS = {
    *("DictNode", "ListNode", "TupleNode", "SetNode", "JsonNode", "SliceNode", "BytesNode"),
    *("ObjectNode", "TypeNode", "FunctionNode", "MethodNode", "PartialNode", "OperatorFuncNode"),
    *("DefaultDictNode", "LossNode", "TreeNode", "NdArrayNode", "MaskedArrayNode", "DTypeNode"),
    *("RandomStateNode", "RandomGeneratorNode"),
}

# The types that a loader may call. skops checks the types of the other loaders, such as TupleNode.
ALLOWED_TYPES = {
    "DictNode": {"builtins.dict", "collections.OrderedDict", "sklearn.utils._bunch.Bunch"},
    "ListNode": {"builtins.list"},
    "SetNode": {"builtins.set"},
    "OperatorFuncNode": {"operator.attrgetter", "operator.itemgetter", "operator.methodcaller"},
    "RandomStateNode": {"numpy.random.mtrand.RandomState"},
    "RandomGeneratorNode": {"numpy.random._generator.Generator"},
}

CHECKS = {
    "DictNode": _check_dict,
    "JsonNode": _check_json,
    "SetNode": _check_set,
    "LossNode": _check_loss,
    "NdArrayNode": _check_array,
    "RandomGeneratorNode": _check_generator,
}
