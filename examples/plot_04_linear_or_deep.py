"""
Linear or deep
==============

What do hidden layers add to ``relu(X @ W + b)``, and how large must they be?

Why they need a ReLU is told in
:doc:`the lecture </auto_examples/lecture/plot_1_from_pixels_to_an_answer>`.
"""

import matplotlib.pyplot as plt

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.displays import WeightsDisplay

X, y = load_mnist(subset="train", return_X_y=True)
X_train, y_train = X[:2000], y[:2000]
X_held_out, y_held_out = X[50_000:53_000], y[50_000:53_000]

# %%
# Four networks, from no hidden layer to two large ones. All end in ten outputs with a ReLU.

sizes, accuracies, networks = [], [], {}
for layers in [(), (32,), (128,), (512, 256)]:
    network = MLPDigitClassifier(hidden_layer_sizes=layers, max_iter=20, random_state=0)
    networks[layers] = network.fit(X_train, y_train)
    sizes.append(sum(W.size for W in network.coefs_))
    accuracies.append(network.score(X_held_out, y_held_out))
    print(f"{layers!s:10} {sizes[-1]:7,} weights, {accuracies[-1]:.1%} right")

# %%
# Accuracy on held-out images over the number of weights: the first few hidden neurons bring the
# most, and each further step costs several times as many weights as the one before.

fig, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
ax.semilogx(sizes, accuracies, "o-", color="#0072B2")
for layers, size, accuracy in zip(networks, sizes, accuracies, strict=True):
    ax.annotate(str(layers), (size, accuracy), (-6, 6), textcoords="offset points", ha="right")
ax.set(xlabel="weights", ylabel="accuracy")
ax.yaxis.set_major_formatter("{x:.0%}")
ax.margins(0.15, 0.25)
plt.show()

# %%
# The linear network has one image of weights for each digit, from 0 to 9: ink where it is red
# speaks for the digit, ink where it is blue against it. One such template must fit every way to
# write the digit. Hidden neurons make several, and the next layer combines them.

WeightsDisplay(networks[()].coefs_[0].T.reshape(10, 28, 28)).plot()
plt.show()
