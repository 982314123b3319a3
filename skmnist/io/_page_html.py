"""Put the style, the JavaScript and the model of a page into one HTML file."""

import base64
import hashlib
import html
import json
import re
from importlib.resources import files

_FOLDER = files(__package__) / "page"
# JavaScript reads the files in this order, as one script; main.js starts the page.
_COMPUTING = (
    *("numbers", "activations", "mlp", "simplex"),
    *("convolution", "steps", "contributions", "see"),
)
_SHOWING = (
    *("colours", "elements", "labels", "pictures", "ink", "drawing", "grids", "fields", "lens"),
    *("maps", "answer", "seen", "corrections", "mistakes", "about", "main"),
)


def page_html(model):
    """Return the page for the contents of a model, which JSON can represent."""
    style, script = _read("style.css"), _script()
    parts = {
        "title": _in_ascii(html.escape(model["title"])),
        "csp": html.escape(_policy(script, style)),
        "style": style,
        "script": script,
        # A browser would end the script at </script>.
        "model": json.dumps(model, allow_nan=False).replace("<", "\\u003c"),
    }
    # In a single pass, so that no part can contain the name of another one.
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _in_ascii(_read("page.html")))


def _in_ascii(text):
    """Return HTML whose characters do not depend on an encoding: a frame has that of its page."""
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _read(name):
    """Return the text of a file of the page."""
    return (_FOLDER / name).read_text(encoding="utf-8")


def _script():
    """Return all JavaScript as one script, whose names are visible only in it."""
    text = "\n".join(_read(f"{name}.js") for name in (*_COMPUTING, *_SHOWING))
    return f'"use strict";\n(() => {{\n{text}}})();\n'


def _policy(script, style):
    """Return the policy that lets the browser run and load nothing but the content of the page."""
    return (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _hash(text):
    """Return the hash by which a policy allows a script or a style."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
