"""
One neuron and the chain rule
=============================

Before the convolution, the smallest case: a single output, and where its gradient comes from.
"""

import matplotlib.pyplot as plt
import numpy as np

from skmnist.datasets import load_mnist
from skmnist.displays import WeightsDisplay

# %%
# B1. One output
# --------------
# Is it a 3 or not? The 784 pixels are multiplied by as many weights: Y_p = X·W + b. How far that
# is from Y, 1 for a 3 and 0 for another digit, is told by \|Y_p - Y\|, the MAE, or by
# (Y_p - Y)², the MSE.

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
# How does the loss change with W_i? By way of Y_p: ∂loss/∂W_i = ∂loss/∂Y_p · ∂Y_p/∂W_i. The first
# factor is 2 (Y_p - Y), the second is the pixel X_i; for b the second is 1.


def slopes(W, b):
    """Return ∂loss/∂W and ∂loss/∂b."""
    delta = 2 * (X @ W + b - Y) / len(X)
    return X.T @ delta, delta.sum()


# %%
# A slope can always be checked: move one weight a little, and see how much the loss moves.

W_trial = np.random.default_rng(0).normal(scale=0.01, size=(784, 1))
one_weight = np.zeros((784, 1))
one_weight[14 * 28 + 14] = 1e-6
moved = (mse(W_trial + one_weight, b) - mse(W_trial - one_weight, b)) / 2e-6
print("by the chain rule:   ", slopes(W_trial, b)[0][14 * 28 + 14, 0])
print("by moving the weight:", moved)

# %%
# Walking downhill: W ← W - lr · ∂loss/∂W, b ← b - lr · ∂loss/∂b.

losses = []
for _ in range(300):
    dW, db = slopes(W, b)
    W, b = W - 0.015 * dW, b - 0.015 * db
    losses.append(mse(W, b))

is_three = (X @ W + b > 0.5)[:, 0]
print(f"loss {losses[0]:.4f} → {losses[-1]:.4f}")
print(f"right for the training images: {np.mean(is_three == Y[:, 0]):.1%}")
print(f'always saying "no 3":         {np.mean(Y == 0):.1%}')

fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.5), layout="constrained")
left.plot(losses)
left.set(xlabel="step", ylabel="MSE", ylim=(0, None))
WeightsDisplay(W.T.reshape(1, 28, 28)).plot(ax=right)
right.set_title("what the neuron looks for")
plt.show()
