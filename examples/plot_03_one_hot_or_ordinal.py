"""
One-hot or ordinal targets
==========================

A digit can be learnt as ten outputs, one for each digit, or as a single output that is to be the
digit's number. The second seems simpler. See what it gets wrong.

In brief, this is a part of
:doc:`the lecture </auto_examples/lecture/plot_1_from_pixels_to_an_answer>` too.
"""

import matplotlib.pyplot as plt
import numpy as np

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.displays import DigitGridDisplay

X, y = load_mnist(subset="train", return_X_y=True)
X_train, y_train = X[:5000], y[:5000]
X_held_out, y_held_out = X[50_000:55_000], y[50_000:55_000]

# %%
# Both networks have the same hidden layers, and differ in their target and their last layer.

predictions = {}
for encoding in ("one-hot", "ordinal"):
    network = MLPDigitClassifier(
        hidden_layer_sizes=(128,), target_encoding=encoding, random_state=0
    )
    predictions[encoding] = network.fit(X_train, y_train).predict(X_held_out)
    accuracy = np.mean(predictions[encoding] == y_held_out)
    print(f"{encoding:8} {network.coefs_[-1].shape[1]:3} outputs, {accuracy:.1%} right")

# %%
# How far is the wrong number from the right one? A single output says that 4 is between 3 and 5.
# If it is not sure, it gives something in between, so its mistakes fall on neighbouring numbers,
# whether or not the digits look alike. Were the wrong number any of the nine others by chance, a
# neighbour would be hit in a fifth of the cases.

fig, ax = plt.subplots(figsize=(7, 3.5), layout="constrained")
looks = {"one-hot": ("#0072B2", "", -0.2), "ordinal": ("#E69F00", "//", 0.2)}
for encoding, (colour, hatch, shift) in looks.items():
    distances = np.abs(predictions[encoding] - y_held_out)
    counts = np.bincount(distances, minlength=10)[1:]
    ax.bar(np.arange(1, 10) + shift, counts, 0.4, color=colour, hatch=hatch, label=encoding)
    print(f"{encoding:8} {counts.sum()} mistakes, {counts[0] / counts.sum():.0%} on a neighbour")
ax.set(xlabel="distance between the wrong number and the right one", ylabel="mistakes")
ax.set_xticks(range(1, 10))
ax.legend()
plt.show()

# %%
# Some mistakes of the single output.

DigitGridDisplay.from_predictions(X_held_out, y_held_out, predictions["ordinal"], n_images=16)
plt.show()
