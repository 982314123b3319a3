"""
The four steps
==============

A network of three layers is trained twice: by a loop that contains each step of the lecture, and
by a single line of code.

:doc:`An example </auto_examples/plot_02_four_steps_by_hand>` does the same with NumPy only.
"""

import time

import matplotlib.pyplot as plt
import numpy as np

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.displays import ActivationsDisplay
from skmnist.network import ACTIVATIONS, LOSSES, backward, forward, gradients, initialise

X, y = load_mnist(subset="train", return_X_y=True)
X_train, y_train = X[:5000], y[:5000]
X_test, y_test = X[50_000:52_000], y[50_000:52_000]

# %%
# A6. Deep
# --------
# The network is h1 = relu(X @ W1 + b1), h2 = relu(h1 @ W2 + b2), out = relu(h2 @ W3 + b3). Its
# layers have 784, 512, 256 and 10 neurons. The last layer has a ReLU too. In one of the lectures,
# W has the shape [out, in], which is the same matrix transposed.

images = (X_train / 255).astype(np.float32)
Y = np.eye(10, dtype=np.float32)[y_train]
rng = np.random.default_rng(0)
drawn = initialise([784, 512, 256, 10], "relu", Y.mean(axis=0), rng)
coefs, intercepts = ([part.astype(np.float32) for part in parts] for parts in drawn)
print([W.shape for W in coefs])

h1, h2, out = forward(images[:5], coefs, intercepts, "relu", "relu").outputs
print(h1.shape, h2.shape, out.shape)

# %%
# A7. The loss
# ------------
# The loss is the squared Euclidean distance between the ten outputs and the one-hot label,
# Σ (y - out)², averaged over the images. Before the training, each output is about 0.1. Therefore,
# the distance is about 0.9² for the correct digit and 0.1² for each of the nine others: 0.9 in
# total.

print(LOSSES["mse"].value(out, Y[:5]).sum(axis=1))

# %%
# A8. Training
# ------------
# The network is trained by gradient descent, in four steps.


def compute_loss_and_update(X, Y, rate):
    """Do steps 1 to 3 on one batch, and return the loss."""
    # Step 1: compute h1, h2, out.
    passed = forward(X, coefs, intercepts, "relu", "relu")
    out = passed.outputs[-1]
    # Step 2: compute the loss.
    loss = LOSSES["mse"].value(out, Y).sum(axis=1).mean()
    # Step 3: compute the gradient, from the last layer back to the first, ...
    delta = LOSSES["mse"].slope(out, Y) * ACTIVATIONS["relu"].slope(out) / len(X)
    coef_slopes, intercept_slopes = gradients(passed, backward(delta, passed, coefs, "relu"))
    # ... and update all W and b.
    for parameter, slope in zip(coefs + intercepts, coef_slopes + intercept_slopes, strict=True):
        parameter -= rate * slope
    return loss


# Step 4: loop.
losses = []
for epoch in range(6):
    for rows in np.array_split(rng.permutation(len(images)), 78):
        losses.append(compute_loss_and_update(images[rows], Y[rows], rate=0.1))
    print(f"epoch {epoch + 1}: loss {np.mean(losses[-78:]):.4f}")

# %%
# The estimator does the same. In addition, it uses momentum and a step size that first increases
# and then decays to 0, which makes the training faster. It also scales the pixels by itself.

classifier = MLPDigitClassifier(max_iter=6, random_state=0).fit(X_train, y_train)

out = forward(X_test / 255, coefs, intercepts, "relu", "relu").outputs[-1]
print(f"accuracy of the loop:        {np.mean(out.argmax(axis=1) == y_test):.1%}")
print(f"accuracy of the single line: {classifier.score(X_test, y_test):.1%}")

fig, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
epochs = np.arange(1, 7)
ax.plot(epochs, np.reshape(losses, (6, 78)).mean(axis=1), "o--", label="loop")
ax.plot(epochs, classifier.loss_curve_, "s-", label="MLPDigitClassifier")
ax.set(xlabel="epoch", ylabel="mean loss", ylim=(0, None))
ax.legend()
plt.show()

# %%
# A9. Inference
# -------------
# For a new image, the prediction is the digit with the largest output. The outputs estimate the
# probabilities of the digits, but need not sum to 1. ``predict_proba`` returns the closest
# probabilities.

print("outputs:      ", classifier.decision_function(X_test[:1]).round(2))
print("probabilities:", classifier.predict_proba(X_test[:1]).round(2))
print("prediction:   ", classifier.predict(X_test[:1]))

ActivationsDisplay.from_estimator(classifier, X_test[:1])
plt.show()

# %%
# A10. Speed
# ----------
# Large data and models need fast computation. The lectures use a tensor library and a GPU, whose
# throughput is 27 times that of a CPU server in their chart. Then they implement the network
# without such a library. Predicting many images at once already saves much time, because each layer
# is then a single product of matrices.


def seconds(function):
    """Return the seconds that one call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


one_by_one = seconds(lambda: [classifier.predict(row[None]) for row in X_test])
at_once = seconds(lambda: classifier.predict(X_test))
print(f"{len(X_test):,} images at once are {one_by_one / at_once:.0f} times as fast as one by one")
