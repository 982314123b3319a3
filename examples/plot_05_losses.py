"""
Four losses
===========

A loss measures how far an output is from its target. This example compares the four losses of the
classifier.
"""

import matplotlib.pyplot as plt
import numpy as np

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.network import LOSSES

# %%
# The plots show the loss of one output. On the left, its target is 1, because the output belongs to
# the correct digit. On the right, its target is 0. "mse" is the square of the distance from the
# target, and "mae" is the distance itself. "huber" is half the square for distances up to 1, and a
# straight line beyond. "squared_hinge" is the square too, but it is 0 if the output is greater than
# a target of 1 or less than a target of 0.

looks = {"mse": "-", "mae": "--", "huber": "-.", "squared_hinge": ":"}
colours = dict(zip(looks, ["#0072B2", "#D55E00", "#009E73", "#CC79A7"], strict=True))
outputs = np.linspace(-1.5, 2.5, 201)

fig, axes = plt.subplots(1, 2, figsize=(9, 3.5), sharey=True, layout="constrained")
for ax, target in zip(axes, [1, 0], strict=True):
    for name, style in looks.items():
        values = LOSSES[name].value(outputs, np.full_like(outputs, target))
        ax.plot(outputs, values, style, color=colours[name], linewidth=2.5, label=name)
    ax.set(title=f"target {target}", xlabel="output", ylim=(-0.1, 3))
axes[0].set_ylabel("loss")
axes[0].legend()
plt.show()

# %%
# A network is trained with each loss, from three random initializations. The outputs have no ReLU,
# so they can be negative: only negative outputs distinguish "squared_hinge" from "mse" for wrong
# digits.
#
# At the start of the training, "mae" is slow. As long as the network cannot distinguish the digits,
# its best output is the median of the targets for "mae", and the mean for "mse". Nine of ten
# targets are 0, so the median is 0 and the mean is 0.1.

X, y = load_mnist(subset="train", return_X_y=True)
X_train, y_train = X[:2000], y[:2000]
X_held_out, y_held_out = X[50_000:53_000], y[50_000:53_000]
settings = {"hidden_layer_sizes": (128,), "output_activation": "identity", "max_iter": 15}

fig, ax = plt.subplots(figsize=(6, 3), layout="constrained")
for name in looks:
    accuracies = []
    for seed in range(3):
        network = MLPDigitClassifier(loss=name, random_state=seed, **settings)
        accuracies.append(network.fit(X_train, y_train).score(X_held_out, y_held_out))
    ax.plot(accuracies, [name] * 3, "o", color=colours[name], markersize=9, alpha=0.7)
    print(f"{name:14} mean accuracy {np.mean(accuracies):.1%}")
ax.set(xlabel="accuracy on held-out images (one dot per initialization)")
ax.xaxis.set_major_locator(plt.MultipleLocator(0.05))
ax.xaxis.set_major_formatter("{x:.0%}")
ax.invert_yaxis()
ax.margins(y=0.2)
plt.show()
