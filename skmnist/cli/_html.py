"""An HTML page in a single file: its frame, tables and embedded figures."""

import base64
import html
import io
from datetime import date

from skmnist._version import __version__
from skmnist.base._files import destination
from skmnist.base._optional import optional

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: {headline}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #222; background: #f4f4f2; margin: 0; }}
main {{ max-width: 60rem; margin: auto; padding: 1rem; }}
section {{ background: #fff; border-radius: 0.5rem; padding: 0.5rem 1.2rem; margin: 1rem 0; }}
h1 {{ font-size: 1.6rem; overflow-wrap: anywhere; }}
h2 {{ font-size: 1.2rem; margin: 0.6rem 0 0; }}
p {{ margin: 0.2rem 0 0.8rem; color: #555; }}
pre {{ white-space: pre-wrap; }}
img {{ max-width: 100%; height: auto; }}
iframe {{ width: 100%; border: 0; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: 0.1rem 1rem; text-align: right; }}
thead {{ border-bottom: 1px solid #bbb; }}
.headline {{ font-size: 3rem; font-weight: 700; }}
</style>
</head>
<body><main>
<h1>{title}</h1>
<p><span class="headline">{headline}</span> {text}</p>
{sections}
<p>Report by skmnist {version} on {date}. The model:</p>
<pre>{model}</pre>
</main></body>
</html>
"""


def page(title, headline, text, sections, model):
    """Return the page; sections are tuples (title, explanation, content as HTML)."""
    parts = (
        f"<section><h2>{title}</h2>\n<p>{text}</p>\n{content}</section>"
        for title, text, content in sections
    )
    return PAGE.format(
        title=html.escape(title),
        headline=html.escape(headline),
        text=html.escape(text),
        version=__version__,
        date=date.today(),
        model=html.escape(str(model)),
        sections="\n".join(parts),
    )


def table(headers, rows):
    """Return a table as HTML."""
    head = "".join(f"<th>{html.escape(header)}</th>" for header in headers)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>"


def figure(plot, size, description):
    """Return a figure as HTML, with the picture embedded."""
    module = optional("matplotlib.figure", "skmnist report", "matplotlib")
    drawing = module.Figure(figsize=size, layout="constrained")
    plot(drawing.add_subplot())
    stream = io.BytesIO()
    drawing.savefig(stream, format="png", dpi=120)
    encoded = base64.b64encode(stream.getvalue()).decode("ascii")
    return f'<img alt="{description}" src="data:image/png;base64,{encoded}">'


def save_page(text, path):
    """Write a page atomically."""
    with destination(path) as file:
        file.write(text.encode("utf-8", errors="replace"))
