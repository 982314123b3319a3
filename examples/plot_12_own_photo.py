"""
A photo of your own
===================

Write a digit on paper, take a photo, and classify it. The photo has to be converted to an image
like those of MNIST first: 28×28 pixels, light ink on a dark background.
"""

import os
import tempfile

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image, ImageDraw

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist, read_photo
from skmnist.displays import ActivationsDisplay

# %%
# No real photo is available for this example, so a photo is drawn: a line on paper, with light from
# one side. To use your own photo, set ``path`` to its path and leave out this part.

angles = np.linspace(-0.9 * np.pi, 0.2 * np.pi, 20)
bow = [(240 + 62 * np.cos(angle), 130 + 58 * np.sin(angle)) for angle in angles]
pen = [*bow, (255, 215), (176, 300), (230, 292), (318, 298)]
paper = Image.new("L", (480, 400), 230)
ImageDraw.Draw(paper).line(pen, fill=60, width=15, joint="curve")

light = np.linspace(1, 0.5, 480) * np.linspace(0.8, 1, 400)[:, None]
grain = np.random.default_rng(0).normal(scale=4, size=(400, 480))
photo = np.clip(np.asarray(paper) * light + grain, 0, 255).astype(np.uint8)

path = os.path.join(tempfile.mkdtemp(), "photo.png")
Image.fromarray(photo).save(path)

# %%
# ``read_photo`` finds the ink despite the uneven light. It crops the digit, scales it to 20 pixels,
# and moves its centre of mass to the centre of the image. The images of MNIST were made in the same
# way.

digit = read_photo(path)
print(digit.shape, digit.dtype, digit.min(), digit.max())

fig, axes = plt.subplots(1, 2, figsize=(8, 3.5), layout="constrained")
axes[0].imshow(photo, cmap="gray", vmin=0, vmax=255)
axes[0].set_title("photo")
axes[1].imshow(digit.reshape(28, 28), cmap="gray")
axes[1].set_title("image of 28×28 pixels")
for ax in axes:
    ax.set(xticks=[], yticks=[])
plt.show()

# %%
# A network that was trained on MNIST can now classify the image, which is a row of 784 numbers.

X, y = load_mnist(subset="train", return_X_y=True)
classifier = MLPDigitClassifier(random_state=0).fit(X[:3000], y[:3000])
[label] = classifier.predict(digit[None])
probability = classifier.predict_proba(digit[None]).max()
print(f"predicted label: {label}, with a probability of {probability:.1%}")

ActivationsDisplay.from_estimator(classifier, digit)
plt.show()

# %%
# You can do the same on the command line, with a model that was saved by ``skmnist train`` or
# ``joblib.dump``::
#
#     skmnist predict MODEL IMAGE
#
# If the pixels are already in an array, for example from a camera, use
# :func:`~skmnist.datasets.photo_to_digit` instead of ``read_photo``.
