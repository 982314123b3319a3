"""Pages in a browser without a network: content, search, images, and layout on a phone."""

import operator
import re

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from sklearn.utils import estimator_html_repr

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.base._doc_link import SITE
from skmnist.datasets import load_mnist

WIDTHS = {"desktop": 1280, "phone": 390}

# Elements that extend beyond the right edge of the window, except in an element that can be
# scrolled, such as code or a table. The article as a whole does not count as such an element.
CUT_OFF = """
const scrolls = e => !e.matches("article")
  && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
const parts = "article :is(h1, h2, h3, p, li, dt, dd, td, code, pre, img, svg)";
return [...document.querySelectorAll(parts)]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !scrolls(e))
  .map(e => e.outerHTML.slice(0, 100));
"""


def open_page(browser, address, width=WIDTHS["desktop"]):
    size = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(address)


def text_of(browser, selector):
    return browser.find_element(By.CSS_SELECTOR, selector).text


def errors(browser):
    return [entry["message"] for entry in browser.get_log("browser")]


def test_front_page_has_title(browser, address):
    open_page(browser, address)
    assert "skmnist" in browser.title
    assert text_of(browser, "h1").startswith("skmnist")
    assert not errors(browser)


def test_front_page_leads_to_a_page_that_reads_digits(browser, address):
    open_page(browser, address)
    browser.find_element(By.CSS_SELECTOR, "a.sd-btn[href='draw.html']").click()
    X, y = load_mnist(subset="test", return_X_y=True)
    predict = "return arguments[0].map(pixels => window.skmnist.predict(pixels).label)"
    labels = browser.execute_script(predict, X[:200].tolist())
    assert sum(map(operator.eq, labels, map(str, y[:200]))) > 195
    assert not errors(browser)


def test_search_finds_class(browser, address):
    open_page(browser, f"{address}search.html?q=ConvFeatureTransformer")
    first = "#search-results li a[href*='skmnist.ConvFeatureTransformer']"
    WebDriverWait(browser, 20).until(lambda _: browser.find_elements(By.CSS_SELECTOR, first))
    assert not errors(browser)


@pytest.mark.parametrize("name", ["MLPDigitClassifier", "ConvFeatureTransformer"])
def test_class_page_shows_signature_and_examples(browser, address, name):
    open_page(browser, f"{address}api/skmnist.{name}.html")
    assert "random_state=None" in text_of(browser, "dt.sig")
    assert f"import {name}" in text_of(browser, ".doctest")
    assert "set_params" in text_of(browser, "main")


@pytest.mark.parametrize("estimator", [MLPDigitClassifier(), ConvFeatureTransformer()])
def test_notebook_links_parameters_to_descriptions(browser, address, estimator):
    links = re.findall(r'href="([^"]+#:~:text=[^"]+)"', estimator_html_repr(estimator))
    assert len(links) >= len(estimator.get_params())
    for link in links:
        assert link.startswith(SITE)
        open_page(browser, "about:blank")
        open_page(browser, address + link.removeprefix(SITE))
        # scikit-learn does not escape hyphens, as in "one-hot" or 1e-8, which have a meaning in
        # such a link. These four links open the page, but do not scroll.
        if link.partition(",-")[2].count("-") == 0:
            WebDriverWait(browser, 5).until(lambda _: browser.execute_script("return scrollY > 0"))


def test_lecture_shows_images(browser, address):
    open_page(browser, f"{address}auto_examples/lecture/index.html")
    browser.find_element(By.CSS_SELECTOR, ".sphx-glr-thumbcontainer a").click()
    width = "return document.querySelector('img.sphx-glr-single-img').naturalWidth"
    assert browser.execute_script(width) > 0


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_page_loads_and_fits_window(browser, address, page, width):
    open_page(browser, address + page, width)
    assert not errors(browser)
    loaded = "return performance.getEntriesByType('resource').map(entry => entry.name)"
    assert all(name.startswith(address) for name in browser.execute_script(loaded))
    missing = (
        "return [...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
    )
    assert browser.execute_script(missing) == []
    assert browser.execute_script("return document.scrollingElement.scrollWidth") <= width
    assert browser.execute_script(CUT_OFF) == []
