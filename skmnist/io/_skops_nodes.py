"""What each node of a skops file may say: no more than skmnist and scikit-learn would have said.

Nothing that a file names is called with what the file holds, but for types that are made to hold
that: dict and its kin, numbers of NumPy, random generators.
"""

import json
from math import prod

import numpy as np
from numpy.lib import format as npy

LARGEST_ITEM = 2**20
HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
NUMPY_POOL_SIZE = "4"
FLOATS = {"numpy.float16", "numpy.float32", "numpy.float64"}
INTEGERS = {f"numpy.{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
# skops makes keys anew from text, and bool("False") is True.
KEY_TYPES = {"builtins.str", "builtins.int", "builtins.float", "numpy.str_", *FLOATS, *INTEGERS}
LOSSES = {"_loss", "sklearn._loss._loss", "sklearn.linear_model._sgd_fast"}


def name_of(node):
    """Return the full name of the type that a node stands for."""
    return f"{node['__module__']}.{node['__class__']}"


def is_small(number):
    """Tell whether this is a whole number of 64 bits; of larger ones, any number hash alike."""
    return type(number) is int and -(2**63) <= number < 2**64


def check_node(node, archive):
    """Refuse a node that skops had better not build."""
    loader, name = node["__loader__"], name_of(node)
    if loader not in LOADERS:
        raise ValueError(f"{name} comes with {loader!r}, which is not read")
    if name not in CLASSES.get(loader, {name}):
        raise ValueError(f"{name} is nothing that a {loader} makes")
    if loader in CHECKS:
        CHECKS[loader](node, archive)


def _check_dict(node, archive):
    """Refuse a dict whose keys would not come back as they were."""
    types = node["key_types"]["content"]
    if node["key_types"]["__loader__"] != "ListNode" or len(types) != len(node["content"]):
        raise ValueError("a dict has not one type for each of its keys")
    for key, kind in zip(node["content"], types, strict=True):
        if name_of(kind) not in KEY_TYPES or kind["__loader__"] != "TypeNode":
            raise ValueError(f"keys of a dict must be text or numbers; {key!r} is {name_of(kind)}")
        if name_of(kind) == "builtins.int" and not is_small(int(key)):
            raise ValueError("a key of a dict is a whole number of more than 64 bits")


def _check_json(node, archive):
    """Refuse what has a node of its own: a text is larger in memory where it is many lists."""
    if node["content"].lstrip()[:1] in ("[", "{"):
        raise ValueError("a JsonNode must hold a text, a number, True, False or None")


def _check_set(node, archive):
    """Refuse a set of what can be made to hash alike: that takes the square of the time."""
    for item in node["content"]:
        value = json.loads(item["content"]) if item["__loader__"] == "JsonNode" else item
        if not (is_small(value) or isinstance(value, str | float | bool | None)):
            raise ValueError("a set must hold texts or numbers of at most 64 bits")


def _check_array(node, archive):
    """Refuse an array that is not just as large as its header says."""
    if node["type"] != "numpy":
        if name_of(node) != "numpy.ndarray":
            raise ValueError(f"{name_of(node)} is no array of objects")
        return
    with archive.open(node["file"]) as file:
        shape, _, dtype = _read_header(file)
        n_bytes = archive.getinfo(node["file"]).file_size - file.tell()
    # Where there is no number, NumPy makes room for one.
    if min(shape, default=1) < 0 or dtype.itemsize > LARGEST_ITEM or dtype.hasobject:
        raise ValueError(f"{node['file']} says that it holds {shape} numbers of type {dtype}")
    if prod(shape) * dtype.itemsize != n_bytes:
        raise ValueError(f"{node['file']} does not hold {shape} numbers of type {dtype}")
    if name_of(node) != "numpy.ndarray" and (shape or not _is_made_from(node, dtype)):
        raise ValueError(f"{name_of(node)} is not made from {shape} numbers of type {dtype}")


def _is_made_from(node, dtype):
    """Tell whether NumPy has such a number, and would have saved it in this type."""
    kind = getattr(np, node["__class__"], None)
    numbers = np.number, np.bool, np.str_
    is_number = isinstance(kind, type) and issubclass(kind, numbers)
    return is_number and node["__module__"] == "numpy" and dtype.type is kind


def _read_header(file):
    """Return (shape, is_fortran, dtype) of an .npy file."""
    version = npy.read_magic(file)
    try:
        return HEADERS[version](file)
    except Exception as error:  # whatever Python's parser says of brackets in brackets
        raise ValueError("the header of an array cannot be read") from error


def _check_loss(node, archive):
    """Refuse what is none of scikit-learn's losses."""
    if node["__module__"] not in LOSSES:
        raise ValueError(f"{name_of(node)} is no loss")


def _check_generator(node, archive):
    """Refuse a seed that asks for a pool of any other size than NumPy's own."""
    seed = node["content"]["seed_seq"]
    pool = seed["content"]["pool_size"] if seed["__loader__"] == "DictNode" else {}
    if (pool.get("__loader__"), pool.get("content")) != ("JsonNode", NUMPY_POOL_SIZE):
        raise ValueError("a random generator is not one of NumPy's usual ones")


def own_parts(node):
    """Return the parts of a node that no other may share, for more than their type counts."""
    return OWN_PARTS.get(node["__loader__"], lambda node: ())(node)


OWN_PARTS = {
    "DictNode": lambda node: [node["key_types"]],
    "RandomGeneratorNode": lambda node: [node["content"]["seed_seq"]],
}

# NumPy looks for arrays in what these hold, and copies each as often as it comes.
COPIED = {"NdArrayNode", "MaskedArrayNode", "RandomStateNode", "RandomGeneratorNode"}

# Other loaders than these run what they are told to, or read archives within the archive.
LOADERS = {
    *("DictNode", "ListNode", "TupleNode", "SetNode", "JsonNode", "SliceNode", "BytesNode"),
    *("ObjectNode", "TypeNode", "FunctionNode", "MethodNode", "PartialNode", "OperatorFuncNode"),
    *("DefaultDictNode", "LossNode", "TreeNode", "NdArrayNode", "MaskedArrayNode", "DTypeNode"),
    *("RandomStateNode", "RandomGeneratorNode"),
}

# The loaders that call what they are told to, and what that may be. TupleNode looks for itself.
CLASSES = {
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
