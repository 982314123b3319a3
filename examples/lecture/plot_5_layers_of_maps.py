"""
Layers of maps
==============

From feature maps to a prediction: several layers of maps, ReLU, pooling, and a network that
combines the features.
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
# 64 kernels of 3×3 compute 64 maps of 26×26 for one image. These maps are an image with 64
# channels. Each of the 128 kernels of the next layer spans all channels, so it has 3×3×64 entries.
# Each layer removes one pixel on each side, until 128 maps of 2×2 are left. These are 512 numbers.

tower = ConvFeatureTransformer(
    "random", n_kernels=(64, *[128] * 12), kernel_size=3, activation="relu", pool=None
)
tower.set_params(random_state=0).fit(X_train[:3])
for height, width, n_maps in tower.map_shapes_:
    print(f"{n_maps} maps of {height}×{width}")
print("number of features:", tower.transform(X_train[:1]).shape[1])
print("shape of a kernel of the second layer:", tower.kernels_[1].shape[1:])

# %%
# B8. A bright neuron
# -------------------
# Kernels need not be random. The following kernels are the centres of clusters of patches of the
# images. A bright neuron in a feature map shows that the image contains the pattern of the kernel
# at this position.

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
# Max pooling replaces each square of a map by its largest value. The maps become smaller, and less
# sensitive to small shifts of the image. The following code moves digits by one pixel, and computes
# the cosine similarity between the features before and after.

some = X_test[:100]
moved = np.roll(some.reshape(-1, 28, 28), 1, axis=2).reshape(-1, 784)


def similarity(A, B):
    """Return the mean cosine similarity of the rows."""
    lengths = np.linalg.norm(A, axis=1) * np.linalg.norm(B, axis=1)
    return np.mean(np.sum(A * B, axis=1) / lengths)


print(f"pixels:      {similarity(some / 255, moved / 255):.2f}")
for pool, name in [(None, "maps:        "), ("max", "pooled maps: ")]:
    pooled = ConvFeatureTransformer(features.kernels_[0], pool=pool, image_shape=(28, 28))
    pooled.fit(X_train[:1])
    print(f"{name}{similarity(pooled.transform(some), pooled.transform(moved)):.2f}")

# %%
# Dropout, which the lecture calls a layer that forgets, is a parameter of the classifier. With
# ``dropout=0.2``, a fifth of the hidden neurons is dropped, others in each batch, so a neuron
# cannot rely on other neurons. :doc:`An example </auto_examples/plot_06_dropout>` shows the effect.
#
# B10. Fully connected
# --------------------
# y = X·W + b transforms a_i numbers per image into a_(i+1) numbers. In this code, it transforms 20
# numbers into 30, for a batch of 128 images. The last layer of this kind has one output per class.
# The one-hot vectors for two classes, such as cat and dog, are (1, 0) and (0, 1).

rng = np.random.default_rng(0)
batch, W, b = rng.normal(size=(128, 20)), rng.normal(size=(20, 30)), np.zeros(30)
print((batch @ W + b).shape)
print(np.eye(2, dtype=int)[[0, 1]])

# %%
# The complete model computes feature maps, pools them, and combines the features into a prediction.

network = MLPDigitClassifier(dropout=0.2, max_iter=10, random_state=0)
pipeline = make_pipeline(ConvFeatureTransformer(random_state=0), clone(network))
network.fit(X_train, y_train)
pipeline.fit(X_train, y_train)
print(f"accuracy with pixels:   {network.score(X_test, y_test):.1%}")
print(f"accuracy with features: {pipeline.score(X_test, y_test):.1%}")
