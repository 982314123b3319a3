"""
Layers of maps
==============

From feature maps to an answer: maps of maps, ReLU, pooling, and a network that combines what was
found.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.displays import FeatureMapsDisplay, KernelsDisplay

X, y = load_mnist(subset="train", return_X_y=True)
X_train, y_train = X[:3000], y[:3000]
X_test, y_test = X[50_000:51_000], y[50_000:51_000]

# %%
# B7. Stacking
# ------------
# 64 kernels of 3×3 make 64 maps of 26×26 of one image. These are an image with 64 channels, and
# each of the next 128 kernels spans all of them: 3×3×64 entries. Each layer takes one pixel off
# each side, until 128 maps of 2×2 are left, 512 numbers.

tower = ConvFeatureTransformer(
    "random", n_kernels=(64, *[128] * 12), kernel_size=3, activation="relu", pool=None
)
tower.set_params(random_state=0).fit(X_train[:3])
for height, width, n_maps in tower.map_shapes_:
    print(f"{n_maps} maps of {height}×{width}")
print("columns:", tower.transform(X_train[:1]).shape[1])
print("a later kernel:", tower.kernels_[1].shape[1:])

# %%
# B8. A bright neuron
# -------------------
# Kernels need not be drawn at random. Here they are the centres of clusters of pieces of digits.
# Where a map is bright, its piece was found.

features = ConvFeatureTransformer(n_kernels=16, kernel_size=5, random_state=0)
features.fit(X_train, y_train)
KernelsDisplay.from_estimator(features)
plt.show()

# %%
full_maps = ConvFeatureTransformer(
    features.kernels_[0], activation="relu", pool=None, image_shape=(28, 28)
).fit(X_train[:1])
FeatureMapsDisplay.from_estimator(full_maps, X_test[:1])
plt.show()

# %%
# B9. Pooling and forgetting
# --------------------------
# The largest of each little square is kept: maps shrink, and a piece may move a bit without a
# change. How much of a digit's numbers stays the same when it moves by one pixel?

some = X_test[:100]
moved = np.roll(some.reshape(-1, 28, 28), 1, axis=2).reshape(-1, 784)


def likeness(A, B):
    """Return the mean cosine between rows."""
    lengths = np.linalg.norm(A, axis=1) * np.linalg.norm(B, axis=1)
    return np.mean(np.sum(A * B, axis=1) / lengths)


print(f"pixels:      {likeness(some / 255, moved / 255):.2f}")
for pool, words in [(None, "maps:        "), ("max", "pooled maps: ")]:
    pooled = ConvFeatureTransformer(features.kernels_[0], pool=pool, image_shape=(28, 28))
    pooled.fit(X_train[:1])
    print(f"{words}{likeness(pooled.transform(some), pooled.transform(moved)):.2f}")

# %%
# A layer that forgets, also called dropout, is a parameter of the classifier: with
# ``dropout=0.2`` a fifth of the hidden neurons is left out, others for each batch, so that
# none can rely on another. An example shows :doc:`what it does </auto_examples/plot_06_dropout>`.
#
# B10. Fully connected
# --------------------
# y = X·W + b turns a_i numbers of each image into a_(i+1): 20 into 30, for a batch of 128. The
# last such layer has an output a class. Cat is (1, 0), dog (0, 1).

rng = np.random.default_rng(0)
batch, W, b = rng.normal(size=(128, 20)), rng.normal(size=(20, 30)), np.zeros(30)
print((batch @ W + b).shape)
print(np.eye(2, dtype=int)[[0, 1]])

# %%
# All of it, one after the other: pieces are found, pooled, and combined into the answer.

network = MLPDigitClassifier(dropout=0.2, max_iter=10, random_state=0)
pipeline = make_pipeline(ConvFeatureTransformer(random_state=0), clone(network))
network.fit(X_train, y_train)
pipeline.fit(X_train, y_train)
print(f"from pixels:   {network.score(X_test, y_test):.1%} right")
print(f"from features: {pipeline.score(X_test, y_test):.1%} right")
