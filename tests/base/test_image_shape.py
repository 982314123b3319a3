"""Rows of pixels whose shape is not given: which shape is assumed, and which warning says so."""

import warnings

import numpy as np
import pytest
from helpers import small_classifier, small_transformer
from sklearn.pipeline import make_pipeline

from skmnist import DigitDistorter, DistortedClassifier
from skmnist.base._image_shape import colour_hint

y = np.arange(20) % 2


def random_images(n_columns):
    return np.random.default_rng(0).random((20, n_columns))


def transform(n_columns, **parameters):
    small_transformer(**parameters).fit(random_images(n_columns))


def distort(n_columns, **parameters):
    DigitDistorter(random_state=0, **parameters).distort(random_images(n_columns))


def train_on_distorted(n_columns, **parameters):
    distorter = DigitDistorter(random_state=0, **parameters)
    DistortedClassifier(small_classifier(max_iter=1), distorter).fit(random_images(n_columns), y)


def train_pipeline(n_columns, **parameters):
    make_pipeline(small_transformer(**parameters), small_classifier(max_iter=1)).fit(
        random_images(n_columns), y
    )


USES = [transform, distort, train_on_distorted, train_pipeline]


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(
    ("n_columns", "advice"),
    [
        (1200, "For colour images, pass image_shape=(20, 20, 3)."),
        (768, "For colour images, pass image_shape=(16, 16, 3)."),
        (
            600,
            "For other images, pass image_shape=(height, width) or (height, width, channels).",
        ),
    ],
)
def test_warning_says_which_shape_is_assumed_and_which_one_to_pass(use, n_columns, advice):
    with pytest.warns(UserWarning, match="treated as an image") as caught:
        use(n_columns)
    caught = [each for each in caught if "The network predicts" not in str(each.message)]
    assert {str(each.message) for each in caught} == {
        f"X has {n_columns} columns, which is not a square number, so each row is treated as an "
        f"image of 1×{n_columns} pixels. {advice}"
    }


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(
    ("n_columns", "parameters"),
    [
        (784, {}),  # a square grey image
        (60, {}),  # few columns, which may not be pixels
        (3072, {"image_shape": (32, 32, 3)}),
        (600, {"image_shape": (20, 30)}),
        (600, {"image_shape": (1, 600)}),
    ],
)
def test_squares_few_columns_and_given_shapes_cause_no_warning(use, n_columns, parameters):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "The network predicts")
        use(n_columns, **parameters)


def test_colour_image_is_named_exactly_for_three_times_a_square():
    named = {n for n in range(1, 20_000) if colour_hint(n)}
    assert named == {3 * side**2 for side in range(1, 82)}
