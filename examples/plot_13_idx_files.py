"""
Other images, from IDX files
============================

The format of MNIST's files is used by other data sets too, with clothes or letters instead of
digits. Nothing in the classifier is made for digits only: see it read clothes by their names.
"""

import os
import tempfile

import matplotlib.pyplot as plt
import numpy as np

from skmnist import MLPDigitClassifier
from skmnist.datasets import read_idx, write_idx
from skmnist.displays import DigitGridDisplay

# %%
# Some clothes, made up here so that nothing need be downloaded. ``y`` counts the rows from the
# middle downwards, ``x`` the columns from the middle to either side, and ``w`` is the width.

SHAPES = {
    "bag": lambda x, y, w: (x < w) & (abs(y - 3) < 6) | (abs(np.hypot(x, y + 4) - 5) < 1),
    "dress": lambda x, y, w: (x < 2 + (y + 11) * w / 16) & (abs(y) < 11),
    "shirt": lambda x, y, w: (x < w - 2) & (abs(y) < 9) | (x < w + 4) & (abs(y + 6) < 3),
    "trousers": lambda x, y, w: (x < w - 1) & (abs(y) < 11) & ((x > 1.5) | (y < -6)),
}
names = np.array(list(SHAPES))
rng = np.random.default_rng(0)


def photographed(name):
    """Return 28×28 pixels: the shape somewhere near the middle, in a bad light."""
    top, left = rng.uniform(-4, 4, size=2)
    rows, columns = np.mgrid[-13.5:14, -13.5:14]
    ink = SHAPES[name](abs(columns - left), rows - top, w=rng.uniform(5, 9))
    grey = rng.uniform(60, 200) * ink + rng.normal(scale=60, size=(28, 28))
    return np.clip(grey, 0, 255).astype(np.uint8)


# %%
# An IDX file is an array with a short header; one file has the images, another their labels.
# These are numbers, because the format knows no text. A name that ends in ".gz" is compressed.

folder = tempfile.mkdtemp()
images_path = os.path.join(folder, "clothes-images-idx3-ubyte.gz")
labels_path = os.path.join(folder, "clothes-labels-idx1-ubyte.gz")
numbers = rng.integers(len(names), size=2000).astype(np.uint8)
write_idx(images_path, np.stack([photographed(names[number]) for number in numbers]))
write_idx(labels_path, numbers)

# %%
# From here on it is what one does with any such files. A row of X is an image; the labels may be
# texts.

images = read_idx(images_path)
X, y = images.reshape(len(images), -1), names[read_idx(labels_path)]
print(X.shape, X.dtype, "labels:", *np.unique(y))
DigitGridDisplay(images[:16], y_true=y[:16]).plot()
plt.show()

# %%
# Trained on some, and tried on the others. The pictures are the mistakes.

classifier = MLPDigitClassifier(hidden_layer_sizes=(128,), random_state=0)
classifier.fit(X[:1000], y[:1000])
print(f"{classifier.score(X[1000:], y[1000:]):.1%} right")
DigitGridDisplay.from_estimator(classifier, X[1000:], y[1000:], n_images=16)
plt.show()
