"""
From pixels to an answer
========================

What goes in, what shall come out, and the simplest thing between the two.
"""

import matplotlib.pyplot as plt
import numpy as np

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.displays import DigitGridDisplay, WeightsDisplay

# %%
# A1. The data
# ------------
# MNIST has about 7,000 images of each digit, 60,000 to train on and 10,000 to test with. An
# image is [28, 28, 1] in the lecture: one grey value a pixel, from 0, the background, to 255.
# Flattened row after row it is 784 numbers, and a batch of b images is an array of the shape
# [b, 784].

X, y = load_mnist(subset="train", return_X_y=True)
print(X.shape, X.dtype, X.min(), X.max())
print("how many of each:", np.bincount(y))

DigitGridDisplay(X[:20].reshape(-1, 28, 28), y_true=y[:20]).plot()

# %%
# To be quick, a part of the training images is enough here, and another part serves to test.

X_train, y_train = X[:10_000], y[:10_000]
X_test, y_test = X[50_000:52_000], y[50_000:52_000]

# %%
# A2. One of ten is no number
# ---------------------------
# Up, left, down or right? A dog, a cat, a whale or a bird? To pick one of a few things is not
# regression, though it starts from the same y = w·x + b, which predicts any number. Trained to
# give the digit itself, it gives answers such as these, and who would say which digit the first
# one is?

settings = {"hidden_layer_sizes": (), "output_activation": "identity", "random_state": 0}
as_number = MLPDigitClassifier(target_encoding="ordinal", **settings).fit(X_train, y_train)
out = X_test[:6] @ as_number.coefs_[0] + as_number.intercepts_[0]
for digit, value in zip(y_test[:6], out[:, 0], strict=True):
    print(f"digit {digit}, output {value:.2f}")

# %%
# A3. One-hot vectors
# -------------------
# With labels as numbers, dog = 0, cat = 1 and fish = 2, what is 1.5? Numbers also say that a 4 is
# nearer to a 5 than to a 9, which is not what images look like. A vector with a place for each
# digit says nothing of the kind: 3 becomes [0, 0, 0, 1, 0, …]. An example looks at
# :doc:`the mistakes of both </auto_examples/plot_03_one_hot_or_ordinal>`.

print(np.eye(10, dtype=int)[y_train[:4]])
one_hot = MLPDigitClassifier(**settings).fit(X_train, y_train)
print(f"right with numbers: {as_number.score(X_test, y_test):.1%}")
print(f"right with one-hot: {one_hot.score(X_test, y_test):.1%}")

# %%
# A4. The linear model
# --------------------
# out = X @ W + b, with W: [784, 10] and b: [10], has a column of weights for each digit. The
# largest of the ten outputs is the prediction.

[W], [b] = one_hot.coefs_, one_hot.intercepts_
out = X_test @ W + b
print(W.shape, b.shape, out.shape)
print("share of right answers:", np.mean(out.argmax(axis=1) == y_test))

# %%
# A column can be looked at as an image again, from that of the 0 to that of the 9: where it is
# red, ink speaks for the digit, where it is blue, against it. (Pixels near the border rarely have
# ink, and their weights are large for no good reason: the colours are for the others.)

colours = {"vmin": -2e-4, "vmax": 2e-4}
WeightsDisplay(W.T.reshape(10, 28, 28)).plot(im_kw=colours)

# %%
# A5. Why it must be bent
# -----------------------
# Two linear layers in a row are no more than one: the product of their matrices does the same.

rng = np.random.default_rng(0)
W1, W2 = rng.normal(size=(784, 512)), rng.normal(size=(512, 10))
pixels = X_test[:100] / 255
print("the same as one layer:", np.allclose((pixels @ W1) @ W2, pixels @ (W1 @ W2)))

# %%
# With relu(Z) = max(Z, 0) in between they are not, and that is all it takes. What more layers
# bring, and cost, is :doc:`an example </auto_examples/plot_04_linear_or_deep>`.

print("with a ReLU between:  ", np.allclose(np.maximum(pixels @ W1, 0) @ W2, pixels @ (W1 @ W2)))

Z = np.linspace(-2, 2)
_, ax = plt.subplots(figsize=(4, 3), layout="constrained")
ax.plot(Z, np.maximum(Z, 0))
ax.set(xlabel="Z = X @ W + b", ylabel="relu(Z)")
plt.show()
