"""
Other images, from IDX files
============================

The files of MNIST have the IDX format, which other data sets use too, with clothes or letters
instead of digits. The classifier is not limited to digits. In this example, it is trained on images
of clothes with names as labels.
"""

import os
import tempfile

import matplotlib.pyplot as plt
import numpy as np

from skmnist import MLPDigitClassifier
from skmnist.datasets import read_idx, write_idx
from skmnist.displays import DigitGridDisplay

# %%
# The images are generated, so that nothing has to be downloaded. ``y`` is the number of rows below
# the centre, ``x`` is the number of columns to the left or right of the centre, and ``w``
# determines the width.

SHAPES = {
    "bag": lambda x, y, w: (x < w) & (abs(y - 3) < 6) | (abs(np.hypot(x, y + 4) - 5) < 1),
    "dress": lambda x, y, w: (x < 2 + (y + 11) * w / 16) & (abs(y) < 11),
    "shirt": lambda x, y, w: (x < w - 2) & (abs(y) < 9) | (x < w + 4) & (abs(y + 6) < 3),
    "trousers": lambda x, y, w: (x < w - 1) & (abs(y) < 11) & ((x > 1.5) | (y < -6)),
}
names = np.array(list(SHAPES))
rng = np.random.default_rng(0)


def make_image(name):
    """Return an image of 28×28 pixels that contains the shape near its centre, with noise."""
    top, left = rng.uniform(-4, 4, size=2)
    rows, columns = np.mgrid[-13.5:14, -13.5:14]
    ink = SHAPES[name](abs(columns - left), rows - top, w=rng.uniform(5, 9))
    grey = rng.uniform(60, 200) * ink + rng.normal(scale=60, size=(28, 28))
    return np.clip(grey, 0, 255).astype(np.uint8)


# %%
# An IDX file contains an array with a short header. One file contains the images, and another one
# their labels. The labels are numbers, because the format does not support text. If the name of a
# file ends in ".gz", the file is compressed.

folder = tempfile.mkdtemp()
images_path = os.path.join(folder, "clothes-images-idx3-ubyte.gz")
labels_path = os.path.join(folder, "clothes-labels-idx1-ubyte.gz")
numbers = rng.integers(len(names), size=2000).astype(np.uint8)
write_idx(images_path, np.stack([make_image(names[number]) for number in numbers]))
write_idx(labels_path, numbers)

# %%
# The following steps are the same for any files of this kind. Each row of X is an image. The labels
# for the classifier can be strings.

images = read_idx(images_path)
X, y = images.reshape(len(images), -1), names[read_idx(labels_path)]
print(X.shape, X.dtype, "labels:", *np.unique(y))
DigitGridDisplay(images[:16], y_true=y[:16]).plot()
plt.show()

# %%
# The classifier is trained on half of the images and tested on the other half. The plot shows
# mistakes.

classifier = MLPDigitClassifier(hidden_layer_sizes=(128,), random_state=0)
classifier.fit(X[:1000], y[:1000])
print(f"accuracy: {classifier.score(X[1000:], y[1000:]):.1%}")
DigitGridDisplay.from_estimator(classifier, X[1000:], y[1000:], n_images=16)
plt.show()
