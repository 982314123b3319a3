"""
Where kernels come from
=======================

Kernels are the small patterns that a ``ConvFeatureTransformer`` finds in an image. They can be
drawn by hand, cut from images, learned from images, or random. This example shows the five built-in
kinds and an array of kernels, each with the accuracy of a network that is trained on the features.
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
# "strokes" are the three patches of an X from the lecture. "patches" are cut from training images.
# "pca" are the principal components of such patches. "kmeans" are the centres of clusters of
# patches. "random" are random numbers. You can also pass any array. Here, it contains Sobel
# filters, which detect edges, in steps of 45 degrees.

sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
slanted = np.array([[-2, -1, 0], [-1, 0, 1], [0, 1, 2]])
edges = np.stack([sobel, slanted, sobel.T, np.fliplr(slanted)])
sources = {name: name for name in ("strokes", "patches", "pca", "kmeans", "random")}
sources["array (Sobel)"] = edges

# %%
# The pipelines differ only in their kernels. Most have 16 kernels of 5×5 pixels. There are only
# three strokes and four Sobel filters, so these give fewer features, and their accuracies are not
# directly comparable with the others.

pipelines = {}
for name, kernels in sources.items():
    convolve = ConvFeatureTransformer(kernels, n_kernels=16, kernel_size=5, random_state=0)
    network = MLPDigitClassifier(hidden_layer_sizes=(128,), max_iter=20, random_state=0)
    pipelines[name] = make_pipeline(convolve, network).fit(X_train, y_train)

fig, axes = plt.subplots(2, 3, figsize=(10, 6), layout="constrained")
for ax, (name, pipeline) in zip(axes.flat, pipelines.items(), strict=True):
    KernelsDisplay.from_estimator(pipeline, ax=ax)
    ax.set_title(f"{name}: accuracy {pipeline.score(X_held_out, y_held_out):.1%}")
plt.show()

# %%
# For comparison, the same network is trained on the pixels.

network = MLPDigitClassifier(hidden_layer_sizes=(128,), max_iter=20, random_state=0)
network.fit(X_train, y_train)
print(f"pixels: accuracy {network.score(X_held_out, y_held_out):.1%}")
