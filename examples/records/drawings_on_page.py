"""Read the 500 drawings of the records with a saved model, in Python and on a page to draw on.

Python reads the rendered drawings, converted by `photo_to_digit`; the page reads the strokes, and
draws all of them with the same pen. Run the script in the root of the repository (Selenium,
chromium and chromedriver are required)::

    skmnist train --distort --epochs 10 --out model.joblib
    python examples/records/drawings_on_page.py model.joblib
"""

import argparse
import tempfile
from pathlib import Path

import joblib
import numpy as np
from _drawings import as_rows, draw_digits
from _record import machine  # this import makes the benchmarks importable
from page_speed import start_browser

from skmnist.io import to_page

READ = """
return arguments[0].map((strokes) => {
  const pixels = skmnist.see(strokes);
  return [Array.from(pixels), skmnist.predict(pixels).label];
});
"""


def main(argv=None):
    """Read the drawings in both ways, and print how many are right and how many agree."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", help="a model for MNIST, saved by joblib")
    model = joblib.load(parser.parse_args(argv).model)
    drawings, digits = draw_digits()
    images = as_rows(drawings)
    in_python = model.predict(images).astype(str)
    seen, on_page = read_on_page(model, drawings)
    print(machine())
    print(f"right in Python: {np.mean(in_python == digits.astype(str)):.1%}")
    print(f"right on the page: {np.mean(on_page == digits.astype(str)):.1%}")
    print(f"the same label: {np.mean(on_page == in_python):.1%}")
    print(f"mean difference of the pixels: {np.mean(abs(seen - images)):.1f} grey levels")


def read_on_page(model, drawings):
    """Return the pixels that the page sees, as floats, and its labels."""
    strokes = [[stroke.tolist() for stroke in drawing.strokes] for drawing in drawings]
    browser = start_browser()
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "draw.html"
            to_page(model).save(path)
            browser.get(path.as_uri())
            pixels, labels = zip(*browser.execute_script(READ, strokes), strict=True)
    finally:
        browser.quit()
    return np.array(pixels, dtype=float), np.array(labels)


if __name__ == "__main__":
    main()
