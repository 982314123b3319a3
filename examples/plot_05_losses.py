"""
Four losses
===========

How far is an output from its target? There is more than one answer, and each pulls differently.
"""

import matplotlib.pyplot as plt
import numpy as np

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.network import LOSSES

# %%
# One output, and what it costs: to the left if its target is 1, because it stands for the right
# digit, to the right if its target is 0. "mse" is the square, "mae" the distance itself, "huber"
# half the square near the target and straight from a distance of 1 on. "squared_hinge" is the
# square too, but costs nothing beyond the target: more than 1 is welcome for the right digit,
# less than 0 for a wrong one.

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
# The same training with each of them, from three starts. The outputs have no ReLU here, so that
# they may go below 0, which is where "squared_hinge" differs from "mse" for wrong digits.
#
# One thing to know about "mae": as long as an output knows nothing, the best it can say is the
# median of its targets. Nine of ten are 0, so that is 0, and it takes a while to get away from
# there. For a square it is the mean, 0.1.

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
    print(f"{name:14} {np.mean(accuracies):.1%} right")
ax.set(xlabel="accuracy on held-out images, a dot for each start")
ax.xaxis.set_major_locator(plt.MultipleLocator(0.05))
ax.xaxis.set_major_formatter("{x:.0%}")
ax.invert_yaxis()
ax.margins(y=0.2)
plt.show()
