"""
Pieces of an X
==============

If an X is moved, its pixels change, but it still contains the same patches. Kernels detect them.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.signal import correlate2d

from skmnist import ConvFeatureTransformer
from skmnist.datasets import load_xo
from skmnist.displays import DigitGridDisplay, FeatureMapsDisplay, KernelsDisplay

# %%
# B3. The problem of the X and the O
# ----------------------------------
# These are a standard X and a standard O of 9×9 pixels, 1 for ink and -1 for paper, and some
# shifted, rotated and thicker letters.

standard = load_xo()
X_of_lecture = standard.images[0]
variants = ["shifted", "rotated", "thicker"]
drawn = [load_xo(variant=name, n_samples=4, random_state=0) for name in variants]
images = np.concatenate([standard.images[:2], *(some.images for some in drawn)])
labels = np.concatenate([standard.target[:2], *(some.target for some in drawn)])
DigitGridDisplay(images, y_true=labels).plot()
plt.show()

# %%
# Compared pixel by pixel, a shifted letter can be closer to the other standard letter.
# :doc:`An example </auto_examples/plot_07_x_and_o>` trains a small network on features instead of
# pixels, which recognises the letters.

X, y = load_xo(variant="shifted", n_samples=400, random_state=0, return_X_y=True)
distances = np.linalg.norm(X[:, None] - standard.data, axis=2)
nearest = standard.target[distances.argmin(axis=1)]
print(f"shifted letters that are closer to the other letter: {np.mean(nearest != y):.0%}")

# %%
# B4. Three pieces
# ----------------
# The kernels, also called filters, are three patches of the standard X: a falling stroke, the
# crossing and a rising stroke. The usual sizes of kernels are 3×3 and 5×5.

strokes = ConvFeatureTransformer("strokes", kernel_size=3, activation=None, pool=None)
strokes.fit(standard.data)
KernelsDisplay.from_estimator(strokes)
plt.show()

# %%
# B5. The averaged feature map
# ----------------------------
# A kernel is applied at every position. Its entries are multiplied with the pixels, and the mean of
# the nine products is the entry of the feature map for that position. A kernel of 3×3 entries has
# 7×7 positions in an image of 9×9 pixels.

falling = np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
by_hand = np.empty((7, 7))
for row in range(7):
    for column in range(7):
        patch = X_of_lecture[row : row + 3, column : column + 3]
        by_hand[row, column] = np.mean(patch * falling)

# %%
# The transformer computes the same map. SciPy computes sums, which have to be divided by nine.

maps = strokes.feature_maps(standard.data[:1])[0]
print("equals the map of the transformer:", np.allclose(by_hand, maps[:, :, 0]))
scipy_map = correlate2d(X_of_lecture, falling, "valid") / 9
print("equals the map of SciPy:          ", np.allclose(by_hand, scipy_map))

# %%
# B6. The worked example
# ----------------------
# These are the X and its three feature maps. 1.00 is a perfect match: each diagonal stroke matches
# at two positions in each arm of its diagonal, and the crossing matches once, in the centre. The
# slides truncate the decimals instead of rounding them, so 7/9 is 0.77 there. ``values`` can be a
# function that formats the numbers.


def truncated(value):
    """Return a number as text, truncated to two decimals."""
    return f"{np.trunc(value * 100) / 100 + 0:.2f}"


FeatureMapsDisplay.from_estimator(strokes, standard.data[:1], values=truncated)
plt.show()

# %%
# B11. Homework
# -------------
# Compute the three maps by hand. These are the solutions, multiplied by 9 to avoid rounding.

for number, name in enumerate(standard.kernel_names):
    print(name)
    print(np.rint(9 * maps[:, :, number]).astype(int), "\n")
