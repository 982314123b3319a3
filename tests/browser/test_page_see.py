"""What the page sees of a drawing is what photo_to_digit makes of its picture."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from page_drawings import draw_digits, picture
from page_in_browser import open_page, predict_on_page, run_core

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist, photo_to_digit
from skmnist.io import to_page

pytest.importorskip("PIL")

N_DRAWINGS = 300
pytestmark = pytest.mark.timeout(900)  # all pictures are read when the first test needs them


@pytest.fixture(scope="module")
def drawings():
    return draw_digits(N_DRAWINGS, seed=0)


@pytest.fixture(scope="module")
def seen(browser, drawings):
    """Return the images that the page sees, and those that Python makes of the pictures."""
    images, pen = run_core(
        browser, "return [arguments[0].map((each) => Array.from(see(each))), PEN]", drawings[0]
    )
    with ThreadPoolExecutor() as threads:
        in_python = threads.map(lambda strokes: read_picture(strokes, pen), drawings[0])
        return np.array(images), np.array(list(in_python))


def read_picture(strokes, pen):
    return photo_to_digit(picture(strokes, pen)).ravel()


@pytest.fixture(scope="module")
def model():
    X, y = load_mnist(return_X_y=True)
    return MLPDigitClassifier(max_iter=4, random_state=0).fit(X[:10_000], y[:10_000])


def test_images_differ_by_few_grey_levels(seen):
    on_page, in_python = seen
    differences = abs(on_page - in_python.astype(float)).mean(axis=1)
    assert differences.mean() < 3
    # A centre of mass near the border of two pixels can be moved into either of them.
    assert np.mean(differences > 4) < 0.15


def test_page_and_python_read_the_same_in_drawings(browser, tmp_path, model, drawings, seen):
    on_page, in_python = seen
    open_page(browser, to_page(model), tmp_path)
    labels, _ = predict_on_page(browser, on_page)
    read, digits = model.predict(in_python).astype(str), drawings[1].astype(str)
    assert np.mean(labels == read) >= 0.98
    assert np.mean(read == digits) > 0.8
    assert np.mean(labels == digits) == pytest.approx(np.mean(read == digits), abs=0.02)


def see(browser, *arguments):
    seen = run_core(browser, "return Array.from(see(...arguments) ?? [])", *arguments)
    return np.array(seen)


def test_nothing_is_seen_without_ink(browser):
    assert see(browser, []).size == 0
    assert see(browser, [[]]).size == 0


def test_dot_is_seen_as_a_disc_in_the_middle(browser):
    image = see(browser, [[[0.2, 0.7]]]).reshape(28, 28)
    # The middle of the disc is in a corner of four pixels, and may be moved by half a pixel.
    rows, columns = np.nonzero(image > 127)
    assert rows.min() + rows.max() == pytest.approx(28, abs=1)
    assert columns.min() + columns.max() == pytest.approx(28, abs=1)
    assert np.ptp(rows) == np.ptp(columns)
    in_python = read_picture([[[0.2, 0.7]]], run_core(browser, "return PEN"))
    assert image.sum() == pytest.approx(in_python.sum(dtype=float), rel=0.15)


@pytest.mark.parametrize("side", [4, 9, 16, 28, 64])
def test_other_sizes_have_a_box_of_the_same_share(browser, side):
    image = see(browser, [[[0.3, 0.1], [0.3, 0.9]]], side).reshape(side, side)
    rows = np.flatnonzero(image.max(axis=1) > 60)
    assert np.ptp(rows) + 1 == pytest.approx(side * 20 / 28, abs=1)


def test_size_and_place_of_a_drawing_do_not_matter(browser, drawings):
    strokes = drawings[0][3]
    smaller = [[[0.3 + 0.6 * x, 0.35 + 0.6 * y] for x, y in stroke] for stroke in strokes]
    assert abs(see(browser, strokes) - see(browser, smaller)).mean() < 4


def test_smooth_lines_pass_through_the_points(browser):
    stroke = [[0.1, 0.1], [0.5, 0.2], [0.8, 0.7], [0.3, 0.9]]
    [line] = run_core(browser, "return smooth([arguments[0]])", stroke)
    places = [line.index(point) for point in stroke]
    assert places == sorted(places)
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    assert steps.max() < 0.06
    turns = np.diff(np.unwrap(np.arctan2(*np.diff(line, axis=0).T)))
    assert abs(turns).max() < 0.4
