"""
The four steps by hand
======================

This example trains a network with one hidden layer, using NumPy only.
:doc:`A script of the lecture </auto_examples/lecture/plot_2_the_four_steps>` takes the same steps
with the functions of this package.
"""

import matplotlib.pyplot as plt
import numpy as np

from skmnist.datasets import load_mnist

# %%
# The pixels are scaled to numbers from 0 to 1. The labels are encoded as one-hot vectors: the
# target of the output for the correct digit is 1, and the targets of the nine other outputs are 0.

X, y = load_mnist(subset="train", return_X_y=True)
X_held_out, y_held_out = X[50_000:52_000] / 255, y[50_000:52_000]
X, Y = X[:5000] / 255, np.eye(10)[y[:5000]]

# %%
# The initial weights are small random numbers. The initial biases are 0.

rng = np.random.default_rng(0)
W1, b1 = rng.normal(scale=np.sqrt(1 / 784), size=(784, 128)), np.zeros(128)
W2, b2 = rng.normal(scale=np.sqrt(1 / 128), size=(128, 10)), np.zeros(10)

# %%
# These are the four steps of the lecture. The gradient is computed from the last layer to the first
# (backpropagation): the slope of the loss is multiplied by the weights of the layer, and by the
# slope of the ReLU, which is 1 or 0.

losses, rate, batch = [], 0.05, 50
for _ in range(10):  # step 4: loop over epochs ...
    for rows in rng.permutation(len(X)).reshape(-1, batch):  # ... and batches
        # Step 1: compute the outputs.
        h = np.maximum(X[rows] @ W1 + b1, 0)
        out = h @ W2 + b2
        # Step 2: compute the loss, the squared distance from the one-hot vectors.
        losses.append(np.sum((out - Y[rows]) ** 2, axis=1).mean())
        # Step 3: compute the gradient ...
        delta2 = 2 * (out - Y[rows]) / batch
        delta1 = delta2 @ W2.T * (h > 0)
        # ... and take a step in the opposite direction.
        W2 -= rate * h.T @ delta2
        b2 -= rate * delta2.sum(axis=0)
        W1 -= rate * X[rows].T @ delta1
        b1 -= rate * delta1.sum(axis=0)

# %%
# The predicted digit is the one with the largest output.

out = np.maximum(X_held_out @ W1 + b1, 0) @ W2 + b2
print(f"accuracy on held-out images: {np.mean(out.argmax(axis=1) == y_held_out):.1%}")

# %%
# A batch is a small sample, so its loss varies from step to step. The mean of each epoch shows the
# trend.

fig, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
steps = np.arange(len(losses)) + 1
ax.plot(steps, losses, color="0.6", linewidth=0.8, label="one batch")
epoch_ends, epoch_means = steps[99::100], np.reshape(losses, (10, -1)).mean(axis=1)
ax.plot(epoch_ends, epoch_means, "o-", color="#0072B2", label="mean of an epoch")
ax.set(xlabel="step", ylabel="loss", ylim=(0, None))
ax.legend()
plt.show()
