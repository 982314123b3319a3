"""
An X is an X, wherever it stands
================================

One standard X and one standard O are all that is learnt from. Then there are shifted,
rotated, thicker and noisy ones to be told apart. Pixel by pixel, a shifted X is nearer to
anything than to the standard one. But it is made of the same small pieces: a falling
stroke, a crossing, a rising stroke. With the maps that say where such pieces are found,
the same network recognises it.

Run it from the root of the repository with::

    python examples/plot_x_and_o.py
"""

from sklearn.pipeline import make_pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.datasets import load_xo

standard = load_xo()
variants = ["shifted", "rotated", "thicker", "noisy"]

# %%
# The averaged maps of the standard X, the slides' worked example: 1.00 is a perfect match.

strokes = ConvFeatureTransformer("strokes", kernel_size=3, activation=None, pool=None)
maps = strokes.fit(standard.data).feature_maps(standard.data[:1])[0]
for number, name in enumerate(standard.kernel_names):
    print(name)
    for row in maps[:, :, number]:
        print("".join(f"{value:6.2f}" for value in row))

# %%
# Pixels against features. Normalised contrast makes a faint match count as much as a bold one;
# pooling forgives where exactly it was.

settings = {"kernel_size": 3, "normalize": "contrast", "pool_size": 3, "random_state": 0}
steps = {
    "raw pixels": [],
    "strokes": [ConvFeatureTransformer("strokes", **settings)],
    "patches": [ConvFeatureTransformer("patches", n_kernels=12, **settings)],
}
print(f"\n{'':12}" + "".join(f"{variant:>10}" for variant in variants))
for name, features in steps.items():
    pipeline = make_pipeline(*features, MLPDigitClassifier(random_state=0))
    pipeline.fit(standard.data, standard.target)
    accuracies = []
    for variant in variants:
        X, y = load_xo(variant=variant, n_samples=400, random_state=1, return_X_y=True)
        accuracies.append(pipeline.score(X, y))
    print(f"{name:12}" + "".join(f"{accuracy:>10.1%}" for accuracy in accuracies))
