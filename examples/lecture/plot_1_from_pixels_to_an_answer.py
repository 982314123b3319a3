"""
From pixels to an answer
========================

The input and the output of a classifier, and the simplest model between them.
"""

import matplotlib.pyplot as plt
import numpy as np

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.displays import DigitGridDisplay, WeightsDisplay

# %%
# A1. The data
# ------------
# MNIST has about 7,000 images of each digit: 60,000 training images and 10,000 test images. In the
# lecture, an image has the shape [28, 28, 1]: one grey value per pixel, from 0 (background) to 255.
# Flattened row after row, it is a vector of 784 numbers. A batch of b images is an array of shape
# [b, 784].

X, y = load_mnist(subset="train", return_X_y=True)
print(X.shape, X.dtype, X.min(), X.max())
print("images of each digit:", np.bincount(y))

DigitGridDisplay(X[:20].reshape(-1, 28, 28), y_true=y[:20]).plot()

# %%
# To save time, a part of the training images is used for training, and another part for testing.

X_train, y_train = X[:10_000], y[:10_000]
X_test, y_test = X[50_000:52_000], y[50_000:52_000]

# %%
# A2. One of ten is no number
# ---------------------------
# Classification chooses one of a few classes: up, left, down or right; a dog, a cat, a whale or a
# bird. Regression predicts a number, for example with y = w·x + b. If this linear model is trained
# to predict the digit as a number, its outputs look like the following ones. It is not clear which
# digit the first output stands for.

settings = {"hidden_layer_sizes": (), "output_activation": "identity", "random_state": 0}
as_number = MLPDigitClassifier(target_encoding="ordinal", **settings).fit(X_train, y_train)
out = X_test[:6] @ as_number.coefs_[0] + as_number.intercepts_[0]
for digit, value in zip(y_test[:6], out[:, 0], strict=True):
    print(f"digit {digit}, output {value:.2f}")

# %%
# A3. One-hot vectors
# -------------------
# If the labels are numbers, for example dog = 0, cat = 1 and fish = 2, an output of 1.5 has no
# clear meaning. Numbers also imply that a 4 is closer to a 5 than to a 9, although a 4 looks more
# like a 9. A one-hot vector has one entry per digit and implies no order: 3 becomes [0, 0, 0, 1,
# 0, …]. :doc:`An example </auto_examples/plot_03_one_hot_or_ordinal>` compares the mistakes of
# both.

print(np.eye(10, dtype=int)[y_train[:4]])
one_hot = MLPDigitClassifier(**settings).fit(X_train, y_train)
print(f"accuracy with numbers:         {as_number.score(X_test, y_test):.1%}")
print(f"accuracy with one-hot vectors: {one_hot.score(X_test, y_test):.1%}")

# %%
# A4. The linear model
# --------------------
# The linear model is out = X @ W + b, with W: [784, 10] and b: [10]. Each column of W contains the
# weights for one digit. The prediction is the digit with the largest of the ten outputs.

[W], [b] = one_hot.coefs_, one_hot.intercepts_
out = X_test @ W + b
print(W.shape, b.shape, out.shape)
print("accuracy:", np.mean(out.argmax(axis=1) == y_test))

# %%
# Each column can be shown as an image. The images are for the digits 0 to 9: ink on red pixels
# increases the output for the digit, and ink on blue pixels decreases it. (Pixels near the border
# rarely contain ink, so their large weights have no meaning. The range of the colours is chosen for
# the other pixels.)

colours = {"vmin": -2e-4, "vmax": 2e-4}
WeightsDisplay(W.T.reshape(10, 28, 28)).plot(im_kw=colours)

# %%
# A5. Why a network must not be linear
# ------------------------------------
# Two successive linear layers are equivalent to one linear layer, whose matrix is the product of
# their matrices.

rng = np.random.default_rng(0)
W1, W2 = rng.normal(size=(784, 512)), rng.normal(size=(512, 10))
pixels = X_test[:100] / 255
print("two linear layers equal one:", np.allclose((pixels @ W1) @ W2, pixels @ (W1 @ W2)))

# %%
# With relu(Z) = max(Z, 0) between the layers, this is no longer true.
# :doc:`An example </auto_examples/plot_04_linear_or_deep>` shows the effect and the cost of more
# layers.

hidden = np.maximum(pixels @ W1, 0)
print("with a ReLU, two layers equal one:", np.allclose(hidden @ W2, pixels @ (W1 @ W2)))

Z = np.linspace(-2, 2)
_, ax = plt.subplots(figsize=(4, 3), layout="constrained")
ax.plot(Z, np.maximum(Z, 0))
ax.set(xlabel="Z = X @ W + b", ylabel="relu(Z)")
plt.show()
