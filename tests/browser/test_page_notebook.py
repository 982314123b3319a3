"""A notebook shows the page in a frame, also if the notebook has another encoding."""

import pytest
from helpers import small_classifier
from page_events import wait_until

from skmnist.datasets import load_mnist
from skmnist.io import to_page


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
def test_page_works_in_a_frame_of_a_page_in_any_encoding(browser, tmp_path, encoding):
    X, y = load_mnist(return_X_y=True)
    page = to_page(small_classifier().fit(X[:300], y[:300]), X=X[:100], title="für 0…9")
    text = f'<meta charset="{encoding}"><p>für</p>{page._repr_html_()}'
    path = tmp_path / "notebook.html"
    path.write_text(text, encoding=encoding)
    browser.get("about:blank")
    browser.get_log("browser")
    browser.get(path.as_uri())
    browser.switch_to.frame(0)
    try:
        wait_until(lambda: browser.execute_script("return Boolean(window.skmnist)"))
        labels = "return arguments[0].map((pixels) => skmnist.predict(pixels).label)"
        assert len(browser.execute_script(labels, X[:5].tolist())) == 5
        assert browser.execute_script("return document.title") == "für 0…9"
    finally:
        browser.switch_to.default_content()
    assert [entry["message"] for entry in browser.get_log("browser")] == []
