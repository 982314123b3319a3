"""
The four steps by hand
======================

A network with a hidden layer, trained with nothing but NumPy. The same steps, with the functions
that the package is made of, are a page of
:doc:`the lecture </auto_examples/lecture/plot_2_the_four_steps>`.
"""

import matplotlib.pyplot as plt
import numpy as np

from skmnist.datasets import load_mnist

# %%
# Pixels become numbers from 0 to 1, labels become one-hot vectors: ten outputs, of which the
# right digit's is to be 1 and the others 0.

X, y = load_mnist(subset="train", return_X_y=True)
X_held_out, y_held_out = X[50_000:52_000] / 255, y[50_000:52_000]
X, Y = X[:5000] / 255, np.eye(10)[y[:5000]]

# %%
# Weights start small and random, biases at 0.

rng = np.random.default_rng(0)
W1, b1 = rng.normal(scale=np.sqrt(1 / 784), size=(784, 128)), np.zeros(128)
W2, b2 = rng.normal(scale=np.sqrt(1 / 128), size=(128, 10)), np.zeros(10)

# %%
# The four steps. The gradient is found from the last layer to the first: the slope of the loss,
# times the weights that it came through, times the slope of the ReLU, which is 1 or 0.

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
        # ... and go a step against it.
        W2 -= rate * h.T @ delta2
        b2 -= rate * delta2.sum(axis=0)
        W1 -= rate * X[rows].T @ delta1
        b1 -= rate * delta1.sum(axis=0)

# %%
# The largest output is the answer.

out = np.maximum(X_held_out @ W1 + b1, 0) @ W2 + b2
print(f"held-out images: {np.mean(out.argmax(axis=1) == y_held_out):.1%} right")

# %%
# A batch is a small sample, so its loss goes up and down; the mean of each epoch shows the way.

fig, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
steps = np.arange(len(losses)) + 1
ax.plot(steps, losses, color="0.6", linewidth=0.8, label="each batch")
epoch_ends, epoch_means = steps[99::100], np.reshape(losses, (10, -1)).mean(axis=1)
ax.plot(epoch_ends, epoch_means, "o-", color="#0072B2", label="mean of the epoch")
ax.set(xlabel="step", ylabel="loss", ylim=(0, None))
ax.legend()
plt.show()
