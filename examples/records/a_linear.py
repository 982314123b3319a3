"""A linear model: 784 inputs, 10 outputs, no hidden layer.

The squared error of a linear model has a unique minimum, which `Ridge` computes at once. The
classifier with ``hidden_layer_sizes=()`` and ``output_activation="identity"`` approaches it by
gradient descent. Run the script in the root of the repository::

    python examples/records/a_linear.py
    python examples/records/a_linear.py --test
"""

from _record import main

from skmnist import MLPDigitClassifier


def train(X, y, seed):
    """Return a linear model."""
    return MLPDigitClassifier(hidden_layer_sizes=(), max_iter=20, random_state=seed).fit(X, y)


if __name__ == "__main__":
    main(__file__, __doc__, train, title="linear, 784-10", published="12.0 (LeCun et al. 1998)")
