"""
An X is an X, wherever it stands
================================

The training set consists of one standard X and one standard O. The test images are shifted,
rotated, thicker and noisy letters. Compared pixel by pixel, a shifted X can be more similar to the
O than to the standard X. However, every X contains the same small patches: a falling stroke, a
crossing and a rising stroke. Feature maps show where an image contains these patches. With them,
the same network recognises the letters.

:doc:`The lecture </auto_examples/lecture/plot_4_pieces_of_an_x>` shows how such a map is computed.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.pipeline import make_pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import load_xo
from skmnist.displays import DigitGridDisplay, FeatureMapsDisplay

standard = load_xo()
variants = ["shifted", "rotated", "thicker", "noisy"]

# %%
# These are the standard letters, and two letters of each variant.

drawn = [standard] + [load_xo(variant=name, n_samples=2, random_state=0) for name in variants]
images = np.concatenate([some.images for some in drawn])
names = np.concatenate([some.variants for some in drawn])
DigitGridDisplay(images, y_true=names).plot()
plt.show()

# %%
# For some shifted letters, the standard form of the other letter differs in fewer pixels than the
# standard form of the same letter.

tests = [load_xo(variant=name, n_samples=400, random_state=1) for name in variants]
shifted = tests[0]
differing = np.sum(shifted.data[:, None] != standard.data, axis=2)
nearest = standard.target[differing.argmin(axis=1)]
share = np.mean(nearest != shifted.target)
print(f"{share:.0%} of {len(nearest)} shifted letters are closer to the other letter")

# %%
# These are the averaged feature maps of the standard X, as in the example on the slides. 1.00 is a
# perfect match.

strokes = ConvFeatureTransformer("strokes", kernel_size=3, activation=None, pool=None)
strokes.fit(standard.data)
FeatureMapsDisplay.from_estimator(strokes, standard.data[:1])
plt.show()

# %%
# The maps of a shifted X are shifted in the same way.

FeatureMapsDisplay.from_estimator(strokes, shifted.data[:1])
plt.show()

# %%
# The classifier is now trained on pixels, and on features from two kinds of kernels. With
# ``normalize="contrast"``, a match in a faint part of an image counts as much as one in a part with
# high contrast. Pooling makes the features less sensitive to the exact position of a match. Random
# guessing would have an accuracy of 50 %.

settings = {"kernel_size": 3, "normalize": "contrast", "pool_size": 3, "random_state": 0}
steps = {
    "raw pixels": [],
    "strokes": [ConvFeatureTransformer("strokes", **settings)],
    "patches": [ConvFeatureTransformer("patches", n_kernels=12, **settings)],
}
looks = [("#0072B2", ""), ("#E69F00", "//"), ("#009E73", "..")]

fig, ax = plt.subplots(figsize=(9, 3.5), layout="constrained")
places = np.arange(len(variants)) - 0.3
for (name, features), (colour, hatch) in zip(steps.items(), looks, strict=True):
    pipeline = make_pipeline(*features, MLPDigitClassifier(random_state=0))
    pipeline.fit(standard.data, standard.target)
    accuracies = [pipeline.score(test.data, test.target) for test in tests]
    bars = ax.bar(places, accuracies, 0.28, color=colour, hatch=hatch, label=name)
    ax.bar_label(bars, [f"{accuracy:.1%}" for accuracy in accuracies], fontsize=8)
    places += 0.3
ax.set_xticks(range(len(variants)), variants)
ax.set(ylabel="accuracy", ylim=(0, 1.1))
ax.yaxis.set_major_formatter("{x:.0%}")
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()
