"""Time per point of a stroke on a drawing page, in milliseconds.

The script opens pages of skmnist.io.to_page in a headless Chromium, and draws an 8 with real mouse
events from the devtools protocol. After each event, the page computes what the network sees, the
answer and the layers, and paints all of it in the next frame. The script measures how long the work
of each frame takes, for

- ``784-512-256-10``: the default network;
- ``features``: a pipeline with the default features before this network;
- ``two layers``: two layers of kernels of 3 × 3 before this network.

The models are trained on a few images only, because the time does not depend on their accuracy. All
panels of a page are in the window, and so they are painted.

Run the script in the root of the repository (Selenium, chromium and chromedriver are required)::

    python examples/benchmarks/page_speed.py
    python examples/benchmarks/page_speed.py --rounds 9
"""

import math
import shutil
import statistics
import tempfile
import warnings
from pathlib import Path

from _common import Report, argument_parser, choose, interleave
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import make_pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.io import to_page

N_TRAIN = 2000
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
# Measures the work in each frame; the protocol adds it before the scripts of the page.
MEASURE = """
    window.frameTimes = [];
    const request = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (work) => request((time) => {
      const start = performance.now();
      work(time);
      document.body.getBoundingClientRect(); // the layout belongs to the work
      frameTimes.push(performance.now() - start);
    });
"""
BOX = """
    const { left, top, width } = document.getElementById("canvas").getBoundingClientRect();
    return [left, top, width];
"""


def classifier():
    """Return the default network, with little training."""
    return MLPDigitClassifier(max_iter=1, random_state=0)


def models():
    """Return a dict from candidates to functions that return a model."""
    return {
        "784-512-256-10": classifier,
        "features": lambda: make_pipeline(ConvFeatureTransformer(random_state=0), classifier()),
        "two layers": lambda: make_pipeline(
            ConvFeatureTransformer(n_kernels=(8, 16), kernel_size=3, random_state=0), classifier()
        ),
    }


def start_browser():
    """Return a browser whose window is high enough for all panels."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for flag in FLAGS:
        options.add_argument(flag)
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    browser = webdriver.Chrome(options=options, service=service)
    size = {"width": 1600, "height": 2600, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": MEASURE})
    return browser


def points_of_an_eight(n=60):
    """Return points on an 8, in units of the side of the canvas."""
    turns = [2 * math.pi * i / n for i in range(n + 1)]
    return [(0.5 + 0.16 * math.sin(2 * turn), 0.5 - 0.3 * math.cos(turn)) for turn in turns]


def frame_times(browser, address):
    """Draw an 8, and return the milliseconds of each frame."""
    browser.get("about:blank")
    browser.get(address)
    left, top, side = browser.execute_script(BOX)
    points = [(left + x * side, top + y * side) for x, y in points_of_an_eight()]

    def send(kind, point, buttons):
        event = {"type": kind, "x": point[0], "y": point[1], "button": "left", "buttons": buttons}
        browser.execute_cdp_cmd("Input.dispatchMouseEvent", {**event, "clickCount": 1})

    send("mousePressed", points[0], 1)
    browser.execute_script("frameTimes.length = 0")
    for point in points[1:]:
        send("mouseMoved", point, 1)
    send("mouseReleased", points[-1], 0)
    return browser.execute_script("return frameTimes")


def measure(browser, pages, n_rounds):
    """Return the times of all frames of each page, after one round that is not counted."""
    candidates = {
        name: lambda _round, address=address: frame_times(browser, address)
        for name, address in pages.items()
    }
    interleave(candidates, 1)
    rounds = interleave(candidates, n_rounds)
    return {name: [time for times in lists for time in times] for name, lists in rounds.items()}


def rows_of(times):
    """Return one row per page: the median, the 95th percentile, the maximum, and the frames."""
    for name, values in times.items():
        limits = statistics.quantiles(values, n=20)[-1]
        figures = (statistics.median(values), limits, max(values))
        yield [name, *(f"{value:.1f}" for value in figures), len(values)]


def main(argv=None):
    """Draw on each page, and print a table."""
    parser = argument_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args(argv)
    warnings.simplefilter("ignore", ConvergenceWarning)
    X, y = load_mnist(subset="train", return_X_y=True)

    report = Report(__file__, __doc__, arguments, argv)
    browser = start_browser()
    try:
        with tempfile.TemporaryDirectory() as folder:
            pages = {}
            for number, (name, make) in enumerate(choose(models()).items()):
                path = Path(folder) / f"{number}.html"
                to_page(make().fit(X[:N_TRAIN], y[:N_TRAIN]), precision="8 bits").save(path)
                pages[name] = path.as_uri()
            times = measure(browser, pages, arguments.rounds)
        report.line(f"Chromium {browser.capabilities['browserVersion']}, headless")
    finally:
        browser.quit()
    report.heading(f"milliseconds per frame while one draws, {arguments.rounds} rounds")
    report.table(["", "median", "95 %", "maximum", "frames"], list(rows_of(times)))
    report.record()


if __name__ == "__main__":
    main()
