"""The number of digits on a photo: several digits cause a warning, and a broken one does not."""

import warnings

import numpy as np
import pytest
from photos import photo_of, side_by_side, with_shadow

from skmnist.datasets import load_mnist, photo_to_digit, read_photo

Image = pytest.importorskip("PIL.Image")
ImageDraw = pytest.importorskip("PIL.ImageDraw")


@pytest.fixture(scope="module")
def images():
    return load_mnist(subset="test").images[:100]


def number_of_digits(photo):
    """Return how many digits a photo shows, according to the warning."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        photo_to_digit(photo)
    words = "".join(str(each.message) for each in caught).split()
    return int(words[words.index("digits") - 1]) if words else 1


@pytest.mark.parametrize("gap", [3, 8])
@pytest.mark.parametrize("n_digits", [2, 3])
def test_digits_side_by_side_cause_a_warning_with_their_number(n_digits, gap, images):
    rng = np.random.default_rng(0)
    rows = [rng.choice(images, n_digits) for _ in range(20)]
    found = [number_of_digits(side_by_side(row, gap, rng)) for row in rows]
    assert np.mean(np.equal(found, n_digits)) >= 0.85


def test_single_digits_cause_no_warning_also_with_specks_and_shadows(images):
    rng = np.random.default_rng(0)
    for image in images[:50]:
        photo = photo_of(image, rng)
        for _ in range(8):
            top, left, side = rng.integers(2, (190, 170, 6))
            photo[top : top + side, left : left + side] = 30
        assert number_of_digits(photo) == 1
        assert number_of_digits(with_shadow(photo_of(image, rng), *rng.uniform(0.3, 0.7, 2))) == 1


SINGLE_DIGITS = {
    "5 whose bar is apart": [
        [(120, 100), (120, 180), (180, 190), (190, 240), (120, 270)],
        [(135, 100), (200, 95)],
    ],
    "4 of two strokes": [[(110, 100), (100, 180), (160, 180)], [(175, 90), (175, 280)]],
    "dashed 7": [
        [(90, 60), (125, 60)],
        [(135, 60), (170, 60)],
        [(165, 75), (140, 130)],
        [(135, 142), (110, 200)],
    ],
    "0 of two arcs": [
        [(145, 60), (100, 90), (100, 170), (145, 200)],
        [(155, 60), (200, 90), (200, 170), (155, 200)],
    ],
    "1 and a dot": [[(150, 60), (150, 250)], [(220, 240), (224, 244)]],
}


@pytest.mark.parametrize("strokes", SINGLE_DIGITS.values(), ids=SINGLE_DIGITS)
def test_one_digit_of_separate_strokes_causes_no_warning(strokes):
    picture = Image.new("L", (300, 400), 240)
    for stroke in strokes:
        ImageDraw.Draw(picture).line(stroke, 20, 9)
    assert number_of_digits(np.asarray(picture)) == 1


def test_warning_about_two_digits_names_the_file(tmp_path, images):
    photo = side_by_side(images[:2], 6, np.random.default_rng(0))
    Image.fromarray(photo.clip(0, 255).astype(np.uint8)).save(tmp_path / "pair.png")
    message = (
        r"pair\.png: image seems to show 2 digits side by side, but it is read as a single digit"
    )
    with pytest.warns(UserWarning, match=message):
        read_photo(tmp_path / "pair.png")
