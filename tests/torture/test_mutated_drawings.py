"""Mutated files of drawings are read correctly or rejected with an error."""

import base64
import io
import json
import random

import pytest

from skmnist.datasets import read_drawings

pytestmark = pytest.mark.timeout(4 * 3600)

WORDS = [b"NaN", b"1e999", b"-1", b"null", b"[]", b"{}", b'""', b'"\\ud800"', b"[" * 3000, b"\0"]


def drawing(label, rng):
    strokes = [[[rng.random(), rng.random()] for _ in range(4)] for _ in range(2)]
    pixels = base64.b64encode(rng.randbytes(9)).decode()
    return {"label": label, "predicted": "9", "strokes": strokes, "pixels": pixels}


def sources(rng):
    for labels in ("40", "XO"):
        drawings = [drawing(label, rng) for label in labels]
        page = {"format": "skmnist drawings", "version": 1, "side": 3, "drawings": drawings}
        yield json.dumps(page).encode()


def mutated(contents, rng):
    for _ in range(rng.randint(0, 3)):
        start = rng.randrange(len(contents) + 1)
        stop = start + rng.choice([0, 0, 1, 2, 9, 10**6])
        word = rng.choice([b"", rng.randbytes(1), contents[start:stop], rng.choice(WORDS)])
        contents = contents[:start] + word * rng.randint(1, 2) + contents[stop:]
    return contents


def expected(contents):
    """Return the labels and pixels in a file that is read, as the json module finds them."""
    drawings = json.loads(contents)["drawings"]
    return [each["label"] for each in drawings], [
        list(base64.b64decode(each["pixels"])) for each in drawings
    ]


def test_mutated_drawings_are_read_correctly_or_rejected(size, reached):
    rng, n_read, n_files = random.Random(0), 0, size(short=3000, full=200_000)
    good = list(sources(rng))
    for _ in range(n_files):
        suspect = mutated(rng.choice(good), rng)
        try:
            drawings, message = read_drawings(io.BytesIO(suspect)), ""
        except ValueError as error:
            drawings, message = None, str(error)
        if drawings is None:
            assert "is not a valid file of drawings: " in message, suspect
            continue
        labels, pixels = expected(suspect)
        assert [str(label) for label in drawings.target] == labels, suspect
        assert drawings.data.tolist() == pixels, suspect
        assert len(drawings.strokes) == len(drawings.predicted) == len(labels)
        n_read += 1
    assert n_files / 10 < n_read < n_files
    reached(
        f"{n_files:,} mutated files of drawings: {n_read:,} still intact and read correctly, the "
        "others rejected with a ValueError"
    )
