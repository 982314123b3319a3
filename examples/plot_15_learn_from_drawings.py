"""
Learning from corrected drawings
================================

People do not write like the people whose digits are in MNIST. In some countries, a 1 has a long
stroke that leads up to it, and most models read it as a 4 or a 7. Such a model can learn from you:
draw on its page, say what you have drawn if the model is wrong, save the drawings, and train the
model on them.
"""

import base64
import json
import os
import tempfile
from copy import deepcopy

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image, ImageDraw

from skmnist import DigitDistorter, MLPDigitClassifier
from skmnist.datasets import load_mnist, photo_to_digit, read_drawings
from skmnist.displays import DigitGridDisplay
from skmnist.io import to_page

X, y = load_mnist(return_X_y=True)
X_held_out, y_held_out, X, y = X[50_000:], y[50_000:], X[:5000], y[:5000]
classifier = MLPDigitClassifier(max_iter=12, random_state=0).fit(X, y)

# %%
# This writes the page. Open it in a browser, and draw. If the answer is wrong, press the button of
# the right digit. The button *Save* then saves your drawings in the file ``drawings.json``.

folder = tempfile.mkdtemp()
to_page(classifier).save(os.path.join(folder, "draw.html"))

# %%
# Nobody draws while this example runs, so the following functions imitate a person, and write the
# same file as the page. To use your own drawings, leave out this part.


def arc(x, y, width, height, start, stop):
    """Return points on an arc; the angles are in degrees."""
    angles = np.radians(np.linspace(start, stop, 20))
    return [*zip(x + width * np.cos(angles), y + height * np.sin(angles), strict=True)]


HABITS = [
    [arc(0.5, 0.5, 0.22, 0.35, -90, 270), [(0.68, 0.2), (0.32, 0.8)]],
    [[(0.25, 0.55), (0.58, 0.15), (0.58, 0.87)]],
    [[(0.3, 0.2), (0.7, 0.2), (0.7, 0.5), (0.3, 0.5), (0.3, 0.85), (0.72, 0.85)]],
    [[(0.3, 0.15), (0.7, 0.15), (0.48, 0.42), *arc(0.47, 0.62, 0.22, 0.22, -80, 150)]],
    [[(0.3, 0.15), (0.25, 0.55), (0.72, 0.55)], [(0.72, 0.15), (0.72, 0.88)]],
    [[(0.7, 0.2), (0.3, 0.2), (0.3, 0.5), (0.7, 0.5), (0.7, 0.85), (0.3, 0.85)]],
    [[(0.62, 0.12), (0.42, 0.4), *arc(0.5, 0.66, 0.18, 0.2, 180, 540)]],
    [[(0.25, 0.15), (0.75, 0.15), (0.42, 0.88)], [(0.3, 0.5), (0.72, 0.5)]],
    [[*arc(0.5, 0.32, 0.16, 0.17, 90, 450), *arc(0.5, 0.68, 0.2, 0.19, -90, 270)]],
    [[*arc(0.48, 0.34, 0.18, 0.2, 0, 360), (0.66, 0.34), (0.66, 0.88)]],
]


def strokes_of(digit, rng):
    """Return the strokes of a digit, which look a little different each time."""
    turn, slant = rng.normal(0, [0.12, 0.15])
    width, height = rng.normal(0.85, 0.08, 2)
    bend = np.array([[width, turn], [slant - turn, height]])
    moved = (np.array(stroke) - 0.5 + rng.normal(0, 0.02, 2) for stroke in HABITS[digit])
    return [np.clip(0.5 + points @ bend, 0, 1) for points in moved]


def pixels_of(strokes):
    """Return strokes as an image like those of MNIST."""
    picture = Image.new("L", (150, 150))
    for stroke in strokes:
        line = [tuple(point) for point in 150 * stroke]
        ImageDraw.Draw(picture).line(line, fill=255, width=11, joint="curve")
    return photo_to_digit(np.asarray(picture))


def draw(digits, path, rng):
    """Draw digits and save them with their labels, as the page does."""
    drawings = []
    for digit in digits:
        strokes = strokes_of(digit, rng)
        pixels = pixels_of(strokes)
        [predicted] = classifier.predict(pixels.reshape(1, -1))
        drawings.append(
            {
                "label": str(digit),
                "predicted": str(predicted),
                "strokes": [stroke.tolist() for stroke in strokes],
                "pixels": base64.b64encode(pixels).decode(),
            }
        )
    page = {"format": "skmnist drawings", "version": 1, "side": 28, "drawings": drawings}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(page, file)


path, later = (os.path.join(folder, name) for name in ("drawings.json", "later.json"))
draw(np.tile(np.arange(10), 6), path, np.random.default_rng(0))
draw(np.tile(np.arange(10), 12), later, np.random.default_rng(1))

# %%
# ``read_drawings`` reads the file. The person has drawn each digit six times, and the model was
# often wrong, in particular for the 1.

drawings = read_drawings(path)
print(f"{np.sum(drawings.predicted != drawings.target)} of {len(drawings.data)} read wrongly")
DigitGridDisplay.from_estimator(classifier, drawings.data, drawings.target)
plt.show()

# %%
# The drawings alone are not enough: a model that is trained on nothing else forgets how other
# people write. Therefore it is trained on the images of MNIST as well, and to learn the shapes
# instead of these pixels, on distorted copies of the drawings. There are so many copies that about
# one image in ten is a drawing.
#
# A few more epochs are sufficient. With ``warm_start=True``, the step size continues to decrease as
# if they had been planned, so the model changes only a little.

more_drawings = read_drawings(later)  # drawn later, to see whether the model has learned


def print_error_rates(name, classifier):
    new = 1 - classifier.score(more_drawings.data, more_drawings.target)
    old = 1 - classifier.score(X_held_out, y_held_out)
    print(f"{name:25s} new drawings: {new:6.1%}   MNIST: {old:.1%}")


print_error_rates("before", classifier)

distorter = DigitDistorter()
copies = [distorter.distort(drawings.data, random_state=seed) for seed in range(8)]
X_both = np.concatenate([X, *copies])
y_both = np.concatenate([y, np.tile(drawings.target, 8)])
better = deepcopy(classifier)
better.set_params(warm_start=True, max_iter=better.n_iter_ + 8).fit(X_both, y_both)
print_error_rates("after", better)

forgetful = deepcopy(classifier)
for _ in range(50):
    forgetful.partial_fit(drawings.data, drawings.target)
print_error_rates("on the drawings alone", forgetful)

# %%
# These are the new drawings that the better model still reads wrongly, if there are any.

DigitGridDisplay.from_estimator(better, more_drawings.data, more_drawings.target, n_images=20)
plt.show()

# %%
# On the command line, the same is done by::
#
#     skmnist train --distort --out digits.joblib
#     skmnist draw digits.joblib
#     skmnist train --resume digits.joblib --drawings drawings.json --out better.joblib
#     skmnist draw better.joblib
