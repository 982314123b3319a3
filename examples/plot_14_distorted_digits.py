"""
Distorted digits
================

A digit that is moved or bent a little is still the same digit. A classifier that sees new
distortions of the training images in every epoch makes far fewer errors on new images.
"""

import matplotlib.pyplot as plt
from sklearn.model_selection import cross_val_score

from skmnist import DigitDistorter, MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.displays import DigitGridDisplay

X, y = load_mnist(subset="train", return_X_y=True)
X_train, y_train = X[:1000], y[:1000]
X_held_out, y_held_out = X[50_000:], y[50_000:]

# %%
# A :class:`~skmnist.DigitDistorter` rotates, scales, shears and shifts an image by random amounts,
# and displaces its pixels smoothly. This is the first image of MNIST with twenty distortions.

distorter = DigitDistorter(random_state=0)
DigitGridDisplay.from_distorter(distorter, X[0])
plt.show()

# %%
# ``rotation``, ``scale``, ``shear`` and ``shift`` are the largest changes in either direction, and
# ``elastic`` is the strength of the smooth displacements. 0 switches a distortion off, so you can
# see what each parameter does alone.

none = {"rotation": 0, "scale": 0, "shear": 0, "shift": 0, "elastic": 0, "random_state": 27}
values = {"rotation": 25, "scale": 0.3, "shear": 0.6, "shift": 4, "elastic": 1.5}
_, axes = plt.subplots(len(values), figsize=(8, 8), layout="constrained")
for ax, (name, value) in zip(axes, values.items(), strict=True):
    one = DigitDistorter(**{**none, name: value})
    row = one.distort(X[[0] * 8]).reshape(8, 28, 28)
    ax.imshow(row.transpose(1, 0, 2).reshape(28, -1), cmap="gray")
    ax.set(title=f"{name}={value}", xticks=[], yticks=[])
plt.show()

# %%
# With ``distort``, the classifier trains on new distortions in every epoch. It needs more epochs
# than without, because it never sees the same image twice.

for settings in ({"max_iter": 40}, {"max_iter": 40, "distort": distorter}):
    classifier = MLPDigitClassifier(random_state=0, **settings).fit(X_train, y_train)
    print(f"distort={classifier.distort}")
    print(f"loss on the training images: {classifier.loss_curve_[-1]:.4f}")
    print(f"error rate on held-out images: {1 - classifier.score(X_held_out, y_held_out):.2%}")

# %%
# Only training images are distorted: in a cross-validation, the images of the test fold are not.
# The parameters of the distorter can be searched over, for example as ``distort__rotation``.

classifier = MLPDigitClassifier(max_iter=20, distort=distorter, random_state=0)
scores = cross_val_score(classifier, X_train, y_train, cv=3)
print(f"accuracy in each fold: {', '.join(f'{score:.1%}' for score in scores)}")
