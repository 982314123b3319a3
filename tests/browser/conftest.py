"""One browser for all tests of the page that one draws on."""

import pytest
from headless_chromium import headless_chromium


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    with headless_chromium(tmp_path_factory.mktemp("profile"), "ALL") as browser:
        yield browser
