"""
Stopped, saved, resumed
=======================

A training can be stopped, saved and resumed another day. The weights are bit-identical to those of
an uninterrupted training.
"""

import os
import tempfile

import joblib
import matplotlib.pyplot as plt
import numpy as np

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist

X, y = load_mnist(subset="train", return_X_y=True)
X, y = X[:3000], y[:3000]

# %%
# ``warm_start=True`` makes a training resumable. ``max_iter`` is the number of epochs after which
# it stops this time. ``schedule_iter`` is the total number of epochs, during which the step size
# decays.

half = MLPDigitClassifier(warm_start=True, max_iter=3, schedule_iter=6, random_state=0)
half.fit(X, y)
path = os.path.join(tempfile.mkdtemp(), "half.joblib")
joblib.dump(half, path)

# %%
# Another day, the classifier is loaded and trained until it has completed six epochs.

resumed = joblib.load(path).set_params(max_iter=6).fit(X, y)

# %%
# For comparison, another classifier is trained without interruption.

uninterrupted = MLPDigitClassifier(max_iter=6, random_state=0).fit(X, y)
equal = [np.array_equal(a, b) for a, b in zip(resumed.coefs_, uninterrupted.coefs_, strict=True)]
print("Weights of each layer are bit-identical:", equal)
print("Losses are bit-identical:", resumed.loss_curve_ == uninterrupted.loss_curve_)

# %%
# The two loss curves coincide.

fig, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
epochs = range(1, 7)
ax.plot(epochs, uninterrupted.loss_curve_, "-", color="#0072B2", linewidth=3, label="uninterrupted")
ax.plot(epochs[:3], resumed.loss_curve_[:3], "s", color="#D55E00", label="before it was stopped")
ax.plot(epochs[3:], resumed.loss_curve_[3:], "o", color="#E69F00", label="resumed")
ax.axvline(half.n_iter_ + 0.5, color="black", linestyle=":", label="stopped and saved")
ax.set(xlabel="epoch", ylabel="loss", ylim=(0, None))
ax.legend()
plt.show()
