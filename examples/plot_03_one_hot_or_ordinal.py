"""
One-hot or ordinal targets
==========================

A network for digits can have ten outputs, one per digit, or a single output that estimates the
digit as a number. The second way seems simpler. This example compares the mistakes of both.

:doc:`The lecture </auto_examples/lecture/plot_1_from_pixels_to_an_answer>` compares them for linear
networks.
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
# Both networks have the same hidden layer. They differ in their targets and in their last layer.

predictions = {}
for encoding in ("one-hot", "ordinal"):
    network = MLPDigitClassifier(
        hidden_layer_sizes=(128,), target_encoding=encoding, random_state=0
    )
    predictions[encoding] = network.fit(X_train, y_train).predict(X_held_out)
    accuracy = np.mean(predictions[encoding] == y_held_out)
    print(f"{encoding:8} {network.coefs_[-1].shape[1]:3} outputs, accuracy {accuracy:.1%}")

# %%
# How far is a wrong prediction from the true digit? To a single output, 4 lies between 3 and 5. If
# the network is uncertain, it predicts a number in between. Therefore, many of its mistakes are
# neighbouring numbers, whether or not the digits look similar. If the wrong numbers were chosen at
# random, a fifth of them would be neighbours.

fig, ax = plt.subplots(figsize=(7, 3.5), layout="constrained")
looks = {"one-hot": ("#0072B2", "", -0.2), "ordinal": ("#E69F00", "//", 0.2)}
for encoding, (colour, hatch, shift) in looks.items():
    distances = np.abs(predictions[encoding] - y_held_out)
    counts = np.bincount(distances, minlength=10)[1:]
    ax.bar(np.arange(1, 10) + shift, counts, 0.4, color=colour, hatch=hatch, label=encoding)
    share = counts[0] / counts.sum()
    print(f"{encoding:8} {counts.sum()} mistakes, {share:.0%} of them neighbouring numbers")
ax.set(xlabel="distance between the predicted and the true number", ylabel="mistakes")
ax.set_xticks(range(1, 10))
ax.legend()
plt.show()

# %%
# These are some mistakes of the network with a single output.

DigitGridDisplay.from_predictions(X_held_out, y_held_out, predictions["ordinal"], n_images=16)
plt.show()
