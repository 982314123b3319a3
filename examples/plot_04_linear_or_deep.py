"""
Linear or deep
==============

How much do hidden layers improve the accuracy of ``relu(X @ W + b)``, and how large do they need to
be? :doc:`A script of the lecture </auto_examples/lecture/plot_1_from_pixels_to_an_answer>` shows
why hidden layers need a ReLU.
"""

import matplotlib.pyplot as plt

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.displays import WeightsDisplay

X, y = load_mnist(subset="train", return_X_y=True)
X_train, y_train = X[:2000], y[:2000]
X_held_out, y_held_out = X[50_000:53_000], y[50_000:53_000]

# %%
# The first network has no hidden layer, and the last one has two large hidden layers. The output
# layer of each network has ten outputs with a ReLU.

sizes, accuracies, networks = [], [], {}
for layers in [(), (32,), (128,), (512, 256)]:
    network = MLPDigitClassifier(hidden_layer_sizes=layers, max_iter=20, random_state=0)
    networks[layers] = network.fit(X_train, y_train)
    sizes.append(sum(W.size for W in network.coefs_))
    accuracies.append(network.score(X_held_out, y_held_out))
    print(f"{layers!s:10} {sizes[-1]:7,} weights, accuracy {accuracies[-1]:.1%}")

# %%
# The plot shows the accuracy on held-out images as a function of the number of weights. The first
# hidden neurons improve the accuracy most. Each further improvement requires several times as many
# weights.

fig, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
ax.semilogx(sizes, accuracies, "o-", color="#0072B2")
for layers, size, accuracy in zip(networks, sizes, accuracies, strict=True):
    ax.annotate(str(layers), (size, accuracy), (-6, 6), textcoords="offset points", ha="right")
ax.set(xlabel="weights", ylabel="accuracy")
ax.yaxis.set_major_formatter("{x:.0%}")
ax.margins(0.15, 0.25)
plt.show()

# %%
# The weights of the linear network can be shown as one image per digit, from 0 to 9. Ink on red
# pixels increases the output for the digit, and ink on blue pixels decreases it. A single image of
# weights must match all ways to write the digit. Hidden neurons respond to many different patterns,
# which the next layer combines.

WeightsDisplay(networks[()].coefs_[0].T.reshape(10, 28, 28)).plot()
plt.show()
