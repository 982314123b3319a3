"""
Your own validation images
==========================

Training should stop when the accuracy on images that are not used for training no longer increases.
You can pass such validation images to ``fit``, also through a pipeline.
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
# The classifier requests the validation images by default. ``transform_input`` makes the pipeline
# transform them like the training images. Both require the metadata routing of scikit-learn, which
# is enabled here.

convolve = ConvFeatureTransformer("pca", n_kernels=8, random_state=0)
settings = {"early_stopping": True, "n_iter_no_change": 5, "max_iter": 40, "random_state": 0}
with sklearn.config_context(enable_metadata_routing=True):
    classifier = MLPDigitClassifier(**settings)
    steps = [("features", convolve), ("digits", classifier)]
    pipeline = Pipeline(steps, transform_input=["X_val"])
    pipeline.fit(X_train, y_train, X_val=X_val, y_val=y_val)

# %%
# After each epoch, the accuracy on the validation images is computed. When it has not improved for
# five epochs, the training stops, and the weights of the best epoch are restored.

network = pipeline["digits"]
print(f"epochs: {network.n_iter_} of at most {network.max_iter}")
print(f"best epoch: {network.best_iter_}, with accuracy {max(network.validation_scores_):.1%}")

_, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
LossCurveDisplay.from_estimator(pipeline, ax=axes[0])
epochs = range(1, network.n_iter_ + 1)
axes[1].plot(epochs, network.validation_scores_, "s-", color="#D55E00")
axes[1].axvline(network.best_iter_, color="black", linestyle=":")
axes[1].set(xlabel="Epoch", ylabel="Validation accuracy")
plt.show()

# %%
# The accuracy on the validation images is slightly too optimistic, because these images determined
# the best epoch. Measure the accuracy on other images.

print(f"accuracy on the validation images: {pipeline.score(X_val, y_val):.1%}")
print(f"accuracy on held-out images:       {pipeline.score(X_held_out, y_held_out):.1%}")
