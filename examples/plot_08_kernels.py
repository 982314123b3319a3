"""
Where kernels come from
=======================

Kernels are the small pieces that are looked for in an image. They can be drawn, cut out, learned,
made up or given. Here are all six kinds, and how well a network reads digits with their maps.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.pipeline import make_pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.displays import KernelsDisplay

X, y = load_mnist(subset="train", return_X_y=True)
X_train, y_train = X[:2000], y[:2000]
X_held_out, y_held_out = X[50_000:52_000], y[50_000:52_000]

# %%
# "strokes" are the lecture's three pieces of an X. "patches" are cut out of training images.
# "pca" are the directions in which pieces of images differ most. "kmeans" are the centres of
# clusters of pieces. "random" is drawn by lot. And any array will do: Sobel's filter, upright and
# turned by steps of 45 degrees, finds edges.

sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
slanted = np.array([[-2, -1, 0], [-1, 0, 1], [0, 1, 2]])
edges = np.stack([sobel, slanted, sobel.T, np.fliplr(slanted)])
sources = {name: name for name in ("strokes", "patches", "pca", "kmeans", "random")}
sources["given: Sobel"] = edges

# %%
# Nothing differs but the kernels. Most are 16 pieces of 5×5 pixels. There are only three strokes
# and four filters, which make fewer maps, so compare those with care.

pipelines = {}
for name, kernels in sources.items():
    convolve = ConvFeatureTransformer(kernels, n_kernels=16, kernel_size=5, random_state=0)
    network = MLPDigitClassifier(hidden_layer_sizes=(128,), max_iter=20, random_state=0)
    pipelines[name] = make_pipeline(convolve, network).fit(X_train, y_train)

fig, axes = plt.subplots(2, 3, figsize=(10, 6), layout="constrained")
for ax, (name, pipeline) in zip(axes.flat, pipelines.items(), strict=True):
    KernelsDisplay.from_estimator(pipeline, ax=ax)
    ax.set_title(f"{name}: {pipeline.score(X_held_out, y_held_out):.1%} right")
plt.show()

# %%
# For comparison, the same network on the pixels themselves.

network = MLPDigitClassifier(hidden_layer_sizes=(128,), max_iter=20, random_state=0)
print(f"pixels: {network.fit(X_train, y_train).score(X_held_out, y_held_out):.1%} right")
