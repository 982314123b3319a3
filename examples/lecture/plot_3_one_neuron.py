"""
One neuron and the chain rule
=============================

A network with a single output is the simplest example for computing a gradient.
"""

import matplotlib.pyplot as plt
import numpy as np

from skmnist.datasets import load_mnist
from skmnist.displays import WeightsDisplay

# %%
# B1. One output
# --------------
# The network decides whether an image shows a 3. The 784 pixels are multiplied by 784 weights:
# Y_p = X·W + b. The target Y is 1 for a 3 and 0 for another digit. The loss is \|Y_p - Y\| (MAE) or
# (Y_p - Y)² (MSE).

X, y = load_mnist(subset="train", return_X_y=True)
X, Y = X[:2000] / 255, (y[:2000] == 3).astype(float)[:, None]
W, b = np.zeros((784, 1)), 0.0


def mse(W, b):
    """Return the mean of (Y_p - Y)²."""
    return np.mean((X @ W + b - Y) ** 2)


print("Y_p:", (X @ W + b).shape, "   MAE:", np.mean(abs(X @ W + b - Y)), "   MSE:", mse(W, b))

# %%
# B2. The chain rule
# ------------------
# The loss depends on W_i through Y_p: ∂loss/∂W_i = ∂loss/∂Y_p · ∂Y_p/∂W_i. The first factor is
# 2 (Y_p - Y), and the second one is the pixel X_i. For b, the second factor is 1.


def slopes(W, b):
    """Return ∂loss/∂W and ∂loss/∂b."""
    delta = 2 * (X @ W + b - Y) / len(X)
    return X.T @ delta, delta.sum()


# %%
# A slope can be checked by finite differences: change one weight slightly, and compute the change
# of the loss.

W_trial = np.random.default_rng(0).normal(scale=0.01, size=(784, 1))
one_weight = np.zeros((784, 1))
one_weight[14 * 28 + 14] = 1e-6
difference = (mse(W_trial + one_weight, b) - mse(W_trial - one_weight, b)) / 2e-6
print("by the chain rule:    ", slopes(W_trial, b)[0][14 * 28 + 14, 0])
print("by finite differences:", difference)

# %%
# Gradient descent updates the parameters: W ← W - lr · ∂loss/∂W, b ← b - lr · ∂loss/∂b.

losses = []
for _ in range(300):
    dW, db = slopes(W, b)
    W, b = W - 0.015 * dW, b - 0.015 * db
    losses.append(mse(W, b))

is_three = (X @ W + b > 0.5)[:, 0]
print(f"loss {losses[0]:.4f} → {losses[-1]:.4f}")
print(f"accuracy on the training images:      {np.mean(is_three == Y[:, 0]):.1%}")
print(f'accuracy of always predicting "no 3": {np.mean(Y == 0):.1%}')

fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.5), layout="constrained")
left.plot(losses)
left.set(xlabel="step", ylabel="MSE", ylim=(0, None))
WeightsDisplay(W.T.reshape(1, 28, 28)).plot(ax=right)
right.set_title("weights of the neuron")
plt.show()
