"""Open pages in a browser, and call their functions with images."""

import base64
from functools import cache

import numpy as np

from skmnist.io._page_html import _COMPUTING, _read

ROWS_AT_ONCE = 500  # selenium waits at most two minutes for each answer
# Predicts all images, whose bytes are passed as base64.
PREDICT = """
const side = skmnist.model.side ** 2;
const bytes = Uint8Array.from(atob(arguments[0]), (letter) => letter.charCodeAt(0));
const labels = [], probabilities = [];
for (let i = 0; i < bytes.length; i += side) {
  const found = skmnist.predict(bytes.subarray(i, i + side));
  labels.push(found.label);
  probabilities.push(Array.from(found.probabilities));
}
return [labels, probabilities];
"""


def open_page(browser, page, folder):
    """Open a page as a file, and forget what earlier pages have logged."""
    path = folder / "draw.html"
    page.save(path)
    browser.get("about:blank")
    browser.get_log("browser")
    browser.get(path.as_uri())


def predict_on_page(browser, X):
    """Return the labels and probabilities that the open page computes for rows of bytes."""
    labels, probabilities = [], []
    for start in range(0, len(X), ROWS_AT_ONCE):
        rows = np.ascontiguousarray(X[start : start + ROWS_AT_ONCE], dtype=np.uint8)
        text = base64.b64encode(rows.tobytes()).decode("ascii")
        some_labels, some_probabilities = browser.execute_script(PREDICT, text)
        labels += some_labels
        probabilities += some_probabilities
    return np.array(labels), np.array(probabilities)


@cache
def core_script():
    """Return the functions of the page that compute, without those that show something."""
    return "\n".join(_read(f"{name}.js") for name in _COMPUTING)


def run_core(browser, code, *arguments):
    """Run JavaScript that may use the functions of the page, also those that are not public."""
    return browser.execute_script(f"{core_script()}\n{code}", *arguments)
