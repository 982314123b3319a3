"""The mean of the probabilities of three classifiers, all trained on distorted images.

One is the network of ``e_plain_distorted.py``. The other two learn from feature maps, with kernels
of 5×5 and of 7×7 pixels. Run the script in the root of the repository::

    python examples/records/h_committee.py
    python examples/records/h_committee.py --test
"""

from _record import main
from e_plain_distorted import network
from sklearn.ensemble import VotingClassifier
from sklearn.pipeline import make_pipeline

from skmnist import ConvFeatureTransformer, DistortedClassifier, MLPDigitClassifier


def with_features(kernel_size, seed):
    """Return a classifier of feature maps that is trained on distorted images."""
    features = ConvFeatureTransformer(kernel_size=kernel_size, random_state=seed)
    classifier = MLPDigitClassifier(max_iter=80, random_state=seed)
    return DistortedClassifier(make_pipeline(features, classifier))


def train(X, y, seed):
    """Return the fitted committee."""
    members = [
        ("network", network(seed)),
        ("kernels of 5×5", with_features(5, seed)),
        ("kernels of 7×7", with_features(7, seed)),
    ]
    return VotingClassifier(members, voting="soft").fit(X, y)


if __name__ == "__main__":
    main(
        __file__,
        __doc__,
        train,
        title="committee of a network and two networks with feature maps, distorted images",
        published="0.23 to 0.3 (committees of learned convolutional networks)",
    )
