"""The site in a browser that has no network: front page, search, pictures, a phone."""

import re

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from sklearn.utils import estimator_html_repr

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.base._doc_link import SITE

WIDTHS = {"desk": 1280, "phone": 390}

# What sticks out of the window to the right, unless it is in a box that can be scrolled: code or
# a table, not the article as a whole.
CUT_OFF = """
const scrolls = e => !e.matches("article")
  && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
const parts = "article :is(h1, h2, h3, p, li, dt, dd, td, code, pre, img, svg)";
return [...document.querySelectorAll(parts)]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !scrolls(e))
  .map(e => e.outerHTML.slice(0, 100));
"""


def show(browser, address, width=WIDTHS["desk"]):
    size = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(address)


def text_of(browser, selector):
    return browser.find_element(By.CSS_SELECTOR, selector).text


def errors(browser):
    return [entry["message"] for entry in browser.get_log("browser")]


def test_the_front_page_has_its_title(browser, address):
    show(browser, address)
    assert "skmnist" in browser.title
    assert text_of(browser, "h1").startswith("skmnist")
    assert not errors(browser)


def test_a_search_finds_a_class(browser, address):
    show(browser, f"{address}search.html?q=ConvFeatureTransformer")
    first = "#search-results li a[href*='skmnist.ConvFeatureTransformer']"
    WebDriverWait(browser, 20).until(lambda _: browser.find_elements(By.CSS_SELECTOR, first))
    assert not errors(browser)


@pytest.mark.parametrize("name", ["MLPDigitClassifier", "ConvFeatureTransformer"])
def test_a_class_shows_its_signature_and_its_examples(browser, address, name):
    show(browser, f"{address}api/skmnist.{name}.html")
    assert "random_state=None" in text_of(browser, "dt.sig")
    assert f"import {name}" in text_of(browser, ".doctest")
    assert "set_params" in text_of(browser, "main")


@pytest.mark.parametrize("estimator", [MLPDigitClassifier(), ConvFeatureTransformer()])
def test_a_parameter_in_a_notebook_is_a_link_to_its_description(browser, address, estimator):
    links = re.findall(r'href="([^"]+#:~:text=[^"]+)"', estimator_html_repr(estimator))
    assert len(links) >= len(estimator.get_params())
    for link in links:
        assert link.startswith(SITE)
        show(browser, "about:blank")
        show(browser, address + link.removeprefix(SITE))
        # scikit-learn leaves hyphens, as in "one-hot" or 1e-8, as they are, although they mean
        # something in such a link: these four open the page only.
        if link.partition(",-")[2].count("-") == 0:
            WebDriverWait(browser, 5).until(lambda _: browser.execute_script("return scrollY > 0"))


def test_the_lecture_has_pictures(browser, address):
    show(browser, f"{address}auto_examples/lecture/index.html")
    browser.find_element(By.CSS_SELECTOR, ".sphx-glr-thumbcontainer a").click()
    width = "return document.querySelector('img.sphx-glr-single-img').naturalWidth"
    assert browser.execute_script(width) > 0


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_a_page_is_whole(browser, address, page, width):
    show(browser, address + page, width)
    assert not errors(browser)
    loaded = "return performance.getEntriesByType('resource').map(entry => entry.name)"
    assert all(name.startswith(address) for name in browser.execute_script(loaded))
    missing = (
        "return [...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
    )
    assert browser.execute_script(missing) == []
    assert browser.execute_script("return document.scrollingElement.scrollWidth") <= width
    assert browser.execute_script(CUT_OFF) == []
