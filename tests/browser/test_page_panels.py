"""Panels of unusual models: patches divided by their contrast, ordinal targets, long names."""

from functools import cache

import numpy as np
import pytest
from page_events import DIGITS, click, draw_with_mouse, expect_quiet, text_of
from page_models import images, open_page
from sklearn.pipeline import make_pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier

LONG = "a name that is much longer than those of other classes " * 3


def small_network(**settings):
    return MLPDigitClassifier(hidden_layer_sizes=(32,), max_iter=3, random_state=0, **settings)


@cache
def contrast_model():
    features = ConvFeatureTransformer(
        n_kernels=6, kernel_size=3, normalize="contrast", random_state=0
    )
    return make_pipeline(features, small_network()).fit(*images("train", 2_000))


@cache
def two_transformers():
    first = ConvFeatureTransformer(n_kernels=4, kernel_size=3, pool_size=2, random_state=0)
    second = ConvFeatureTransformer(image_shape=(13, 13, 8), n_kernels=4, random_state=0)
    return make_pipeline(first, second, small_network()).fit(*images("train", 2_000))


@cache
def ordinal_model():
    return small_network(target_encoding="ordinal").fit(*images("train", 2_000))


def shown(browser, selector):
    """Return the texts of the elements that a selector finds."""
    script = "return [...document.querySelectorAll(arguments[0])].map(each => each.textContent)"
    return browser.execute_script(script, selector)


def numbers(texts):
    return [float(text.replace("\u2212", "-")) for text in texts]


def test_mean_is_divided_by_the_contrast(browser, tmp_path):
    open_page(browser, tmp_path, contrast_model)
    draw_with_mouse(browser, DIGITS["3"])
    mean, contrast, quotient = numbers(shown(browser, ".lens .mean"))
    assert contrast > 0
    assert quotient == pytest.approx(mean / contrast, rel=0.02)
    # The strongest match of all kernels is shown first, so it is the largest value of the maps.
    drawn = browser.execute_script("return Array.from(skmnist.see(skmnist.strokes()))")
    maps = contrast_model()[0].feature_maps(np.array([drawn], dtype=np.uint8))
    assert abs(quotient) == pytest.approx(maps.max(), rel=0.02)
    expect_quiet(browser)


def test_only_kernels_that_read_pixels_are_laid_on_the_image(browser, tmp_path):
    open_page(browser, tmp_path, two_transformers)
    draw_with_mouse(browser, DIGITS["5"])
    assert len(shown(browser, ".convolution")) == 2
    assert len(shown(browser, ".lens")) == 1
    expect_quiet(browser)


def test_reasons_of_ordinal_targets_add_up_to_the_single_output(browser, tmp_path):
    open_page(browser, tmp_path, ordinal_model)
    draw_with_mouse(browser, DIGITS["2"])
    assert text_of(browser, "reasons-title") == "For a larger and a smaller output"
    words = text_of(browser, "sums").replace("\u2212", "-").split()
    assert words[::2] == ["larger", "smaller", "rest"]
    drawn = browser.execute_script("return Array.from(skmnist.see(skmnist.strokes()))")
    [score] = ordinal_model().decision_function(np.array([drawn], dtype=np.uint8))[:, :1]
    output = -score[0]  # the score of class 0 is minus the distance of the output to 0
    assert abs(sum(numbers(words[1::2]))) == pytest.approx(abs(output), abs=0.1)
    click(browser, "#outputs li:nth-child(1) button")
    assert text_of(browser, "sums").replace("\u2212", "-").split() == words
    expect_quiet(browser)


@cache
def model_with_long_names():
    X, y = images("train", 2_000)
    return small_network().fit(X, np.where(y == 7, LONG, y.astype(str)))


@pytest.mark.parametrize("width", [320, 800, 1400])
def test_long_names_leave_the_layout_as_it_is(browser, tmp_path, width):
    open_page(browser, tmp_path, model_with_long_names, width)
    draw_with_mouse(browser, DIGITS["7"])
    assert LONG.strip() in shown(browser, "#choices button")[-1]
    overflow = "return document.documentElement.scrollWidth - innerWidth"
    assert browser.execute_script(overflow) <= 0
    inside = """
        const { right, bottom } = document.getElementById("digit").getBoundingClientRect();
        const { top, left } = document.getElementById("outputs").getBoundingClientRect();
        return bottom <= top || right <= left;
    """
    assert browser.execute_script(inside)
    expect_quiet(browser)
