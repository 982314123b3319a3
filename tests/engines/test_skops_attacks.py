"""Files that were made to do harm while skmnist.io reads them, or after that."""

import io
import json
import zipfile

import numpy as np
import pytest
from skops_files import (
    X,
    add,
    attributes,
    expect_refused,
    first,
    good_file,
    header,
    json_node,
    node,
    nodes,
    npy,
    write,
    y,
)

from skmnist.io import load

pytest.importorskip("skops.io")


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return good_file(tmp_path_factory.mktemp("good"))


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


def a_part_of_a_part_that_came_before(schema, entries):
    add(schema, "n_jobs", node(None, None, "CachedNode", schema["__id__"]))


def a_format_of_the_future(schema, entries):
    attributes(schema)["content"]["_skmnist_format"] = json_node(2, number=9)


def a_long_schema(schema, entries):
    add(schema, "n_jobs", json_node("x" * 2**26))


# What a file does, and what the error says of it.
ATTACKS = {
    a_function: r"not trusted.*os\.system",
    a_function_of_protocol_0: "protocol 0 of skops is too old",
    a_method: r"not trusted.*builtins\.list\.append",
    a_hidden_method: "has not the attributes of one",
    a_step_without_methods: "is no step of a pipeline",
    a_seed_of_ten_gigabytes: "random generator",
    the_same_behind_an_id: "id 77 stands for more than one thing",
    no_seed: "random generator",
    random_numbers_from_elsewhere: "pos out of bounds",
    bytes_by_number: r"numpy\.void",
    keys_made_by_a_type: r"numpy\.void",
    an_array_in_an_array: "magic string",
    a_sparse_matrix: "SparseMatrixNode",
    a_large_shape: "does not hold",
    a_negative_shape: r"says that it holds \(-1, -4\)",
    a_large_item: "says that it holds",
    a_header_of_brackets: "header",
    a_header_of_signs: "header",
    a_pickled_array: "object",
    an_array_read_often: "is read more than once",
    a_deep_text: "schema.json has 10[0-9],",
    a_deep_list: "recursion",
    a_list_that_holds_itself: "__loader__",
    a_part_of_a_part_that_came_before: "stands for more than one",
    a_format_of_the_future: "in format 2, but this is skmnist .* reads format 1",
    a_long_schema: "schema.json is larger",
}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_file_is_refused_that_brings(attack, parts, tmp_path):
    expect_refused(attack, ATTACKS[attack], parts, tmp_path / "model.skops")


def test_the_file_that_they_are_made_from_is_read(parts, tmp_path):
    write(tmp_path / "model.skops", json.loads(parts[0]), parts[1])
    assert load(tmp_path / "model.skops").predict(X).shape == y.shape


def test_a_file_of_another_version_warns(parts, tmp_path):
    schema = json.loads(parts[0])
    for number in (1, 2):
        content = attributes(schema, number)["content"]
        if "_skmnist_version" in content:
            content["_skmnist_version"] = json_node("9.1", number=9)
    write(tmp_path / "model.skops", schema, parts[1])
    with pytest.warns(UserWarning, match=r"saved by skmnist 9\.1 and is loaded by"):
        load(tmp_path / "model.skops")


def test_a_file_is_refused_that_is_compressed(parts, tmp_path):
    path = tmp_path / "model.skops"
    write(path, json.loads(parts[0]), parts[1], compression=zipfile.ZIP_BZIP2)
    with pytest.raises(ValueError, match=r"is compressed, which skmnist\.io never does"):
        load(path)


@pytest.mark.filterwarnings("ignore:Overlapped entries:UserWarning")  # zipfile's own
def test_a_file_is_refused_whose_entries_lie_on_one_another(parts, tmp_path):
    path = tmp_path / "model.skops"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", bytes(10**6))
        for number in range(100):
            archive.filelist.append(copied(archive.filelist[0], f"{number}.npy"))
        archive.writestr("schema.json", parts[0])
    with pytest.raises(ValueError, match=r"larger than the archive|Overlapped"):
        load(path)


def copied(entry, name):
    twin = zipfile.ZipInfo(name)
    for field in ("header_offset", "file_size", "compress_size", "CRC"):
        setattr(twin, field, getattr(entry, field))
    return twin
