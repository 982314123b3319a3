"""A headless Chromium without a network, for the tests of pages."""

import os
import shutil
from contextlib import contextmanager

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# The browser finds no other host, because the pages must work without a network.
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
)


@contextmanager
def headless_chromium(profile, log_level):
    """Start a browser, and end it afterwards; skip the tests if it is not installed."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    binary = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if not (binary and driver):
        skip_or_fail(f"The tests require chromedriver and one of {', '.join(BROWSERS)}.")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    options.set_capability("goog:loggingPrefs", {"browser": log_level})
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    # Selenium would search the internet for a driver if none were given.
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    browser.set_script_timeout(300)
    yield browser
    browser.quit()


def skip_or_fail(reason):
    """Skip the tests, or fail in continuous integration."""
    (pytest.fail if "CI" in os.environ else pytest.skip)(reason)
