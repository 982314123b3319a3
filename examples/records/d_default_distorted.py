"""The default network, 784-512-256-10, trained on distorted images.

This is the model that ``skmnist train --distort --epochs 100`` trains. Run the script in the root
of the repository::

    python examples/records/d_default_distorted.py
    python examples/records/d_default_distorted.py --test
"""

from _record import main

from skmnist import DigitDistorter, MLPDigitClassifier


def train(X, y, seed):
    """Return the default classifier, trained on distorted images for 100 epochs."""
    distorter = DigitDistorter()
    return MLPDigitClassifier(distort=distorter, max_iter=100, random_state=seed).fit(X, y)


if __name__ == "__main__":
    main(
        __file__,
        __doc__,
        train,
        title="default network, distorted images",
        published="0.9 (Simard et al. 2003, 800 hidden neurons, squared error, elastic)",
    )
