"""The examples of the gallery ran, and quickly."""

from xml.etree import ElementTree

LIMIT = 20  # seconds


def test_no_example_takes_long(site):
    cases = list(ElementTree.parse(site.parent / "docs-examples.xml").iter("testcase"))
    assert cases
    slow = {case.get("file"): case.get("time") for case in cases if float(case.get("time")) > LIMIT}
    assert not slow
