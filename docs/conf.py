"""How the documentation is built: make docs."""

import re
import warnings
from pathlib import Path

from docutils import nodes
from sphinx.util.osutil import relative_uri

import skmnist
from skmnist.base._doc_link import SITE

project = "skmnist"
author = copyright = "The skmnist developers"
version = release = skmnist.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
templates_path = ["_templates"]
# Tables that a page includes, and times that the checks read, are no pages of their own.
exclude_patterns = ["benchmarks/*", "sg_execution_times.rst", "**/sg_execution_times.rst"]
suppress_warnings = ["config.cache"]  # the gallery's settings have a function

highlight_language = "none"  # a block that names no language is no Python
default_role = "literal"  # `name` in a docstring
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
copybutton_prompt_text = r">>> |\.\.\. "  # copied are the lines after it, without output
copybutton_prompt_is_regexp = True

toc_object_entries_show_parents = "hide"
autodoc_typehints = "none"  # the docstrings say it in words
numpydoc_show_class_members = False  # the page lists them anyway, in full


def warnings_are_errors(gallery_conf, file, when):
    """Let an example fail for a warning, but not Sphinx and its extensions."""
    warnings.simplefilter("error" if when == "before" else "ignore")


sphinx_gallery_conf = {
    "examples_dirs": ["../examples"],
    "gallery_dirs": ["auto_examples"],
    "filename_pattern": r"/plot_",
    "ignore_pattern": r"^(?!plot_)",  # the other scripts are not shown either
    "within_subsection_order": "FileNameSortKey",
    "nested_sections": True,  # the lecture has a page of its own
    "reset_modules": ("matplotlib", warnings_are_errors),
    "reset_modules_order": "both",
    "run_stale_examples": True,  # the code may have changed although the example has not
    "junit": "../docs-examples.xml",  # how long each took: docs/checks reads it
    "doc_module": ("skmnist",),
    "reference_url": {"skmnist": None},
    "backreferences_dir": "backreferences",
    "inspect_global_variables": False,
    "show_signature": False,
    "capture_repr": (),  # examples print what they want to show
    "download_all_examples": False,
}

html_theme = "pydata_sphinx_theme"
html_title = "skmnist"
html_baseurl = SITE
html_context = {"default_mode": "auto"}  # the theme complains in the console without it
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_logo = html_favicon = "_static/logo.svg"
html_show_sourcelink = html_use_index = html_domain_indices = False  # there is the search
html_sidebars = {"index": [], "benchmarks": [], "architecture": []}
html_theme_options = {
    "logo": {"text": "skmnist"},
    "header_links_before_dropdown": 5,
    "navbar_align": "left",
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
}


SOURCE_LINK = re.compile(r"\]\(\.\./(skmnist/\S+)\.py#L(\d+)\)")
linked_sources = set()


def link_to_source_pages(app, docname, source):
    """Let links to lines of the source lead to the pages below, instead of to a repository."""
    linked_sources.update(file for file, _ in SOURCE_LINK.findall(source[0]))
    source[0] = SOURCE_LINK.sub(r"](\1.html#L-\2)", source[0])


def source_pages(app):
    """Yield a page for each file of the source that a page links to a line of."""
    for file in sorted(linked_sources):
        code = Path(app.srcdir, "..", f"{file}.py").read_text(encoding="utf-8")
        body = app.builder.highlighter.highlight_block(code, "python", lineanchors="L")
        yield file, {"title": f"{file}.py", "body": f"<h1>{file}.py</h1>{body}"}, "page.html"


def link_or_leave(app, env, node, content):
    """Link scikit-learn's classes and functions; show references to its guide as plain text.

    The docstrings of inherited methods contain such references. No inventory is downloaded,
    because scikit-learn's addresses follow from the names.
    """
    target = node["reftarget"]
    if target.partition(".html#")[0] in linked_sources:
        here = app.builder.get_target_uri(node["refdoc"])
        return nodes.reference("", "", content, refuri=relative_uri(here, target), internal=True)
    if node.get("refdomain") == "py" and target.startswith("sklearn."):
        page = f"https://scikit-learn.org/stable/modules/generated/{target}.html"
        return nodes.reference("", "", content, refuri=page, internal=False)
    if node.get("refdomain") == "std" and node.get("refdoc", "").startswith("api/"):
        return content
    return None


def setup(app):
    """Connect the functions above to Sphinx."""
    app.connect("missing-reference", link_or_leave)
    app.connect("source-read", link_to_source_pages)
    app.connect("html-collect-pages", source_pages)
