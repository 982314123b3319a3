"""Sphinx configuration; `make docs` builds the documentation."""

import re
import sys
import warnings
from pathlib import Path

from docutils import nodes

sys.path.insert(0, str(Path(__file__).parent))

import drawing_page

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
# The tables are included in a page, and the checks read the times: these files are not pages.
exclude_patterns = ["benchmarks/*", "sg_execution_times.rst", "**/sg_execution_times.rst"]
suppress_warnings = ["config.cache"]  # the settings of the gallery contain a function

highlight_language = "none"  # a block without a language is not Python
default_role = "literal"  # for `name` in a docstring
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
# "source:" is for the links that link_to_source_pages makes.
myst_url_schemes = {"http": None, "https": None, "mailto": None, "source": "{{path}}#{{fragment}}"}
copybutton_prompt_text = r">>> |\.\.\. "  # copies the code, without the output
copybutton_prompt_is_regexp = True

toc_object_entries_show_parents = "hide"
autodoc_typehints = "none"  # the docstrings describe the types
numpydoc_show_class_members = False  # autodoc documents them in full


def warnings_are_errors(gallery_conf, file, when):
    """Make warnings errors in the examples, but not in Sphinx and its extensions."""
    warnings.simplefilter("error" if when == "before" else "ignore")


sphinx_gallery_conf = {
    "examples_dirs": ["../examples"],
    "gallery_dirs": ["auto_examples"],
    "filename_pattern": r"/plot_",
    "ignore_pattern": r"^(?!plot_)",  # other scripts are not part of the gallery
    "within_subsection_order": "FileNameSortKey",
    "nested_sections": True,  # for the page of the lecture
    "reset_modules": ("matplotlib", warnings_are_errors),
    "reset_modules_order": "both",
    "run_stale_examples": True,  # skmnist may have changed since the last run
    "junit": "../docs-examples.xml",  # times of the examples, for docs/checks
    "doc_module": ("skmnist",),
    "reference_url": {"skmnist": None},
    "backreferences_dir": "backreferences",
    "inspect_global_variables": False,
    "show_signature": False,
    "capture_repr": (),  # examples print their results
    "download_all_examples": False,
}

html_theme = "pydata_sphinx_theme"
html_title = "skmnist"
html_baseurl = SITE
html_context = {"default_mode": "auto"}  # without it, the theme logs a warning in the browser
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_logo = html_favicon = "_static/logo.svg"
html_show_sourcelink = html_use_index = html_domain_indices = False  # use the search instead
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
    """Make links to lines of source files refer to the pages below instead of to the repository."""
    linked_sources.update(file for file, _ in SOURCE_LINK.findall(source[0]))
    source[0] = SOURCE_LINK.sub(r"](source:\1.html#L-\2)", source[0])


def source_pages(app):
    """Yield a page for each source file that a page of the documentation links to."""
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
    if node.get("refdomain") == "py" and target.startswith("sklearn."):
        page = f"https://scikit-learn.org/stable/modules/generated/{target}.html"
        return nodes.reference("", "", content, refuri=page, internal=False)
    if node.get("refdomain") == "std" and node.get("refdoc", "").startswith("api/"):
        return content
    return None


def write_drawing_page(app, exception):
    """Write the page that the front page links to, next to the pages of Sphinx."""
    if exception is None and app.builder.format == "html":
        drawing_page.write(Path(app.outdir, "draw.html"))


def setup(app):
    """Connect the functions above to Sphinx."""
    app.connect("missing-reference", link_or_leave)
    app.connect("source-read", link_to_source_pages)
    app.connect("html-collect-pages", source_pages)
    app.connect("build-finished", write_drawing_page)
