"""Small files that would need much time or memory, or that call the functions that they name."""

import numpy as np
import pytest
from skops_files import add, attributes, expect_error, first, json_node, node, npy, valid_file

pytest.importorskip("skops.io")


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return valid_file(tmp_path_factory.mktemp("valid"))


def lists_that_double(schema, entries):
    inside = node("list", "builtins", "ListNode", 100, content=[json_node(0, number=99)])
    for number in range(101, 125):
        again = node("list", "builtins", "ListNode", number - 1, content=[])
        inside = node("list", "builtins", "ListNode", number, content=[inside, again])
    add(schema, "n_jobs", inside)


def lists_in_a_json_node(schema, entries):
    add(schema, "n_jobs", json_node([[]] * 100))


def lists_in_the_schema(schema, entries):
    schema["unread"] = [[]] * 50_000


def a_list_in_itself(schema, entries):
    again = node("list", "builtins", "ListNode", 9, content=[])
    add(schema, "n_jobs", node("list", "builtins", "ListNode", 9, content=[again]))


def an_array_of_one_array(schema, entries):
    array = first(schema, "NdArrayNode")
    shape = node("tuple", "builtins", "TupleNode", 8, content=[json_node(9, 7), json_node(9, 6)])
    inside = {"type": "json", "content": [array] * 1000, "shape": shape}
    add(schema, "n_jobs", node("ndarray", "numpy", "NdArrayNode", 9, **inside))


def a_masked_list_of_one_array(schema, entries):
    array = first(schema, "NdArrayNode")
    many = node("list", "builtins", "ListNode", 8, content=[array] * 1000)
    inside = {"data": many, "mask": array}
    add(schema, "n_jobs", node("MaskedArray", "numpy.ma", "MaskedArrayNode", 9, content=inside))


def a_random_state_of_one_array(schema, entries):
    array = first(schema, "NdArrayNode")
    state = first(schema, "RandomStateNode")["content"]["content"]["state"]["content"]
    state["key"] = node("list", "builtins", "ListNode", 8, content=[array] * 1000)


def a_call(kind, module, loader, **more):
    def attack(schema, entries):
        arguments = [json_node(0, 21), json_node(1, 22)]
        add(schema, "n_jobs", node(kind, module, loader, 19, **{"content": arguments, **more}))

    attack.__name__ = f"a_call_by_a_{loader}"
    return attack


METRICS = "sklearn.metrics._classification"
ARGUMENTS = node("tuple", "builtins", "TupleNode", 20, content=[])
NO_TYPES = node("list", "builtins", "ListNode", 18, content=[])
CALLS = {
    a_call("accuracy_score", METRICS, "ConstructorFromReduceNode", content=ARGUMENTS): (
        "must have a loader that skmnist.io supports; got 'ConstructorFromReduceNode'"
    ),
    a_call(
        "accuracy_score", METRICS, "ListNode"
    ): ": ListNode must stand for builtins.list; got sklearn",
    a_call(
        "accuracy_score", METRICS, "SetNode"
    ): ": SetNode must stand for builtins.set; got sklearn",
    a_call("accuracy_score", METRICS, "TupleNode"): "__bases__",
    a_call("accuracy_score", METRICS, "DictNode", content={}, key_types=NO_TYPES): (
        ": DictNode must stand for builtins.dict or .*; got sklearn"
    ),
    a_call("accuracy_score", METRICS, "RandomStateNode", content=ARGUMENTS): (
        ": RandomStateNode must stand for numpy.random.mtrand.RandomState; got sklearn"
    ),
    a_call("accuracy_score", METRICS, "NdArrayNode", type="json"): (
        "an array of objects must be of type numpy.ndarray; got sklearn"
    ),
    a_call(
        "accuracy_score", METRICS, "LossNode", content=ARGUMENTS, __reduce__={"args": ARGUMENTS}
    ): ": LossNode must stand for a loss of scikit-learn; got sklearn.metrics",
}


def numbers_that_collide(schema, entries):
    items = [json_node(n * (2**61 - 1), number=100 + n) for n in range(1, 99)]
    add(schema, "n_jobs", node("set", "builtins", "SetNode", content=items))


def tuples_in_a_set(schema, entries):
    pair = node("tuple", "builtins", "TupleNode", 9, content=[])
    add(schema, "n_jobs", node("set", "builtins", "SetNode", content=[pair]))


def keys_that_collide(schema, entries):
    inside = attributes(schema)
    inside["content"][str(2**61 - 1) + "0"] = json_node(0)
    inside["key_types"]["content"].append(node("int", "builtins", "TypeNode", 8))


def ids_that_collide(schema, entries):
    add(schema, "n_jobs", json_node(0, number=2**70))


def bytes_of_a_number(schema, entries):
    entries["9.npy"] = npy(np.array(10**9))
    add(schema, "n_jobs", node("bytes_", "numpy", "NdArrayNode", type="numpy", file="9.npy"))


def a_number_of_many(schema, entries):
    entries["9.npy"] = npy(np.zeros(9, np.float32))
    add(schema, "n_jobs", node("float32", "numpy", "NdArrayNode", type="numpy", file="9.npy"))


ATTACKS = {
    **CALLS,
    lists_that_double: r"id \d+ must stand for a single value",
    lists_in_a_json_node: "JsonNode must contain a string, a number, .*; got a list or a dict",
    lists_in_the_schema: (
        r"schema\.json must have at least 16 bytes per value; got 10[0-9],[0-9]{3} values"
    ),
    a_list_in_itself: "id 9 must stand for a single value",
    an_array_of_one_array: r"the NdArrayNode with id \d+ must not share its parts",
    a_masked_list_of_one_array: r"the MaskedArrayNode with id \d+ must not share its parts",
    a_random_state_of_one_array: r"the RandomStateNode with id \d+ must not share its parts",
    numbers_that_collide: "items of a set must be .* integers of at most 64 bits",
    tuples_in_a_set: "items of a set must be strings, floats, integers",
    keys_that_collide: "integer keys of a dict must have at most 64 bits; got '2305843009213693951",
    ids_that_collide: r"id \d+ must stand for a single value",
    bytes_of_a_number: "numpy.bytes_ must be a number or string of NumPy that is stored as such",
    a_number_of_many: r"numpy.float32 must be a number or string .*; got shape \(9,\)",
}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_load_rejects(attack, parts, tmp_path):
    expect_error(attack, ATTACKS[attack], parts, tmp_path / "model.skops")
