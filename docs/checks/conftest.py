"""Fixtures: the folder of the built site, a server for it, and a browser."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from headless_chromium import headless_chromium

SITE = Path(__file__).resolve().parents[2] / "build/docs"


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


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    with headless_chromium(tmp_path_factory.mktemp("profile"), "SEVERE") as browser:
        yield browser
