"""Photos and drawings of digits: how well the digit is found, and errors for other pictures."""

import io
import subprocess
import sys
import time

import numpy as np
import pytest
from photos import photo_of, with_shadow
from scipy import ndimage
from sklearn.datasets import load_digits

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist, photo_to_digit, read_photo

Image = pytest.importorskip("PIL.Image")
ImageDraw = pytest.importorskip("PIL.ImageDraw")

SEVEN = [(90, 60), (170, 60), (110, 200)]


@pytest.fixture(scope="module")
def digits():
    """Return images and labels, and a classifier that was trained on other images."""
    X, y = load_mnist(return_X_y=True)
    classifier = MLPDigitClassifier(max_iter=4, random_state=0).fit(X[:5000], y[:5000])
    return X[50_000:50_050].reshape(-1, 28, 28), y[50_000:50_050], classifier


def drawing(mode="RGB", paper="white", ink="black", width=5):
    picture = Image.new(mode, (300, 400), paper)
    ImageDraw.Draw(picture).line(SEVEN, ink, width)
    return picture


def saved(picture, kind="PNG", **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file


def difference(one, other):
    return np.abs(one.astype(float).ravel() - other.astype(float).ravel()).mean()


@pytest.mark.parametrize("inverted", [False, True])
def test_digits_on_photos_are_classified_like_the_originals(digits, inverted):
    images, target, classifier = digits
    rng = np.random.default_rng(0)
    photos = [photo_of(image, rng) for image in images]
    converted = [photo_to_digit(255 - photo if inverted else photo).ravel() for photo in photos]
    original = classifier.score(images.reshape(len(images), -1), target)
    assert classifier.score(np.array(converted), target) >= original - 0.02


def test_closely_cropped_digits_are_classified_like_the_originals(digits):
    images, target, classifier = digits
    converted = []
    for image in images:
        [box] = ndimage.find_objects((image > 30).astype(int))
        close = ndimage.zoom(image[box].astype(float), 10, order=1)
        converted.append(photo_to_digit(235 - 0.8 * close).ravel())
    original = classifier.score(images.reshape(len(images), -1), target)
    assert classifier.score(np.array(converted), target) >= original - 0.04


def test_image_of_mnist_is_almost_unchanged(digits):
    images = digits[0]
    differences = [difference(photo_to_digit(image), image) for image in images]
    assert np.median(differences) < 1


def test_digit_fills_its_box_with_its_centre_of_mass_in_the_centre(digits):
    digit = photo_to_digit(photo_of(digits[0][0], np.random.default_rng(0)))
    rows, columns = np.nonzero(digit)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in (19, 20)
    np.testing.assert_allclose(ndimage.center_of_mass(digit), (14, 14), atol=0.6)
    assert digit.max() == 255
    assert digit.dtype == np.uint8


def test_zero_of_eight_by_eight_pixels_stays_hollow():
    image = load_digits().images[0]
    assert photo_to_digit(image)[14, 14] < photo_to_digit(image).max() / 3  # the hole of a 0


def test_result_does_not_depend_on_type_range_and_channels():
    grey = np.asarray(drawing("L"))
    expected = photo_to_digit(grey)
    others = [grey > 127, grey.astype(np.uint16) * 257, grey / 255.0, grey * 3e3 - 5e4]
    others += [np.stack([grey] * 3, axis=2), np.stack([grey, grey, grey, grey * 0 + 9], axis=2)]
    for other in others:
        assert difference(photo_to_digit(other), expected) < 0.5


def test_thin_strokes_are_made_thicker():
    thin = photo_to_digit(np.asarray(drawing("L", width=2)))
    thick = photo_to_digit(np.asarray(drawing("L", width=16)))
    assert 0.8 < thin.sum() / thick.sum() < 1.25


def test_specks_and_the_edge_of_a_table_are_removed():
    picture = drawing("L")
    expected = photo_to_digit(np.asarray(picture))
    ImageDraw.Draw(picture).rectangle((250, 0, 300, 400), 40)
    for corner in ((20, 20), (100, 350), (220, 300), (130, 100)):
        ImageDraw.Draw(picture).rectangle((*corner, corner[0] + 2, corner[1] + 2), 0)
    assert difference(photo_to_digit(np.asarray(picture)), expected) < 5


def test_digit_of_two_separate_strokes_stays_complete():
    picture = drawing("L")
    ImageDraw.Draw(picture).line([(160, 140), (190, 140)], 0, 5)  # next to the 7
    one_stroke, both = photo_to_digit(np.asarray(drawing("L"))), photo_to_digit(np.asarray(picture))
    assert np.ptp(np.nonzero(both)[1]) > np.ptp(np.nonzero(one_stroke)[1])


@pytest.mark.parametrize("table", [40, 150])
@pytest.mark.parametrize("box", [(30, 20, 30, 30), (110, 130, 120, 100), (15, 15, 0, 0)])
def test_sheet_of_paper_on_a_table_is_found(table, box):
    left, top, right, bottom = box
    paper = drawing("L", paper=235, ink=20)
    photo = Image.new("L", (300 + left + right, 400 + top + bottom), table)
    photo.paste(paper, (left, top))
    if right:
        photo = photo.rotate(3, Image.Resampling.BILINEAR, fillcolor=table)
        paper = paper.rotate(3, Image.Resampling.BILINEAR, fillcolor=235)
    expected = photo_to_digit(np.asarray(paper))
    assert difference(photo_to_digit(np.asarray(photo)), expected) < 5


def test_paler_lines_across_the_picture_are_removed():
    expected = photo_to_digit(np.asarray(drawing("L", ink=20)))
    picture = Image.new("L", (300, 400), 240)
    draw = ImageDraw.Draw(picture)
    for row in range(20, 400, 30):
        draw.line([(0, row), (300, row + 5)], 150, 2)
    draw.line(SEVEN, 20, 5)
    assert difference(photo_to_digit(np.asarray(picture)), expected) < 5


def test_edge_of_a_shadow_is_removed():
    picture = np.asarray(drawing("L", paper=220, ink=40)).astype(float)
    expected = photo_to_digit(picture)
    picture[:, 150:] *= 0.5  # through the digit
    assert difference(photo_to_digit(picture), expected) < 15


@pytest.mark.parametrize(
    ("angle", "position", "inverted"),
    [(0, 0.55, True), (0.8, 0.4, False), (2, 0.5, False), (4, 0.6, False)],
)
def test_digits_next_to_and_in_a_hard_shadow_are_classified_like_the_originals(
    angle, position, inverted, digits
):
    images, target, classifier = digits
    rng = np.random.default_rng(0)
    photos = [with_shadow(photo_of(image, rng), angle, position) for image in images]
    converted = [photo_to_digit(255 - photo if inverted else photo).ravel() for photo in photos]
    original = classifier.score(images.reshape(len(images), -1), target)
    assert classifier.score(np.array(converted), target) >= original - 0.06


@pytest.mark.parametrize("colour", ["black", "white", "red"])
def test_strokes_on_a_transparent_background_are_ink(colour):
    picture = drawing("RGBA", paper=(0, 0, 0, 0), ink=colour)
    assert difference(read_photo(saved(picture)), photo_to_digit(np.asarray(drawing("L")))) < 1


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_all_modes_of_png_are_read(mode):
    picture = drawing("L").convert("I").point(lambda x: x * 200).convert("I;16")
    picture = picture if mode == "I;16" else drawing().convert(mode)
    expected = photo_to_digit(np.asarray(drawing("L")))
    assert difference(read_photo(saved(picture)), expected) < 1


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "CMYK"), ("GIF", "P"), ("JPEG", "L")])
def test_other_formats_are_read(kind, mode):
    expected = photo_to_digit(np.asarray(drawing("L")))
    assert difference(read_photo(saved(drawing().convert(mode), kind)), expected) < 4


def test_photo_is_rotated_to_the_stored_orientation(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate by 90 degrees clockwise to show it upright
    path = tmp_path / "seven.jpg"
    drawing().transpose(Image.Transpose.ROTATE_90).save(path, exif=exif)
    assert difference(read_photo(path), photo_to_digit(np.asarray(drawing("L")))) < 4


def test_large_picture_takes_little_time():
    large = np.full((7000, 7000), 255, dtype=np.uint8)
    large[2000:5000, 3300:3500] = 0
    start = time.process_time()
    assert photo_to_digit(large)[14, 14] == 255
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((20, 20)), "shows no digit"),
        (np.random.default_rng(0).normal(size=(300, 300)), "shows no digit"),
        (np.eye(3), "at least 4 pixels"),
        (np.ones((4, 5000)), "at least 5 pixels"),
        (np.full((9, 9), np.nan), "NaN"),
        (np.zeros(784), "must have the shape"),
        (np.zeros((9, 9, 2)), "must have the shape"),
        (np.full((9, 9), "x"), "array of numbers"),
        ("digit.png", r"array of numbers; got dtype <U9\. For a picture file, use read_photo\."),
    ],
)
def test_error_for_an_image_without_a_digit(image, message):
    with pytest.raises(ValueError, match=message):
        photo_to_digit(image)


def test_errors_name_the_file(tmp_path):
    Image.new("L", (50, 50)).save(tmp_path / "blank.png")
    (tmp_path / "notes.png").write_text("no picture")
    (tmp_path / "half.png").write_bytes(saved(drawing()).getvalue()[:300])
    with pytest.raises(
        ValueError, match=r"blank\.png: image shows no digit: .*\. Crop the picture"
    ):
        read_photo(tmp_path / "blank.png")
    with pytest.raises(ValueError, match=r"notes\.png is not a picture that Pillow can read\.$"):
        read_photo(tmp_path / "notes.png")
    for name in ("notes.png", "half.png"):
        with pytest.raises(ValueError, match=f"{name} is not a picture that Pillow can read"):
            read_photo(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        read_photo(tmp_path / "nothing.png")


@pytest.mark.parametrize("side", [10_000, 14_000])
def test_error_for_a_decompression_bomb(side):
    with pytest.raises(ValueError, match="is too large"):
        read_photo(saved(Image.new("1", (side, side))))


def test_error_without_pillow_tells_what_to_install():
    code = (
        "import sys; sys.modules['PIL'] = None\n"
        "from skmnist.datasets import read_photo; read_photo('x.png')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    expected = "ImportError: read_photo requires pillow. Install it with `pip install pillow`."
    assert expected in done.stderr
