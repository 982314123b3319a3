"""Small files that would take much time or memory, or call what they name, are refused."""

import numpy as np
import pytest
from skops_files import add, attributes, expect_refused, first, good_file, json_node, node, npy

pytest.importorskip("skops.io")


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return good_file(tmp_path_factory.mktemp("good"))


def lists_that_double(schema, entries):
    inside = node("list", "builtins", "ListNode", 100, content=[json_node(0, number=99)])
    for number in range(101, 125):
        again = node("list", "builtins", "ListNode", number - 1, content=[])
        inside = node("list", "builtins", "ListNode", number, content=[inside, again])
    add(schema, "n_jobs", inside)


def lists_in_a_text(schema, entries):
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
    a_call("accuracy_score", METRICS, "ConstructorFromReduceNode", content=ARGUMENTS): "not read",
    a_call("accuracy_score", METRICS, "ListNode"): "nothing that a ListNode makes",
    a_call("accuracy_score", METRICS, "SetNode"): "nothing that a SetNode makes",
    a_call("accuracy_score", METRICS, "TupleNode"): "__bases__",
    a_call("accuracy_score", METRICS, "DictNode", content={}, key_types=NO_TYPES): "nothing that",
    a_call("accuracy_score", METRICS, "RandomStateNode", content=ARGUMENTS): "nothing that",
    a_call("accuracy_score", METRICS, "NdArrayNode", type="json"): "no array of objects",
    a_call(
        "accuracy_score", METRICS, "LossNode", content=ARGUMENTS, __reduce__={"args": ARGUMENTS}
    ): "is no loss",
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
    lists_that_double: "stands for more than one",
    lists_in_a_text: "JsonNode must hold a text, a number",
    lists_in_the_schema: "schema.json has 10[0-9],[0-9]{3} values in",
    a_list_in_itself: "stands for more than one",
    an_array_of_one_array: "shares what it must not share",
    a_masked_list_of_one_array: "shares what it must not share",
    a_random_state_of_one_array: "shares what it must not share",
    numbers_that_collide: "at most 64 bits",
    tuples_in_a_set: "a set must hold texts or numbers",
    keys_that_collide: "more than 64 bits",
    ids_that_collide: "stands for more than one",
    bytes_of_a_number: "numpy.bytes_ is not made from",
    a_number_of_many: "numpy.float32 is not made from",
}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_file_is_refused_that_brings(attack, parts, tmp_path):
    expect_refused(attack, ATTACKS[attack], parts, tmp_path / "model.skops")
