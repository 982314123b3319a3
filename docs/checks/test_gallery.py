"""The examples of the gallery were run, and none takes long."""

from xml.etree import ElementTree

LIMIT = 20  # seconds


def test_examples_are_fast(site):
    cases = list(ElementTree.parse(site.parent / "docs-examples.xml").iter("testcase"))
    assert cases
    slow = {case.get("file"): case.get("time") for case in cases if float(case.get("time")) > LIMIT}
    assert not slow
