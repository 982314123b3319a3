"""
A first classifier
==================

Load handwritten digits, train a network on some of them, and classify others.
"""

import matplotlib.pyplot as plt

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.displays import DigitGridDisplay, LossCurveDisplay

# %%
# The images of MNIST are part of the package. Each image has 28 rows of 28 pixels, and is stored as
# a row of 784 grey values. Its label is a digit. A few thousand images are enough for this example.

X, y = load_mnist(subset="train", return_X_y=True)
X_train, y_train = X[:3000], y[:3000]
X_held_out, y_held_out = X[50_000:52_000], y[50_000:52_000]
DigitGridDisplay(X_train[:16].reshape(-1, 28, 28), y_true=y_train[:16]).plot()
plt.show()

# %%
# ``fit`` trains the network. The pixels need not be scaled, and the default parameters are
# suitable. ``random_state`` makes the result reproducible.

classifier = MLPDigitClassifier(random_state=0).fit(X_train, y_train)
print(f"Trained on {len(X_train):,} images for {classifier.n_iter_} epochs.")

# %%
# In each epoch, the network is trained on each image once. The loss measures how far its outputs
# are from the targets.

LossCurveDisplay.from_estimator(classifier)
plt.show()

# %%
# A network can memorize the images that it was trained on. Therefore, the accuracy is measured on
# other images. Here, they are a held-out part of the training images of MNIST. Use the test images
# only for the final model.

print(f"accuracy on the training images: {classifier.score(X_train, y_train):.1%}")
print(f"accuracy on held-out images:     {classifier.score(X_held_out, y_held_out):.1%}")
print("predicted label of one image:   ", classifier.predict(X_held_out[:1]))

# %%
# These are the mistakes with the highest predicted probability. Each image is shown with its true
# label, its predicted label and the probability.

DigitGridDisplay.from_estimator(classifier, X_held_out, y_held_out)
plt.show()
