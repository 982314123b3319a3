"""
Your own validation images
==========================

When to stop? When images that are not trained on are no longer read better. They go into ``fit``
beside the training images, and through a pipeline as well.
"""

import matplotlib.pyplot as plt
import sklearn
from sklearn.pipeline import Pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.displays import LossCurveDisplay

X, y = load_mnist(subset="train", return_X_y=True)
X_train, y_train = X[:1000], y[:1000]
X_val, y_val = X[40_000:42_000], y[40_000:42_000]
X_held_out, y_held_out = X[50_000:52_000], y[50_000:52_000]

# %%
# The classifier asks for validation images by itself. That they go through the steps before it,
# like the training images, is what ``transform_input`` says. Both need scikit-learn's metadata
# routing, which is switched on here.

convolve = ConvFeatureTransformer("pca", n_kernels=8, random_state=0)
settings = {"early_stopping": True, "n_iter_no_change": 5, "max_iter": 40, "random_state": 0}
with sklearn.config_context(enable_metadata_routing=True):
    classifier = MLPDigitClassifier(**settings)
    steps = [("features", convolve), ("digits", classifier)]
    pipeline = Pipeline(steps, transform_input=["X_val"])
    pipeline.fit(X_train, y_train, X_val=X_val, y_val=y_val)

# %%
# After each epoch the validation images are predicted. When five epochs in a row brought nothing
# better, it stops, and goes back to the best one.

network = pipeline["digits"]
print(f"stopped after {network.n_iter_} of at most {network.max_iter} epochs")
print(f"the best was number {network.best_iter_}, with {max(network.validation_scores_):.1%}")

_, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
LossCurveDisplay.from_estimator(pipeline, ax=axes[0])
epochs = range(1, network.n_iter_ + 1)
axes[1].plot(epochs, network.validation_scores_, "s-", color="#D55E00")
axes[1].axvline(network.best_iter_, color="black", linestyle=":")
axes[1].set(xlabel="Epoch", ylabel="Validation accuracy")
plt.show()

# %%
# The validation images chose the epoch, so they flatter it a little. An honest figure comes from
# images that had no say.

print(f"validation images: {pipeline.score(X_val, y_val):.1%} right")
print(f"held-out images:   {pipeline.score(X_held_out, y_held_out):.1%} right")
