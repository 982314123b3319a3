"""Files of drawings: what the page saves is read, and anything else is an error."""

import base64
import io
import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from skmnist.datasets import read_drawings


def drawing(label="4", predicted="9", side=28, **changes):
    pixels = base64.b64encode(bytes(k % 256 for k in range(side * side))).decode()
    strokes = [[[0.25, 0.5], [0.75, 0.5]], [[0, 1]]]
    parts = {"label": label, "predicted": predicted, "strokes": strokes, "pixels": pixels}
    return {**parts, **changes}


def content(*drawings, side=28, **changes):
    parts = {"format": "skmnist drawings", "version": 1, "side": side, "drawings": list(drawings)}
    return json.dumps({**parts, **changes}).encode()


def read(contents, **options):
    return read_drawings(io.BytesIO(contents), **options)


def test_pixels_labels_and_strokes_are_those_of_the_file(tmp_path):
    path = tmp_path / "drawings.json"
    path.write_bytes(content(drawing("4", "9"), drawing("0", "8")))
    drawings = read_drawings(path)
    assert drawings.data.shape == (2, 784)
    assert drawings.data.dtype == np.uint8
    assert_array_equal(drawings.data[1], np.arange(784) % 256)
    assert np.shares_memory(drawings.data, drawings.images)
    assert drawings.images.shape == (2, 28, 28)
    assert drawings.target.tolist() == [4, 0]
    assert drawings.predicted.tolist() == [9, 8]
    assert drawings.target.dtype == drawings.predicted.dtype == np.int64
    assert [stroke.tolist() for stroke in drawings.strokes[0]] == [
        [[0.25, 0.5], [0.75, 0.5]],
        [[0, 1]],
    ]


def test_data_and_target_are_returned_alone():
    contents = content(drawing("4"), drawing("5"))
    X, y = read(contents, return_X_y=True)
    assert_array_equal(X, read(contents).data)
    assert y.tolist() == [4, 5]
    X[0, 0] = 7  # the arrays can be changed, like those of load_mnist


def test_images_can_have_other_sizes():
    assert read(content(drawing(side=9), side=9)).images.shape == (1, 9, 9)


@pytest.mark.parametrize(
    "labels",
    [["X", "O"], ["04", "9"], ["4.0", "9"], ["-0", "1"], ["٤", "1"], ["1_0", "1"], ["1" * 19, "1"]],
)
def test_labels_are_text_unless_all_are_integers_as_python_writes_them(labels):
    drawings = read(content(*(drawing(label, "1") for label in labels)))
    assert drawings.target.tolist() == labels
    assert drawings.predicted.tolist() == ["1", "1"]


@given(st.lists(st.integers(-(10**18) + 1, 10**18 - 1), min_size=2, max_size=2))
def test_integers_are_read_as_integers(values):
    label, predicted = map(str, values)
    drawings = read(content(drawing(label, predicted)))
    assert [drawings.target[0], drawings.predicted[0]] == values


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200))
def test_labels_are_read_as_they_were_written(label):
    assert str(read(content(drawing(label, "x"))).target[0]) == label


def test_labels_have_up_to_200_characters():
    assert read(content(drawing("x" * 200))).target.tolist() == ["x" * 200]


def test_images_have_up_to_128_pixels_on_a_side():
    assert read(content(drawing(side=128), side=128)).images.shape == (1, 128, 128)


def test_markup_in_labels_is_text():
    label = "<script>alert(1)</script>"
    assert read(content(drawing(label))).target.tolist() == [label]


def test_file_may_begin_with_a_byte_order_mark():
    assert read(b"\xef\xbb\xbf" + content(drawing())).target.tolist() == [4]


def test_unknown_members_are_ignored():
    assert read(content(drawing(colour="blue"), author="A. B.")).target.tolist() == [4]


PIXELS = "drawings[0].pixels must be 784 bytes in base64, one for each pixel; got "
STROKES = "drawings[0].strokes must be a list of strokes, each of them a list of points"
TEXT = "drawings[0].label must be text of at most 200 characters; got "
INVALID = [
    (b"", "it must be JSON in UTF-8, but Expecting value"),
    (b"PK\x03\x04\xff", "it must be JSON in UTF-8, but 'utf-8' codec can't decode"),
    (content(drawing())[:-1], "it must be JSON in UTF-8, but Expecting"),
    (content(drawing())[:-1] + b', "n": NaN}', "it contains NaN."),
    (content(drawing())[:-1] + b', "n": -Infinity}', "it contains -Infinity."),
    (b'{"n": ' + b"9" * 5000 + b"}", "it must be JSON in UTF-8, but Exceeds the limit"),
    (b"[" * 10**6, "nested too deeply"),
    (b'{"a":' * 10**6, "nested too deeply"),
    (b"[1, 2]", 'it must be an object with "format": "skmnist drawings"; got other JSON.'),
    (content(drawing(), format="idx"), 'it must be an object with "format": "skmnist drawings"'),
    (content(drawing(), version=2), "its version must be 1; got 2. A newer version"),
    (content(drawing(), version=True), "its version must be 1; got true or false."),
    (content(drawing(), version=[[1]]), "its version must be 1; got a list."),
    (content(drawing(), side=0), "its side must be an integer from 1 to 128; got 0."),
    (content(drawing(), side=28.0), "its side must be an integer from 1 to 128; got 28.0."),
    (content(drawing(), side=129), "its side must be an integer from 1 to 128; got 129."),
    (content(drawing(), side=10**3999), "its side must be an integer from 1 to 128; got 1000"),
    (content(), "its drawings must be a list with at least one drawing."),
    (content(drawings={}), "its drawings must be a list with at least one drawing."),
    (content(drawing(), [1]), "drawings[1] must be an object; got a list."),
    (content(drawing(side=27)), f"{PIXELS}729 bytes."),
    (content(drawing(pixels="AAAA")), f"{PIXELS}3 bytes."),
    (content(drawing(pixels="A")), f"{PIXELS}'A'."),
    (content(drawing(pixels="*" + drawing()["pixels"])), f"{PIXELS}'*AAEC"),
    (content(drawing(pixels="ä" * 1048)), f"{PIXELS}'ä"),
    (content(drawing(pixels=[0] * 784)), f"{PIXELS}a list."),
    (content(drawing(pixels=None)), f"{PIXELS}null."),
    (content(drawing(4)), f"{TEXT}4."),
    (content(drawing(None)), f"{TEXT}null."),
    (content(drawing("x" * 201)), f"{TEXT}'xxx"),
    (content(drawing("4\0")), "label must be text without the character NUL; got '4\\x00'."),
    (content(drawing("\ud800")), "label must be text without halves of characters (surrogates); "),
    (content(drawing(predicted={})), "drawings[0].predicted must be text of at most 200"),
    *(
        (content(drawing(strokes=strokes)), STROKES)
        for strokes in (
            *(None, "text", [0.5], [[]], [[0.5, 0.5]], [[[0.5]]], [[[0.5, 0.5, 0.5]]]),
            *([[["0", 0]]], [[[True, 0]]], [[[None, 0]]], [[[0, -0.01]]], [[[1.01, 0]]]),
            *([[[10**400, 0]]], [[{"0": 1, "1": 2}]]),
        )
    ),
    (content(drawing()).replace(b"0.25", b"1e999"), STROKES),
]


@pytest.mark.parametrize(("contents", "message"), INVALID)
def test_error_names_the_file_and_what_is_wrong(contents, message, tmp_path):
    path = tmp_path / "suspect.json"
    path.write_bytes(contents)
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        read_drawings(path)
    assert str(caught.value).startswith(f"{path} is not a valid file of drawings: ")
    assert str(caught.value).endswith(".")
    assert len(str(caught.value)) < 600


def test_error_for_a_file_that_is_too_large():
    class Endless(io.RawIOBase):
        n_read = 0

        def read(self, size=-1):
            self.n_read += size
            return b" " * size

    file = Endless()
    with pytest.raises(ValueError, match="it must have at most 32 MiB; got more"):
        read_drawings(file)
    assert file.n_read < 40 * 2**20


def test_error_for_something_that_is_no_file():
    with pytest.raises(TypeError, match="path_or_file must be a path or a binary file object"):
        read_drawings(io.StringIO("{}"))
    with pytest.raises(FileNotFoundError):
        read_drawings("no-such-drawings.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
PLACES = ["format", "version", "side", "drawings", "label", "predicted", "strokes", "pixels"]


@given(st.sampled_from(PLACES), JSON)
def test_any_json_in_any_place_is_read_or_rejected(place, value):
    page = json.loads(content(drawing()))
    (page if place in page else page["drawings"][0])[place] = value
    contents = json.dumps(page).encode()
    try:
        drawings, message = read(contents), ""
    except ValueError as error:
        drawings, message = None, str(error)
    if drawings is None:
        assert message.endswith(".")
    else:
        assert json.loads(contents)["version"] == 1
        assert drawings.data.shape == (1, page["side"] ** 2)
        assert all(stroke.shape[1] == 2 for stroke in drawings.strokes[0])
