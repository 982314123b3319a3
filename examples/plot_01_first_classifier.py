"""
A first classifier
==================

Load handwritten digits, train a network on some of them, and see how well it reads the others.
"""

import matplotlib.pyplot as plt

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.displays import DigitGridDisplay, LossCurveDisplay

# %%
# The training images of MNIST come with the package. An image is a row of 784 grey values, 28
# rows of 28 pixels; its label is a digit. A few thousand are enough here.

X, y = load_mnist(subset="train", return_X_y=True)
X_train, y_train = X[:3000], y[:3000]
X_held_out, y_held_out = X[50_000:52_000], y[50_000:52_000]
DigitGridDisplay(X_train[:16].reshape(-1, 28, 28), y_true=y_train[:16]).plot()
plt.show()

# %%
# ``fit`` trains. The pixels need no scaling, and no other setting is needed either; the
# ``random_state`` is there to get the same network each time.

classifier = MLPDigitClassifier(random_state=0).fit(X_train, y_train)
print(f"trained on {len(X_train):,} images for {classifier.n_iter_} epochs")

# %%
# In every epoch it sees each image once. The loss tells how far its outputs still are from the
# right answers.

LossCurveDisplay.from_estimator(classifier)
plt.show()

# %%
# A network may know by heart what it was trained on. What counts is the share of right answers
# on images that it has never seen. These are held out from the training images; the test images
# are left for the day when nothing will be changed any more.

print(f"images of the training: {classifier.score(X_train, y_train):.1%} right")
print(f"images held out:        {classifier.score(X_held_out, y_held_out):.1%} right")
print("a prediction:          ", classifier.predict(X_held_out[:1]))

# %%
# The mistakes it was most certain of: what the digit is, what it was taken for, and with which
# probability.

DigitGridDisplay.from_estimator(classifier, X_held_out, y_held_out)
plt.show()
