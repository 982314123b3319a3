"""Update the line numbers in lecture_in_the_code.md: python docs/lecture_lines.py."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/lecture_in_the_code.md"
LINK = re.compile(r"`(?P<code>[^`]+)` \| \[(?P<file>\S+), \d+\]\(\.\./skmnist/\S+#L\d+\)")


def find_line(file, code):
    """Return the number of the first line of a file that contains the code."""
    lines = (ROOT / "skmnist" / file).read_text(encoding="utf-8").splitlines()
    found = (number for number, line in enumerate(lines, start=1) if code in line)
    number = next(found, None)
    if number is None:
        raise ValueError(f"skmnist/{file} must contain the code `{code}` of {PAGE.name}.")
    return number


def with_current_lines(text):
    """Return the page with links to the lines that contain the code."""

    def link(row):
        code, file = row["code"], row["file"]
        line = find_line(file, code)
        return f"`{code}` | [{file}, {line}](../skmnist/{file}#L{line})"

    return LINK.sub(link, text)


if __name__ == "__main__":
    PAGE.write_text(with_current_lines(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
