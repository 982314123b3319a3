"""A larger network, trained on distorted images.

Run the script in the root of the repository::

    python examples/records/e_plain_distorted.py
    python examples/records/e_plain_distorted.py --test
"""

from _record import main

from skmnist import DigitDistorter, MLPDigitClassifier


def network(seed):
    """Return a classifier with three hidden layers that is trained on distorted images."""
    return MLPDigitClassifier(
        hidden_layer_sizes=(1500, 1000, 500),
        distort=DigitDistorter(),
        max_iter=160,
        random_state=seed,
    )


def train(X, y, seed):
    """Return the fitted network."""
    return network(seed).fit(X, y)


if __name__ == "__main__":
    main(
        __file__,
        __doc__,
        train,
        title="network 784-1500-1000-500-10, distorted images",
        published="0.35 (Cireşan et al. 2010, 784-2500-2000-1500-1000-500-10, on a GPU)",
    )
