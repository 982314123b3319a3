"""Feature maps without distortions, and a support vector machine.

The kernels of two layers are principal components of patches, and each patch is divided by its
contrast. The 300 first principal components of the features are divided by the fourth root of their
variance, which is halfway to whitening. Run the script in the root of the repository::

    python examples/records/g_features.py
    python examples/records/g_features.py --test
"""

from _record import main
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from skmnist import ConvFeatureTransformer


class HalfWhitenedPCA(PCA):
    """Principal components, divided by the fourth root of their variance."""

    def transform(self, X):
        """Return the components of X."""
        return super().transform(X) / self.explained_variance_**0.25

    def fit_transform(self, X, y=None):
        """Fit to X, and return its components."""
        return self.fit(X).transform(X)


def train(X, y, seed):
    """Return a pipeline of feature maps, principal components and a support vector machine."""
    features = ConvFeatureTransformer(
        "pca",
        n_kernels=(8, 8),
        kernel_size=(5, 7),
        padding="same",
        stacking="separate",
        normalize="contrast",
        activation="split",
        pool=(None, "rms"),
        pool_size=7,
        random_state=seed,
    )
    pca = HalfWhitenedPCA(300, svd_solver="covariance_eigh")
    return make_pipeline(features, pca, SVC(C=10, gamma=0.095, cache_size=1000)).fit(X, y)


if __name__ == "__main__":
    main(
        __file__,
        __doc__,
        train,
        title="features without distortions, support vector machine",
        published="0.62 (Chan et al. 2015, PCANet), 0.43 (Bruna and Mallat 2013, scattering), "
        "0.37 (McDonnell and Vladusich 2015)",
    )
