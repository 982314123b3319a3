"""Make the page draw.html of the documentation; conf.py calls this at the end of a build.

The model is trained on distorted digits, because such a model is better at reading what people
draw. With one thread, the training takes about a minute.
"""

import sys

from skmnist import DigitDistorter, MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.io import to_page

N_EPOCHS = 12


def write(path):
    """Train the model and write its page."""
    X, y = load_mnist(return_X_y=True)
    classifier = MLPDigitClassifier(distort=DigitDistorter(), max_iter=N_EPOCHS, random_state=0)
    to_page(classifier.fit(X, y)).save(path)


if __name__ == "__main__":
    write(sys.argv[1])
