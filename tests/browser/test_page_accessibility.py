"""The page for people who use a screen reader, a keyboard, large text or less motion."""

import io
import itertools
import json
import shutil
import subprocess
import tarfile

import pytest
from page_events import DIGITS, click, draw_with_mouse, press
from page_models import feature_model, open_page, plain_model

AXE = "axe-core@4.14.1"
RUN_AXE = """
    const done = arguments[0];
    axe.run(document, { resultTypes: ["violations"] }).then(
      (results) => done(results.violations.map((each) =>
        [each.id, each.help, ...each.nodes.map((node) => node.html.slice(0, 200))])),
      (error) => done([String(error)]));
"""


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    """Return the source of axe-core, from npm."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("axe-core requires npm.")
    folder = tmp_path_factory.mktemp("axe")
    command = [npm, "pack", "--silent", AXE]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode:
        pytest.skip(f"npm cannot download {AXE}: {run.stderr[-200:]}")
    [archive] = folder.glob("*.tgz")
    with tarfile.open(archive) as files:
        return io.TextIOWrapper(files.extractfile("package/axe.min.js"), "utf-8").read()


def violations(browser, axe):
    # The page forbids scripts of others, so the devtools protocol adds this one.
    browser.execute_cdp_cmd("Runtime.evaluate", {"expression": axe})
    return browser.execute_async_script(RUN_AXE)


@pytest.mark.parametrize("make_model", [plain_model, feature_model])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_no_violation(browser, tmp_path, axe, make_model, scheme, width):
    open_page(browser, tmp_path, make_model, width, scheme=scheme)
    assert violations(browser, axe) == []
    draw_with_mouse(browser, DIGITS["4"])
    click(browser, "#choices button:nth-child(10)")
    click(browser, "#outputs li:nth-child(3) button")
    for summary in ("#numbers summary", "footer summary"):
        click(browser, summary)
    assert violations(browser, axe) == []


def test_axe_finds_a_violation_that_is_there(browser, tmp_path, axe):
    open_page(browser, tmp_path, plain_model)
    browser.execute_script("document.getElementById('canvas').removeAttribute('aria-label')")
    browser.execute_script("document.body.append(document.createElement('button'))")
    assert violations(browser, axe) != []


def test_every_control_has_a_visible_focus(browser, tmp_path):
    open_page(browser, tmp_path, feature_model)
    draw_with_mouse(browser, DIGITS["4"])
    click(browser, "#choices button:nth-child(10)")
    browser.execute_script("document.activeElement.blur(); scrollTo(0, 0)")
    n = browser.execute_script(
        "return document.querySelectorAll('button:enabled, summary, [tabindex=\"0\"]').length"
    )
    focused = set()
    for _ in range(n + 2):
        press(browser, "Tab", "Tab")
        outline = browser.execute_script("""
            const element = document.activeElement;
            if (element === document.body) return null;
            element.dataset.number ??= document.querySelectorAll("[data-number]").length;
            const { outlineStyle, outlineWidth } = getComputedStyle(element);
            return [element.dataset.number, outlineStyle, parseFloat(outlineWidth)];
        """)
        if outline:
            focused.add(outline[0])
            assert outline[1] == "solid"
            assert outline[2] >= 2
    assert len(focused) == n


def test_landmarks_and_headings_are_in_order(browser, tmp_path):
    open_page(browser, tmp_path, plain_model)
    found = browser.execute_script(
        "return [...document.querySelectorAll('h1, h2, h3')].map((each) => each.tagName)"
    )
    assert found[0] == "H1"
    assert found.count("H1") == 1
    levels = [int(name[1]) for name in found]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    for landmark in ("header", "main", "footer"):
        assert browser.execute_script(f"return document.querySelectorAll('{landmark}').length") == 1
    assert browser.execute_script("return document.documentElement.lang") == "en"


def test_nothing_moves_with_reduced_motion(browser, tmp_path):
    open_page(browser, tmp_path, plain_model, motion="reduce")
    moving = browser.execute_script("""
        return [...document.querySelectorAll("*")].filter((each) => {
          const style = getComputedStyle(each);
          return parseFloat(style.transitionDuration) > 0 || style.animationName !== "none";
        }).length;
    """)
    assert moving == 0


def test_status_is_polite(browser, tmp_path):
    open_page(browser, tmp_path, plain_model)
    tree = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    status = [node for node in tree if node.get("role", {}).get("value") == "status"]
    assert len(status) == 1
    live = {each["name"]: each["value"].get("value") for each in status[0]["properties"]}
    assert live["live"] == "polite"


def test_label_buttons_have_names_of_classes(browser, tmp_path):
    open_page(browser, tmp_path, plain_model)
    draw_with_mouse(browser, DIGITS["4"])
    tree = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    buttons = [
        node["name"]["value"] for node in tree if node.get("role", {}).get("value") == "button"
    ]
    assert json.dumps(list("0123456789"))[1:-1] in json.dumps(buttons)
