"""Handwritten digits, the scikit-learn way.

Load MNIST, which is bundled, train a classifier, and predict::

    from skmnist import MLPDigitClassifier
    from skmnist.datasets import load_mnist

    X, y = load_mnist(subset="train", return_X_y=True)
    classifier = MLPDigitClassifier(random_state=0).fit(X, y)
    X_test, y_test = load_mnist(subset="test", return_X_y=True)
    print(classifier.score(X_test, y_test))

Compute features of the images first, which makes about half as many errors::

    from sklearn.pipeline import make_pipeline
    from skmnist import ConvFeatureTransformer

    pipeline = make_pipeline(ConvFeatureTransformer(), MLPDigitClassifier()).fit(X, y)

Read the digit in a photo, and plot what a model misclassifies::

    from skmnist.datasets import read_photo
    from skmnist.displays import DigitGridDisplay

    pipeline.predict([read_photo("my-photo.jpg")])
    DigitGridDisplay.from_estimator(pipeline, X_test, y_test)

The packages ``skmnist.datasets``, ``skmnist.displays``, ``skmnist.io`` (saving and exporting
models) and ``skmnist.network`` (the lecture as functions of arrays) contain everything else.
``skmnist.show_versions()`` prints what the report of a problem should contain.
"""

from importlib import import_module

from skmnist._version import __version__

__all__ = [
    "ConvFeatureTransformer",
    "DigitDistorter",
    "DistortedClassifier",
    "MLPDigitClassifier",
    "__version__",
    "show_versions",
]

_MODULES = {
    "ConvFeatureTransformer": "features",
    "DigitDistorter": "distortion",
    "DistortedClassifier": "distortion",
    "MLPDigitClassifier": "classifier",
    "show_versions": "_show_versions",
}
_PACKAGES = ("datasets", "displays", "io", "network")


def __getattr__(name):
    """Import a public name when it is first used: ``skmnist --help`` needs none of them."""
    if name in _PACKAGES:
        return import_module(f"skmnist.{name}")
    if name not in _MODULES:
        raise AttributeError(f"module 'skmnist' has no attribute {name!r}{_where(name)}")
    public = getattr(import_module(f"skmnist.{_MODULES[name]}"), name)
    globals()[name] = public
    return public


def _where(name):
    """Return the end of an error message: the package that has a public name, if there is one."""
    if name.startswith("_"):  # other programs look for such names, which should be quick
        return ""
    for package in _PACKAGES:
        if name in import_module(f"skmnist.{package}").__all__:
            return f", but skmnist.{package} has it: from skmnist.{package} import {name}"
    return ""


def __dir__():
    return [*__all__, *_PACKAGES]
