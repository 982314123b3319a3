"""A plain network without distortions: principal components, noise, and the squared hinge loss.

This follows Tang (2013), but with the outputs and the optimizer of this package: the images are
reduced to 70 principal components, and Gaussian noise is added to these, anew in every epoch. Its
standard deviation decreases from 1 to 0 during the training. The classifier accepts any object with
a method ``distort`` as ``distort``. Run the script in the root of the repository::

    python examples/records/c_plain.py
    python examples/records/c_plain.py --test
"""

import numpy as np
from _record import main
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmnist import MLPDigitClassifier

N_EPOCHS = 200


class FadingNoise:
    """Adds noise to images; its standard deviation decreases linearly from 1 to 0."""

    def __init__(self, n_images):
        self.n_images = n_images
        self.n_done = 0

    def distort(self, X, random_state=None):
        """Return the rows of X with noise."""
        rng = np.random.default_rng(random_state)
        deviation = max(0, 1 - self.n_done / self.n_images)
        self.n_done += len(X)
        return X + np.float32(deviation) * rng.standard_normal(X.shape, dtype=np.float32)


def zero_to_one(X):
    """Return bytes as floats from 0 to 1."""
    return X.astype(np.float32) / 255


def train(X, y, seed):
    """Return a pipeline of principal components and a network that is trained with noise."""
    classifier = MLPDigitClassifier(
        hidden_layer_sizes=(512, 512),
        output_activation="identity",
        loss="squared_hinge",
        distort=FadingNoise(N_EPOCHS * len(X)),
        max_iter=N_EPOCHS,
        random_state=seed,
    )
    pca = PCA(70, svd_solver="covariance_eigh")
    return make_pipeline(FunctionTransformer(zero_to_one), pca, classifier).fit(X, y)


if __name__ == "__main__":
    main(
        __file__,
        __doc__,
        train,
        title="plain network without distortions, 70-512-512-10",
        published="0.87 (Tang 2013)",
    )
