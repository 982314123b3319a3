"""
Forgetting on purpose
=====================

With few images, a network soon knows them by heart. Dropout, the layer that forgets, leaves out
some neurons in every step, others each time, so that none can rely on another.
"""

import matplotlib.pyplot as plt
import numpy as np

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist

# %%
# 500 images to train on, and 1,000 to look at after each epoch. The latter only watch: they
# decide nothing, because ``early_stopping`` is off.

X, y = load_mnist(subset="train", return_X_y=True)
X_train, y_train = X[:500], y[:500]
X_val, y_val = X[50_000:51_000], y[50_000:51_000]
settings = {"hidden_layer_sizes": (256, 128), "max_iter": 150, "random_state": 0}


def trained(**dropout):
    """Return a network that was watched."""
    network = MLPDigitClassifier(**settings, **dropout)
    return network.fit(X_train, y_train, X_val=X_val, y_val=y_val)


# %%
# With these settings each hidden neuron and each pixel is left out of one step in five. To
# predict, all are there.

networks = {"without": trained(), "with dropout": trained(dropout=0.2, input_dropout=0.2)}

# %%
# Forgetting makes training harder and slower: give it more epochs. Where a dashed curve is low
# and the solid one of its colour is not, images were learnt by heart. The right picture, which
# begins at 70 %, shows what comes of it for images that were not trained on.

fig, axes = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
looks = {"without": ("#0072B2", "s"), "with dropout": ("#D55E00", "o")}
for name, network in networks.items():
    colour, marker = looks[name]
    curves = [
        (axes[0], network.loss_curve_, "--", f"{name}, training"),
        (axes[0], network.validation_loss_curve_, "-", f"{name}, validation"),
        (axes[1], network.validation_scores_, "-", f"{name}, validation"),
    ]
    epochs = np.arange(150) + 1
    for ax, curve, style, label in curves:
        ax.plot(epochs, curve, style, color=colour, marker=marker, markevery=15, label=label)
    print(f"{name:12} {network.validation_scores_[-1]:.1%} right at the end")
axes[0].set(xlabel="epoch", ylabel="loss", ylim=(0, 1))
axes[1].set(xlabel="epoch", ylabel="accuracy", ylim=(0.7, 0.95))
for ax in axes:
    ax.legend()
plt.show()
