"""One browser for all tests of the page that one draws on."""

import pytest
from headless_chromium import headless_chromium
from page_events import expect_quiet
from page_models import open_page, plain_model


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    with headless_chromium(tmp_path_factory.mktemp("profile"), "ALL") as browser:
        yield browser


@pytest.fixture
def page(browser, tmp_path):
    """Open the page of a classifier of pixels, and check afterwards that it was quiet."""
    open_page(browser, tmp_path, plain_model)
    yield browser
    expect_quiet(browser)
