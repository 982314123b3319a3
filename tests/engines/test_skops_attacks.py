"""Files that try to run code, read memory or spoil a model while or after they are loaded."""

import io
import json
import zipfile

import numpy as np
import pytest
from skops_files import (
    X,
    add,
    attributes,
    expect_error,
    first,
    header,
    json_node,
    node,
    nodes,
    npy,
    valid_file,
    write,
    y,
)

from skmnist.io import load

pytest.importorskip("skops.io")


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return valid_file(tmp_path_factory.mktemp("valid"))


def a_function(schema, entries):
    add(schema, "verbose", node("system", "os", "FunctionNode"))


def a_function_of_protocol_0(schema, entries):
    inside = {"module_path": "os", "function": "system"}
    schema["protocol"] = 0
    add(schema, "verbose", node("add", "numpy", "FunctionNode", content=inside))


def a_method(schema, entries):
    owner = node("list", "builtins", "ListNode", 9, content=[])
    inside = {"func": "append", "obj": owner}
    add(schema, "verbose", node("list", "builtins", "MethodNode", content=inside))


def a_hidden_method(schema, entries):
    add(schema, "transform", node("add", "numpy", "FunctionNode"))


def a_step_without_methods(schema, entries):
    for name in nodes(schema, "TupleNode"):
        if "features" in str(name["content"][0].get("content")) or len(name["content"]) == 2:
            name["content"][1] = json_node("no estimator")
            return


def a_seed_of_ten_gigabytes(schema, entries):
    seed = first(schema, "RandomGeneratorNode")["content"]["seed_seq"]
    seed["content"]["pool_size"] = json_node(2**31)


def the_same_behind_an_id(schema, entries):
    seed = first(schema, "RandomGeneratorNode")["content"]["seed_seq"]
    seed["content"]["pool_size"] = json_node(4, number=77)
    add(schema, "verbose", json_node(2**31, number=77))


def no_seed(schema, entries):
    seed = first(schema, "RandomGeneratorNode")["content"]
    seed["seed_seq"] = node("list", "builtins", "ListNode", content=[])


def random_numbers_from_elsewhere(schema, entries):
    state = first(schema, "RandomStateNode")["content"]["content"]["state"]
    state["content"]["pos"] = json_node(2**31 - 1)


def bytes_by_number(schema, entries):
    entries["9.npy"] = npy(np.array(10**10))
    add(schema, "n_jobs", node("void", "numpy", "NdArrayNode", type="numpy", file="9.npy"))


def keys_made_by_a_type(schema, entries):
    types = node("list", "builtins", "ListNode", 10, content=[node("void", "numpy", "TypeNode")])
    inside = {"content": {"1": json_node(0)}, "key_types": types}
    add(schema, "n_jobs", node("dict", "builtins", "DictNode", 9, **inside))


def keys_without_types(schema, entries):
    first(schema, "DictNode")["key_types"]["content"].pop()


def an_array_in_an_array(schema, entries):
    file = io.BytesIO()
    np.savez_compressed(file, zeros=np.zeros(10**7))
    entries[first(schema, "NdArrayNode")["file"]] = file.getvalue()


def a_sparse_matrix(schema, entries):
    entries["9.npz"] = b""
    matrix = node("spmatrix", "scipy.sparse", "SparseMatrixNode", type="scipy", file="9.npz")
    add(schema, "n_jobs", matrix)


def a_large_shape(schema, entries):
    text = repr({"shape": (10**11,), "fortran_order": False, "descr": "<f4"}) + "\n"
    entries[first(schema, "NdArrayNode")["file"]] = header(text.encode())


def a_negative_shape(schema, entries):
    text = repr({"shape": (-1, -4), "fortran_order": False, "descr": "<f4"}) + "\n"
    entries[first(schema, "NdArrayNode")["file"]] = header(text.encode()) + bytes(16)


def a_large_item(schema, entries):
    text = repr({"shape": (0,), "fortran_order": False, "descr": "|V2000000000"}) + "\n"
    entries[first(schema, "NdArrayNode")["file"]] = header(text.encode())


def a_header_of_brackets(schema, entries):
    entries[first(schema, "NdArrayNode")["file"]] = header(b"(" * 9000 + b"\n")


def a_header_of_signs(schema, entries):
    entries[first(schema, "NdArrayNode")["file"]] = header(b"-" * 9000 + b"1\n")


def a_pickled_array(schema, entries):
    entries[first(schema, "NdArrayNode")["file"]] = npy(np.array([print], dtype=object))


def an_array_read_often(schema, entries):
    for each in nodes(schema, "NdArrayNode"):
        each["file"] = first(schema, "NdArrayNode")["file"]


def a_deep_text(schema, entries):
    depth = 100_000
    add(schema, "n_jobs", {**json_node(0), "content": "[" * depth + "]" * depth})


def a_deep_list(schema, entries):
    inside = json_node(0)
    for number in range(100, 500):
        inside = node("list", "builtins", "ListNode", number, content=[inside])
    add(schema, "n_jobs", inside)


def a_list_that_holds_itself(schema, entries):
    add(schema, "n_jobs", node("list", "builtins", "ListNode", 9, content=[{"__id__": 9}]))


def a_node_inside_itself(schema, entries):
    add(schema, "n_jobs", node(None, None, "CachedNode", schema["__id__"]))


def a_format_of_the_future(schema, entries):
    attributes(schema)["content"]["_skmnist_format"] = json_node(9, number=9)


def a_long_schema(schema, entries):
    add(schema, "n_jobs", json_node("x" * 2**26))


# Each attack, and the error message.
ATTACKS = {
    a_function: r"Untrusted types found in the file: .*os\.system",
    a_function_of_protocol_0: "protocol of skops must be at least 2; got 0",
    a_method: r"Untrusted types found in the file: .*builtins\.list\.append",
    a_hidden_method: "must not have attributes that hide its methods; got 'transform'",
    a_step_without_methods: (
        "a step of a Pipeline must be a string with an estimator.*got the types str and str"
    ),
    a_seed_of_ten_gigabytes: "seed of a random generator must have the pool size 4",
    the_same_behind_an_id: "id 77 must stand for a single value",
    no_seed: "seed of a random generator must have the pool size 4",
    random_numbers_from_elsewhere: (
        "pos of a random generator must be from 0 to 624; got 2147483647"
    ),
    bytes_by_number: r"numpy\.void",
    keys_made_by_a_type: r"numpy\.void",
    keys_without_types: "a dict must have one type per key",
    an_array_in_an_array: "magic string",
    a_sparse_matrix: "must have a loader that skmnist.io supports; got 'SparseMatrixNode'",
    a_large_shape: r"must have the size of an array of shape \(100000000000,\).*; got 0 bytes",
    a_negative_shape: r"must have a shape without negative numbers.*; got shape \(-1, -4\)",
    a_large_item: r"items of at most 1,048,576 bytes; got shape \(0,\) and type \|V2000000000",
    a_header_of_brackets: "the header of an array cannot be read",
    a_header_of_signs: "the header of an array cannot be read",
    a_pickled_array: "must have .* no objects.*; got shape .* and type object",
    an_array_read_often: r"\.npy must be read by a single node",
    a_deep_text: r"schema\.json must have at least 16 bytes per value; got 10[0-9],",
    a_deep_list: "recursion",
    a_list_that_holds_itself: "__loader__",
    a_node_inside_itself: r"id \d+ must stand for a single value",
    a_format_of_the_future: "in format 9, but skmnist .* reads format 2",
    a_long_schema: r"schema\.json must have at most 67,108,864 bytes; got 67,1",
}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_load_rejects(attack, parts, tmp_path):
    expect_error(attack, ATTACKS[attack], parts, tmp_path / "model.skops")


def test_load_reads_the_file_that_the_attacks_are_made_from(parts, tmp_path):
    write(tmp_path / "model.skops", json.loads(parts[0]), parts[1])
    assert load(tmp_path / "model.skops").predict(X).shape == y.shape


def test_load_warns_about_another_version(parts, tmp_path):
    schema = json.loads(parts[0])
    for number in (1, 2):
        content = attributes(schema, number)["content"]
        if "_skmnist_version" in content:
            content["_skmnist_version"] = json_node("9.1", number=9)
    write(tmp_path / "model.skops", schema, parts[1])
    with pytest.warns(UserWarning, match=r"saved by skmnist 9\.1 and is loaded by"):
        load(tmp_path / "model.skops")


def test_load_rejects_a_compressed_file(parts, tmp_path):
    path = tmp_path / "model.skops"
    write(path, json.loads(parts[0]), parts[1], compression=zipfile.ZIP_BZIP2)
    with pytest.raises(ValueError, match=r"\.npy must not be compressed\.$"):
        load(path)


@pytest.mark.filterwarnings("ignore:Overlapped entries:UserWarning")  # zipfile's own
def test_load_rejects_overlapping_entries(parts, tmp_path):
    path = tmp_path / "model.skops"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", bytes(10**6))
        for number in range(100):
            archive.filelist.append(copied(archive.filelist[0], f"{number}.npy"))
        archive.writestr("schema.json", parts[0])
    with pytest.raises(ValueError, match=r"must not be larger than the archive|Overlapped"):
        load(path)


def copied(entry, name):
    twin = zipfile.ZipInfo(name)
    for field in ("header_offset", "file_size", "compress_size", "CRC"):
        setattr(twin, field, getattr(entry, field))
    return twin
