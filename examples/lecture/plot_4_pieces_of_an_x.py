"""
Pieces of an X
==============

An X that is moved is another row of pixels, but it is made of the same pieces. Kernels find them.
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
# A standard X and O, 9×9 pixels, 1 for ink and -1 for paper, and some that are shifted, rotated or
# thicker.

standard = load_xo()
X_of_lecture = standard.images[0]
variants = ["shifted", "rotated", "thicker"]
drawn = [load_xo(variant=name, n_samples=4, random_state=0) for name in variants]
images = np.concatenate([standard.images[:2], *(some.images for some in drawn)])
labels = np.concatenate([standard.target[:2], *(some.target for some in drawn)])
DigitGridDisplay(images, y_true=labels).plot()
plt.show()

# %%
# Compared pixel by pixel with the two standard letters, a shifted one may be nearer to the other.
# By their pieces, :doc:`a small network </auto_examples/plot_07_x_and_o>` tells them apart: that
# is an example of its own.

X, y = load_xo(variant="shifted", n_samples=400, random_state=0, return_X_y=True)
distances = np.linalg.norm(X[:, None] - standard.data, axis=2)
nearest = standard.target[distances.argmin(axis=1)]
print(f"shifted letters that are nearer to the wrong one: {np.mean(nearest != y):.0%}")

# %%
# B4. Three pieces
# ----------------
# Cut from the standard X: a falling stroke, the crossing, and a rising stroke. They are the
# kernels, also called filters, and commonly 3×3 or 5×5.

strokes = ConvFeatureTransformer("strokes", kernel_size=3, activation=None, pool=None)
strokes.fit(standard.data)
KernelsDisplay.from_estimator(strokes)
plt.show()

# %%
# B5. The averaged feature map
# ----------------------------
# A kernel is laid on every position. Entry times pixel, nine products; their mean is written at
# that position. On 9×9 pixels, 3×3 entries have 7×7 positions.

falling = np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
by_hand = np.empty((7, 7))
for row in range(7):
    for column in range(7):
        patch = X_of_lecture[row : row + 3, column : column + 3]
        by_hand[row, column] = np.mean(patch * falling)

# %%
# The transformer gives the same, and so does SciPy once its sums are divided by nine.

maps = strokes.feature_maps(standard.data[:1])[0]
print("as the transformer:", np.allclose(by_hand, maps[:, :, 0]))
print("as SciPy:          ", np.allclose(by_hand, correlate2d(X_of_lecture, falling, "valid") / 9))

# %%
# B6. The worked example
# ----------------------
# The X and its three maps. 1.00 is a perfect match: the falling stroke is found twice on either
# arm of its diagonal, the crossing once, in the middle. The slides cut the decimals instead of
# rounding them, so that 7/9 is 0.77 there; a function says how numbers are to be written.


def cut(value):
    """Write two decimals, the rest cut off."""
    return f"{np.trunc(value * 100) / 100 + 0:.2f}"


FeatureMapsDisplay.from_estimator(strokes, standard.data[:1], values=cut)
plt.show()

# %%
# B11. Homework
# -------------
# Fill in the three maps by hand. Here are the answers, in ninths, so that nothing is rounded.

for number, name in enumerate(standard.kernel_names):
    print(name)
    print(np.rint(9 * maps[:, :, number]).astype(int), "\n")
