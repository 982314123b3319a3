"""Fixtures: the folder of the built site, a server for it, and a browser."""

import os
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

SITE = Path(__file__).resolve().parents[2] / "build/docs"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# The browser finds no other host, because the site must work without a network.
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
)


def pages():
    """List the pages of the site as paths relative to its root."""
    found = sorted(SITE.rglob("*.html"))
    return [str(page.relative_to(SITE)) for page in found if "_static" not in page.parts]


def pytest_generate_tests(metafunc):
    """Parametrize tests that have an argument `page` by all pages."""
    if "page" in metafunc.fixturenames:
        metafunc.parametrize("page", pages())


class Quiet(SimpleHTTPRequestHandler):
    """Serve files without writing a log."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def site():
    return SITE


@pytest.fixture(scope="session")
def address():
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=SITE)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def skip_or_fail(reason):
    """Skip the tests, or fail in continuous integration."""
    (pytest.fail if "CI" in os.environ else pytest.skip)(reason)


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    webdriver = pytest.importorskip("selenium.webdriver")
    binary = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if not (binary and driver):
        skip_or_fail(f"The tests require chromedriver and one of {', '.join(BROWSERS)}.")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    options.set_capability("goog:loggingPrefs", {"browser": "SEVERE"})
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    # Selenium would search the internet for a driver if none were given.
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield browser
    browser.quit()
