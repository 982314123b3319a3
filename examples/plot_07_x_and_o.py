"""
An X is an X, wherever it stands
================================

One standard X and one standard O are all that is learnt from. Then there are shifted,
rotated, thicker and noisy ones to be told apart. Pixel by pixel, a shifted X may be nearer to
the O than to the standard X. But it is made of the same small pieces: a falling stroke, a
crossing, a rising stroke. With the maps that say where such pieces are found, the same
network recognises it.

How such a map is made is told in
:doc:`the lecture </auto_examples/lecture/plot_4_pieces_of_an_x>`.
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
# The standard ones, and two of each variant.

drawn = [standard] + [load_xo(variant=name, n_samples=2, random_state=0) for name in variants]
images = np.concatenate([some.images for some in drawn])
names = np.concatenate([some.variants for some in drawn])
DigitGridDisplay(images, y_true=names).plot()
plt.show()

# %%
# How many shifted letters differ in fewer pixels from the wrong standard letter?

tests = [load_xo(variant=name, n_samples=400, random_state=1) for name in variants]
shifted = tests[0]
differing = np.sum(shifted.data[:, None] != standard.data, axis=2)
nearest = standard.target[differing.argmin(axis=1)]
print(f"{np.mean(nearest != shifted.target):.0%} of {len(nearest)} shifted letters")

# %%
# The averaged maps of the standard X, the slides' worked example: 1.00 is a perfect match.

strokes = ConvFeatureTransformer("strokes", kernel_size=3, activation=None, pool=None)
strokes.fit(standard.data)
FeatureMapsDisplay.from_estimator(strokes, standard.data[:1])
plt.show()

# %%
# A shifted X has the same maps, shifted.

FeatureMapsDisplay.from_estimator(strokes, shifted.data[:1])
plt.show()

# %%
# Pixels against features. Normalised contrast makes a faint match count as much as a bold one;
# pooling forgives where exactly it was. Guessing gets half of the letters right.

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
