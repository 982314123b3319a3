"""A small script of a user, which type checkers must accept, and mistakes that they must find.

The session package of noxfile.py checks it with mypy and pyright, and runs it. An unneeded comment
``type: ignore`` is an error too, so each of the mistakes must be found.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true
import io
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import make_pipeline
from sklearn.utils import Bunch

import skmnist
from skmnist import (
    ConvFeatureTransformer,
    DigitDistorter,
    DistortedClassifier,
    MLPDigitClassifier,
)
from skmnist.datasets import load_mnist, load_xo, read_idx, write_idx


def load() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Load the data sets, and write and read an array."""
    assert_type(load_mnist(subset="test"), Bunch)
    X, y = load_mnist(subset="test", return_X_y=True)
    _, names = load_xo(variant="shifted", n_samples=4, random_state=0, return_X_y=True)
    assert_type(names, NDArray[np.str_])
    file = io.BytesIO()
    write_idx(file, X[:10])
    file.seek(0)
    assert_type(read_idx(file), NDArray[Any])
    return X, y


def make() -> list[Any]:
    """Make estimators with parameters of all types."""
    return [
        MLPDigitClassifier(hidden_layer_sizes=20, batch_size="auto", alpha=0, verbose=1),
        MLPDigitClassifier(hidden_layer_sizes=[20, 10], learning_rate_init="auto", verbose=False),
        MLPDigitClassifier(schedule_iter=2, class_weight="balanced", distort=DigitDistorter()),
        ConvFeatureTransformer(np.ones((1, 3, 3)), activation=None, pool=("max", None)),
        ConvFeatureTransformer("pca", n_kernels=(4, 8), kernel_size=(3, "auto"), pool_size=2),
        DigitDistorter(rotation=0.5, scale=0, shift=0.5, smoothness=2.5, fill=-0.5),
    ]


def train(X: NDArray[np.uint8], y: NDArray[np.int64]) -> None:
    """Fit a classifier and a pipeline, and make a page."""
    classifier = MLPDigitClassifier(
        hidden_layer_sizes=(16,), batch_size=32, learning_rate_init=0.01, max_iter=2
    )
    classifier.fit(X[:100], y[:100], X_val=X[:10], y_val=y[:10])
    print(classifier.score(X, y), classifier.predict_log_proba(X[:5]))
    assert_type(classifier.n_layers_, int)
    assert_type(classifier.best_validation_score_, float | None)
    pipeline = make_pipeline(ConvFeatureTransformer(n_kernels=2, random_state=0), classifier)
    model = DistortedClassifier(pipeline, max_iter=1).fit(X[:100], y[:100])
    print(model.predict(DigitDistorter(random_state=0).distort(X[:5])))
    page = skmnist.io.to_page(classifier, X=X[:100], y=y[:100], image_shape=(28, 28))
    assert_type(page.html, str)
    page.save(io.BytesIO())


def mistakes() -> None:
    """Make mistakes; this function is never called."""
    load_mnist(subset="training")  # type: ignore[call-overload]
    load_xo(variant="bent")  # type: ignore[call-overload]
    read_idx(3)  # type: ignore[arg-type]
    skmnist.io.to_page(MLPDigitClassifier(), precision="64 bits")  # type: ignore[arg-type]
    skmnist.load_mnist()  # type: ignore[attr-defined]


if __name__ == "__main__":
    train(*load())
    make()
    skmnist.show_versions()
