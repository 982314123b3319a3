"""The command line of all records: train with several seeds, count the errors, write the page.

A record is a function ``train(X, y, seed)`` that returns a fitted classifier, a heading, and
published error rates of similar models. Settings are chosen on 10,000 training images that are held
out. With ``--test``, the model is trained on all 60,000 training images, its errors on the 10,000
test images are counted, and the line of the record in ``docs/accuracy.md`` is written.
"""

import argparse
import json
import shlex
import sys
import time
from datetime import date
from pathlib import Path
from statistics import mean

from sklearn.model_selection import train_test_split

from skmnist.datasets import load_mnist

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "examples" / "benchmarks"))
from _common import machine, write_atomically  # noqa: E402
from _drawings import load_drawings  # noqa: E402

RESULTS = Path(__file__).with_name("results")
PAGE = ROOT / "docs" / "accuracy.md"
BEGIN, END = "<!-- records -->", "<!-- end of records -->"


def main(script, documentation, train, *, title, published="", argv=None):
    """Train with each seed and print the error rates; with ``--test``, also write the page."""
    parser = argparse.ArgumentParser(description=documentation.partition("\n")[0])
    parser.add_argument("--test", action="store_true", help="count the errors on the test images")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], metavar="N")
    arguments = parser.parse_args(argv)
    images = split(arguments.test)
    drawings = load_drawings() if arguments.test else None
    print(f"{title}: {len(images[0]):,} training images, {len(images[1]):,} others")
    print(machine(), flush=True)
    runs = [run(train, seed, *images, drawings) for seed in arguments.seeds]
    errors, of_drawings, seconds = zip(*runs, strict=True)
    print(f"mean: {mean(errors):.3f} % ({mean(seconds):.0f} s)")
    if arguments.test:
        options = shlex.join(sys.argv[1:] if argv is None else argv)
        result = {
            "title": title,
            "published": published,
            "errors": errors,
            "errors_on_drawings": of_drawings,
            "seconds": seconds,
            "command": f"python examples/records/{Path(script).name} {options}",
            "machine": machine(),
            "date": str(date.today()),
        }
        write_atomically(RESULTS / f"{Path(script).stem}.json", json.dumps(result, indent=1) + "\n")
        write_page()


def split(test):
    """Return training images, images for the error rate, and the labels of both."""
    X, y = load_mnist(subset="train", return_X_y=True)
    if not test:
        return train_test_split(X, y, test_size=1 / 6, stratify=y, random_state=0)
    X_test, y_test = load_mnist(subset="test", return_X_y=True)
    return X, X_test, y, y_test


def run(train, seed, X, X_test, y, y_test, drawings):
    """Return the error rates in percent, on the drawings too if there are any, and the seconds."""
    start = time.perf_counter()
    model = train(X, y, seed)
    seconds = time.perf_counter() - start
    error = error_rate(model, X_test, y_test)
    of_drawings = error_rate(model, *drawings) if drawings else None
    more = f", drawings: {of_drawings:.1f} %" if drawings else ""
    print(f"seed {seed}: {error:.2f} % ({seconds:.0f} s){more}", flush=True)
    return error, of_drawings, seconds


def error_rate(model, X, y):
    """Return the percentage of images that are classified wrongly."""
    return 100 * (1 - model.score(X, y))


def write_page():
    """Write the lines of all records into the page."""
    results = [json.loads(path.read_text()) for path in sorted(RESULTS.glob("*.json"))]
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = [
        "| model | test error, % | of each seed | drawings, % | seconds | published, % | command |",
        "| --- | ---: | --- | ---: | ---: | --- | --- |",
        *map(page_line, results),
    ]
    machines = sorted({f"{each['machine']} ({each['date']})" for each in results})
    parts = [before + BEGIN, "\n".join(lines), "Measured on: " + "; ".join(machines) + ".", END]
    write_atomically(PAGE, "\n\n".join(parts) + after)


def page_line(result):
    """Return the line of a record in the table of the page."""
    errors = result["errors"]
    cells = [
        result["title"],
        f"{mean(errors):.2f}",
        ", ".join(f"{error:.2f}" for error in errors),
        f"{mean(result['errors_on_drawings']):.1f}",
        f"{mean(result['seconds']):.0f}",
        result["published"],
        f"`{result['command']}`",
    ]
    return f"| {' | '.join(cells)} |"
