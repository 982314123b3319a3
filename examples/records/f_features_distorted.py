"""The default network on the default feature maps, trained on distorted images.

The kernels are learned from the images without distortions. The maps of newly distorted images are
computed in every epoch. Run the script in the root of the repository::

    python examples/records/f_features_distorted.py
    python examples/records/f_features_distorted.py --test
"""

from _record import main
from sklearn.pipeline import make_pipeline

from skmnist import ConvFeatureTransformer, DistortedClassifier, MLPDigitClassifier


def train(X, y, seed):
    """Return a pipeline of feature maps and the default classifier, for distorted images."""
    features = ConvFeatureTransformer(random_state=seed)
    classifier = MLPDigitClassifier(max_iter=60, random_state=seed)
    return DistortedClassifier(make_pipeline(features, classifier)).fit(X, y)


if __name__ == "__main__":
    main(
        __file__,
        __doc__,
        train,
        title="default features, default network, distorted images",
    )
