"""Draw the picture of README.md and the front page: python docs/front_picture.py.

A default pipeline is trained on 50,000 of MNIST's training images. Its mistakes are from the other
10,000.
"""

from pathlib import Path

import matplotlib.pyplot as plt
from sklearn.pipeline import make_pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.displays import DigitGridDisplay, FeatureMapsDisplay, KernelsDisplay


def main():
    """Train the pipeline and draw the plots."""
    X, y = load_mnist(return_X_y=True)
    X_rest, y_rest = X[50_000:], y[50_000:]
    pipeline = make_pipeline(
        ConvFeatureTransformer(random_state=0), MLPDigitClassifier(random_state=0)
    )
    pipeline.fit(X[:50_000], y[:50_000])
    print(f"{pipeline.score(X_rest, y_rest):.2%} correct")

    transformer = pipeline[0]
    kernels = transformer.kernels_[0]
    maps = ConvFeatureTransformer(kernels, activation="relu", pool=None).fit(X[:1])

    figure, axes = plt.subplots(
        1, 3, figsize=(13, 4.2), width_ratios=(1, 1.1, 1), layout="constrained"
    )
    KernelsDisplay.from_estimator(transformer, n_kernels=25, ax=axes[0])
    axes[0].set_title("Kernels")
    FeatureMapsDisplay.from_estimator(maps, X_rest[:1], n_maps=8, ax=axes[1])
    axes[1].set_title("Feature maps of a digit")
    DigitGridDisplay.from_estimator(pipeline, X_rest, y_rest, n_images=16, ax=axes[2])
    axes[2].set_title("The most certain mistakes")
    figure.savefig(Path(__file__).parent / "_static" / "front.png", dpi=110, facecolor="white")


if __name__ == "__main__":
    main()
