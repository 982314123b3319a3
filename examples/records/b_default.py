"""The default network, 784-512-256-10, without distortions.

Run the script in the root of the repository::

    python examples/records/b_default.py
    python examples/records/b_default.py --test
"""

from _record import main

from skmnist import MLPDigitClassifier


def train(X, y, seed):
    """Return the default classifier."""
    return MLPDigitClassifier(random_state=seed).fit(X, y)


if __name__ == "__main__":
    main(
        __file__,
        __doc__,
        train,
        title="default network",
        published="1.6 (Simard et al. 2003, 800 hidden neurons)",
    )
