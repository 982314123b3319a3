"""
Forgetting on purpose
=====================

A network that is trained on few images can memorize them. Dropout sets the outputs of randomly
chosen neurons to 0 in each training step, so a neuron cannot rely on other neurons.
"""

import matplotlib.pyplot as plt
import numpy as np

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist

# %%
# The network is trained on 500 images. After each epoch, its loss and accuracy on 1,000 validation
# images are recorded. These images do not affect the training, because ``early_stopping`` is off.

X, y = load_mnist(subset="train", return_X_y=True)
X_train, y_train = X[:500], y[:500]
X_val, y_val = X[50_000:51_000], y[50_000:51_000]
settings = {"hidden_layer_sizes": (256, 128), "max_iter": 150, "random_state": 0}


def trained(**dropout):
    """Return a network with its loss and accuracy on the validation images after each epoch."""
    network = MLPDigitClassifier(**settings, **dropout)
    return network.fit(X_train, y_train, X_val=X_val, y_val=y_val)


# %%
# With these parameters, each hidden neuron and each pixel is dropped with a probability of 20 % in
# each step. For predictions, all neurons and pixels are used.

networks = {"without": trained(), "with dropout": trained(dropout=0.2, input_dropout=0.2)}

# %%
# With dropout, the training takes more epochs. On the left, a low training loss (dashed) with a
# higher validation loss (solid) of the same colour means that the network has memorized images. On
# the right is the accuracy on the validation images. Note that the axis begins at 70 %.

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
    print(f"{name:12} final accuracy {network.validation_scores_[-1]:.1%}")
axes[0].set(xlabel="epoch", ylabel="loss", ylim=(0, 1))
axes[1].set(xlabel="epoch", ylabel="accuracy", ylim=(0.7, 0.95))
for ax in axes:
    ax.legend()
plt.show()
