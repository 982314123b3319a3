"""
Searching over both steps
=========================

How many kernels and which hidden layers are best? The grid search of scikit-learn tries all
combinations of the parameters of the transformer and the classifier.
"""

import tempfile

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import load_mnist

X, y = load_mnist(subset="train", return_X_y=True)
X, y = X[:1000], y[:1000]

# %%
# The name of a parameter starts with the name of its step: ``features__n_kernels`` is the parameter
# ``n_kernels`` of the step "features". With ``memory=``, the features of the training rows are
# cached in a folder. They are computed once per fold and number of kernels, and are reused for all
# classifiers. The features of the rows for scoring are not cached.

convolve = ConvFeatureTransformer("pca", kernel_size=5, random_state=0)
network = MLPDigitClassifier(max_iter=20, random_state=0)
steps = [("features", convolve), ("digits", network)]
grid = {
    "digits__hidden_layer_sizes": [(), (32,), (512, 256)],
    "features__n_kernels": [2, 8, 24],
}

with tempfile.TemporaryDirectory() as folder:
    pipeline = Pipeline(steps, memory=folder)
    search = GridSearchCV(pipeline, grid, cv=2).fit(X, y)
print("best parameters:", search.best_params_)

# %%
# The plot shows the mean accuracy over both folds for each combination. The best one has a frame.

layers, n_kernels = grid.values()
scores = search.cv_results_["mean_test_score"].reshape(len(layers), len(n_kernels))

fig, ax = plt.subplots(figsize=(6, 4), layout="constrained")
im = ax.imshow(scores, cmap="cividis")
for (row, column), score in np.ndenumerate(scores):
    colour = "white" if im.norm(score) < 0.5 else "black"
    ax.text(column, row, f"{score:.1%}", ha="center", va="center", color=colour)
row, column = np.unravel_index(scores.argmax(), scores.shape)
ax.add_patch(plt.Rectangle((column - 0.46, row - 0.46), 0.92, 0.92, fill=False, linewidth=3))
ax.set_xticks(range(len(n_kernels)), n_kernels)
ax.set_yticks(range(len(layers)), layers)
ax.set(xlabel="features__n_kernels", ylabel="digits__hidden_layer_sizes")
fig.colorbar(im, label="accuracy", format="{x:.0%}", shrink=0.8)
plt.show()
