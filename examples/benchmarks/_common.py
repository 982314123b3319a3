"""Functions for all benchmarks: command line, rounds, reports, machine, memory, torch."""

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
# Idle BLAS threads keep a core busy for a while, which would slow the next candidate.
PAUSE = 0.2  # seconds

# ---- command line ----


def argument_parser(documentation, candidates=()):
    """Return a parser whose description is the first line of the docstring of a script."""
    parser = argparse.ArgumentParser(description=first_line(documentation))
    parser.add_argument(
        "--record",
        nargs="?",
        type=Path,
        const=PAGES,
        metavar="FOLDER",
        help="also write a page in Markdown into this folder (default: docs/benchmarks)",
    )
    if candidates:
        names = ", ".join(candidates)
        parser.add_argument(
            "--only",
            nargs="+",
            choices=candidates,
            metavar="NAME",
            help=f"measure only some of {names}",
        )
    return parser


def first_line(documentation):
    """Return the first line of a docstring."""
    return documentation.partition("\n")[0]


# ---- rounds ----


def seconds_of(function):
    """Return the seconds that one call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def interleave(candidates, n_rounds):
    """Measure each candidate once per round; the first candidate changes from round to round.

    `candidates` maps names to functions of the number of the round. The results are returned as a
    dict from names to lists, in the order of the rounds.
    """
    names = list(candidates)
    results = {name: [] for name in names}
    for number in range(n_rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            time.sleep(PAUSE)
            results[name].append(candidates[name](number))
    return results


def choose(candidates, only=None):
    """Return the candidates named in `only` (None: all), without torch if it is not installed."""
    chosen = {name: candidates[name] for name in only or candidates}
    if "torch" in chosen and importlib.util.find_spec("torch") is None:
        print("torch is not installed and is left out.")
        del chosen["torch"]
    return chosen


# ---- reports ----


def median_and_spread(values, digits=2):
    """Return the median with the minimum and the maximum as text."""
    median, lowest, highest = statistics.median(values), min(values), max(values)
    return f"{median:.{digits}f} ({lowest:.{digits}f} to {highest:.{digits}f})"


def ratio(values, reference):
    """Return the median of the ratios within each round."""
    return statistics.median(a / b for a, b in zip(values, reference, strict=True))


def timing_table(timings, references, scale=1.0, digits=2):
    """Return headers and one row per candidate: median, spread and ratios to the references."""
    references = [name for name in references if name in timings]
    headers = ["", "median (min to max)", *(f"/ {name}" for name in references)]
    rows = []
    for name, values in timings.items():
        spread = median_and_spread([scale * value for value in values], digits)
        ratios = [f"{ratio(values, timings[other]):.2f}" for other in references]
        rows.append([name, spread, *ratios])
    return headers, rows


def print_table(headers, rows):
    """Print a table with aligned columns, the first one aligned to the left."""
    lines = [[str(cell) for cell in line] for line in [headers, *rows]]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for name, *cells in lines:
        padded = [f"{cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True)]
        print("  ".join([f"{name:<{widths[0]}}", *padded]))


def markdown_table(headers, rows):
    """Return the same table in Markdown."""
    rulers = ["---", *["---:"] * (len(headers) - 1)]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in [headers, rulers, *rows])


def write_atomically(path, text):
    """Write a file; it replaces an existing one only when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


class Report:
    """The output of a benchmark, which is printed, and can be saved as a page of the documentation.

    The name of the page consists of the name of the script and the switches that are set, such as
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
        """Add a line of text."""
        print(text, flush=True)
        self.parts.append(text.strip())

    def heading(self, text):
        """Add a heading."""
        print(f"\n{text}")
        self.parts.append(f"## {text}")

    def table(self, headers, rows):
        """Add a table."""
        print_table(headers, rows)
        self.parts.append(markdown_table(headers, rows))

    def record(self):
        """Write the page if the command line contains --record."""
        if self.folder:
            write_atomically(self.folder / f"{self.name}.md", "\n\n".join(self.parts) + "\n")


def cpu_model():
    """Return the name of the processor."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def blas_threads():
    """Return the number of threads of NumPy's matrix products."""
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return max((pool["num_threads"] for pool in pools), default=os.cpu_count())


def machine():
    """Return a line that describes the machine and the versions."""
    cpu = f"{cpu_model()}, {os.cpu_count()} cores, {blas_threads()} BLAS threads"
    versions = [f"Python {platform.python_version()}", f"skmnist {skmnist.__version__}"]
    for name in ["scikit-learn", "numpy", "scipy", "torch"]:
        with suppress(metadata.PackageNotFoundError):
            versions.append(f"{name} {metadata.version(name)}")
    return ", ".join([cpu, *versions])


# ---- memory ----


def process_memory(field):
    """Return a field of the status of this process, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return 1024 * int(line.split()[1])
    raise RuntimeError(f"/proc/self/status does not contain {field}.")


def reset_peak():
    """Reset the peak memory of this process to its current memory."""
    Path("/proc/self/clear_refs").write_text("5")


# ---- the network in torch ----


def torch_network(*output_layers, seed=0):
    """Return the network 784-512-256-10 in torch, with as many threads as NumPy's BLAS."""
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
    """Train for one epoch, in a new random order."""
    import torch

    for indices in torch.randperm(len(X)).split(batch_size):
        optimizer.zero_grad(set_to_none=True)
        out = network(X.index_select(0, indices))
        loss(out, Y.index_select(0, indices)).backward()
        optimizer.step()
