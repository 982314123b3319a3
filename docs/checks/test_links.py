"""Links within the site have a target, and nothing is loaded from other hosts."""

import re
from functools import cache
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_html_repr

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.base._doc_link import SITE

# Links that a browser loads with the page. Other links ("next", "search") only refer to a page.
LOADING_RELS = {"stylesheet", "icon", "preload", "modulepreload", "manifest"}


class Page(HTMLParser):
    """The links of a page, the files that it loads, and the ids that links can refer to."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.ids = set(), set(), {"", "top"}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = {name: value or "" for name, value in attributes}
        self.ids |= {found[name] for name in ("id", "name") if name in found}
        loads = tag == "link" and LOADING_RELS & set(found.get("rel", "").split())
        if "src" in found:
            self.loads.add(found["src"])
        if "href" in found:
            (self.loads if loads else self.links).add(found["href"])
        for choice in filter(None, found.get("srcset", "").split(",")):
            self.loads.add(choice.split()[0])


@cache
def read(path):
    return Page(path.read_text(encoding="utf-8"))


def is_within(link):
    return not (urlsplit(link).scheme or urlsplit(link).netloc)


def has_target(site, page, link):
    address = urlsplit(urljoin(page, link or page))
    target = site / unquote(address.path)
    is_page = target.suffix == ".html"
    return target.is_file() and (not is_page or unquote(address.fragment) in read(target).ids)


def test_links_within_site_have_targets(site, page):
    found = read(site / page)
    within = filter(is_within, found.links | found.loads)
    assert [link for link in within if not has_target(site, page, link)] == []


def test_pages_load_nothing_from_other_hosts(site, page):
    loads = read(site / page).loads
    assert [url for url in loads if not is_within(url) and not url.startswith("data:")] == []


def test_styles_load_nothing_from_other_hosts(site):
    external = re.compile(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)]*")
    styles = {path.name: path.read_text(encoding="utf-8") for path in site.rglob("*.css")}
    assert "custom.css" in styles
    assert [name for name, text in styles.items() if external.search(text)] == []


@pytest.mark.parametrize("estimator", [MLPDigitClassifier(), ConvFeatureTransformer()])
def test_notebook_links_to_page_of_estimator(site, estimator):
    links = Page(estimator_html_repr(make_pipeline(estimator))).links
    pages = {urlsplit(link.removeprefix(SITE)).path for link in links if link.startswith(SITE)}
    assert pages == {f"api/skmnist.{type(estimator).__name__}.html"}
    assert all((site / page).is_file() for page in pages)
