"""What the benchmarks share: taking turns, medians, reports, the machine, torch."""

import argparse
import importlib.util
import os
import platform
import shlex
import statistics
import sys
import time
from contextlib import suppress
from datetime import date
from importlib import metadata
from pathlib import Path

from threadpoolctl import threadpool_info

import skmnist

PAGES = Path(__file__).resolve().parents[2] / "docs" / "benchmarks"
PAUSE = 0.2  # idle threads of one BLAS spin for a while and would slow the next one

# ---- asking ----


def argument_parser(documentation, contenders=()):
    """Start a command line described by a docstring's first line."""
    parser = argparse.ArgumentParser(description=first_line(documentation))
    parser.add_argument(
        "--record",
        nargs="?",
        type=Path,
        const=PAGES,
        metavar="FOLDER",
        help="write a page in Markdown too, into docs/benchmarks unless a folder is named",
    )
    if contenders:
        names = ", ".join(contenders)
        parser.add_argument(
            "--only", nargs="+", choices=contenders, metavar="NAME", help=f"of {names}"
        )
    return parser


def first_line(documentation):
    """Say in one line what a docstring is about."""
    return documentation.partition("\n")[0]


# ---- taking turns ----


def seconds_of(function):
    """Time one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def interleave(contenders, n_rounds):
    """Give each contender a turn in each round, the first place going round.

    `contenders` maps a name to a function of the round's number; the results come
    back as a list for each name, in the order of the rounds.
    """
    names = list(contenders)
    results = {name: [] for name in names}
    for number in range(n_rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            time.sleep(PAUSE)
            results[name].append(contenders[name](number))
    return results


def choose(contenders, only=None):
    """Keep the contenders named in `only` (all, if None) that can run here."""
    chosen = {name: contenders[name] for name in only or contenders}
    if "torch" in chosen and importlib.util.find_spec("torch") is None:
        print("torch is not installed: left out")
        del chosen["torch"]
    return chosen


# ---- reporting ----


def median_and_spread(values, digits=2):
    """Write the median, then the least and the greatest value."""
    median, least, greatest = statistics.median(values), min(values), max(values)
    return f"{median:.{digits}f} ({least:.{digits}f} to {greatest:.{digits}f})"


def ratio(values, reference):
    """Take the median of the ratios, each within one round."""
    return statistics.median(a / b for a, b in zip(values, reference, strict=True))


def timing_table(timings, references, scale=1.0, digits=2):
    """Make one row a contender: median and spread, then ratios to the references."""
    references = [name for name in references if name in timings]
    headers = ["", "median (min to max)", *(f"/ {name}" for name in references)]
    rows = []
    for name, values in timings.items():
        spread = median_and_spread([scale * value for value in values], digits)
        ratios = [f"{ratio(values, timings[other]):.2f}" for other in references]
        rows.append([name, spread, *ratios])
    return headers, rows


def print_table(headers, rows):
    """Print columns as wide as they need to be, the first to the left."""
    lines = [[str(cell) for cell in line] for line in [headers, *rows]]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for name, *cells in lines:
        padded = [f"{cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True)]
        print("  ".join([f"{name:<{widths[0]}}", *padded]))


def markdown_table(headers, rows):
    """Write the same columns in Markdown, the first to the left."""
    rulers = ["---", *["---:"] * (len(headers) - 1)]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in [headers, rulers, *rows])


def write_whole(path, text):
    """Write a file so that there is the old one or the new one, and never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


class Report:
    """What a benchmark says: printed at once, and kept for a page of the documentation.

    The page has the name of the script and of the switches that are on, such as
    ``convolve_speed_memory``.
    """

    def __init__(self, script, documentation, arguments, argv=None):
        script = Path(script).stem
        switches = [name for name, value in vars(arguments).items() if value is True]
        given = shlex.join(sys.argv[1:] if argv is None else argv)
        self.name = "_".join([script, *switches])
        self.folder = arguments.record
        title = [first_line(documentation).rstrip("."), *(f"`--{each}`" for each in switches)]
        self.parts = [
            f"# {', '.join(title)}",
            f'`make bench NAME={script} ARGS="{given}"`, {date.today()}',
        ]
        self.line(machine())

    def line(self, text):
        """Say something."""
        print(text, flush=True)
        self.parts.append(text.strip())

    def heading(self, text):
        """Say what comes next."""
        print(f"\n{text}")
        self.parts.append(f"## {text}")

    def table(self, headers, rows):
        """Show a table."""
        print_table(headers, rows)
        self.parts.append(markdown_table(headers, rows))

    def record(self):
        """Write the page, if the command line asked for it."""
        if self.folder:
            write_whole(self.folder / f"{self.name}.md", "\n\n".join(self.parts) + "\n")


def cpu_model():
    """Name the processor."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def blas_threads():
    """Count the threads that NumPy's matrix products use."""
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return max((pool["num_threads"] for pool in pools), default=os.cpu_count())


def machine():
    """Describe what a benchmark ran on, in one line."""
    cpu = f"{cpu_model()}, {os.cpu_count()} cores, {blas_threads()} BLAS threads"
    versions = [f"Python {platform.python_version()}", f"skmnist {skmnist.__version__}"]
    for name in ["scikit-learn", "numpy", "scipy", "torch"]:
        with suppress(metadata.PackageNotFoundError):
            versions.append(f"{name} {metadata.version(name)}")
    return ", ".join([cpu, *versions])


# ---- memory ----


def process_memory(field):
    """Read a field of the process's status, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return 1024 * int(line.split()[1])
    raise RuntimeError(f"/proc/self/status has no {field}")


def forget_peak():
    """Set the high-water mark back to what is held now."""
    Path("/proc/self/clear_refs").write_text("5")


# ---- the network in torch ----


def torch_network(*output_layers, seed=0):
    """Build 784-512-256-10 with ReLU between, on as many threads as NumPy's BLAS."""
    import torch
    from torch import nn

    torch.set_num_threads(blas_threads())
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Linear(784, 512),
        nn.ReLU(),
        nn.Linear(512, 256),
        nn.ReLU(),
        nn.Linear(256, 10),
        *output_layers,
    )


def torch_epoch(network, optimizer, loss, X, Y, batch_size):
    """Go once over the data in a new order."""
    import torch

    for indices in torch.randperm(len(X)).split(batch_size):
        optimizer.zero_grad(set_to_none=True)
        out = network(X.index_select(0, indices))
        loss(out, Y.index_select(0, indices)).backward()
        optimizer.step()
