"""
Stopped, saved, gone on with
============================

A training can be stopped in the middle, saved, and gone on with another day. Nothing shows where
the stop was: the weights are the same, bit by bit.
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
# ``warm_start`` says that a training can be gone on with, ``max_iter`` how many epochs there are
# in total up to today's stop. ``schedule_iter`` is how many there are going to be in the end: the
# step size goes down towards that end.

half = MLPDigitClassifier(warm_start=True, max_iter=3, schedule_iter=6, random_state=0)
half.fit(X, y)
path = os.path.join(tempfile.mkdtemp(), "half.joblib")
joblib.dump(half, path)

# %%
# Another day: load it, allow six epochs in total, and go on.

whole = joblib.load(path).set_params(max_iter=6).fit(X, y)

# %%
# The same without a stop.

in_one_go = MLPDigitClassifier(max_iter=6, random_state=0).fit(X, y)
equal = [np.array_equal(a, b) for a, b in zip(whole.coefs_, in_one_go.coefs_, strict=True)]
print("weights equal bit by bit, layer after layer:", equal)
print("losses equal:", whole.loss_curve_ == in_one_go.loss_curve_)

# %%
# Both curves lie on one another.

fig, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
epochs = range(1, 7)
ax.plot(epochs, in_one_go.loss_curve_, "-", color="#0072B2", linewidth=3, label="in one go")
ax.plot(epochs[:3], whole.loss_curve_[:3], "s", color="#D55E00", label="before the stop")
ax.plot(epochs[3:], whole.loss_curve_[3:], "o", color="#E69F00", label="gone on with")
ax.axvline(half.n_iter_ + 0.5, color="black", linestyle=":", label="stopped and saved")
ax.set(xlabel="epoch", ylabel="loss", ylim=(0, None))
ax.legend()
plt.show()
