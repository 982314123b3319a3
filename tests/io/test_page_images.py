"""The values of paper and ink are those with which the model reads digits."""

import json
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from helpers import small_classifier
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmnist.datasets import load_mnist
from skmnist.io import to_page
from skmnist.io._page_images import _resized

X, y = load_mnist(return_X_y=True)
X_TEST, Y_TEST = load_mnist(subset="test", return_X_y=True)
# From bytes to what a model is trained on.
UNITS = {
    "bytes": lambda pixels: pixels,
    "from 0 to 1": lambda pixels: pixels / 255,
    "from -1 to 1": lambda pixels: pixels / 127.5 - 1,
    "white paper": lambda pixels: 255 - pixels,
    "white paper from 0 to 1": lambda pixels: 1 - pixels / 255,
    "standardized": lambda pixels: (pixels / 255 - 0.1307) / 0.3081,
}
WITH_X = {**UNITS, "from 0 to 100": lambda pixels: pixels / 2.55, "signed": lambda x: x - 128.0}


def content(page):
    return json.loads(re.search(r'id="model">(.*?)</script>', page.html, re.S)[1])


def accuracy(page):
    return float(dict(content(page)["description"])["Accuracy"].split("%")[0]) / 100


def classifier(**parameters):
    return small_classifier(**{"hidden_layer_sizes": (32,), "max_iter": 5, **parameters})


def fitted(units, *steps):
    return make_pipeline(*steps, classifier()).fit(units(X[:2000].astype(np.float32)), y[:2000])


@pytest.mark.parametrize("steps", [(), (StandardScaler(),)], ids=["plain", "scaled"])
@pytest.mark.parametrize("name", UNITS)
def test_values_of_paper_and_ink_are_found_without_images(name, steps):
    model, test = fitted(UNITS[name], *steps), UNITS[name](X_TEST.astype(np.float32))
    page = to_page(model)
    paper, ink = UNITS[name](np.array([0.0, 255.0]))
    assert content(page)["pixel_max"] == pytest.approx(ink - paper)
    assert accuracy(page) == pytest.approx(model.score(test, Y_TEST), abs=2e-4)


@pytest.mark.parametrize("name", WITH_X)
def test_values_of_paper_and_ink_are_found_in_images(name):
    units = WITH_X[name]
    test = units(X_TEST[:300].astype(np.float32))
    page = to_page(fitted(units), X=test, y=Y_TEST[:300])
    paper, ink = units(np.array([0.0, 255.0]))
    assert content(page)["pixel_max"] == pytest.approx(ink - paper)
    shift = content(page)["steps"][0]["kind"] == "affine"
    assert shift == (paper != 0)


def test_images_must_be_passed_if_their_values_are_unusual():
    model = fitted(lambda pixels: pixels - 128.0, StandardScaler())
    with pytest.raises(ValueError, match="X and y must be passed for this model"):
        to_page(model)


def test_images_must_be_passed_if_the_digits_are_of_another_kind():
    digits = load_digits()
    model = classifier().fit(digits.data, digits.target)
    with pytest.raises(ValueError, match="X and y must be passed for this model"):
        to_page(model)
    page = to_page(model, X=digits.data, y=digits.target)
    assert content(page)["pixel_max"] == 16
    assert accuracy(page) == pytest.approx(model.score(digits.data, digits.target), abs=1e-3)


def test_smaller_images_are_averages():
    expected = X_TEST[:5].reshape(5, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(5, -1)
    assert np.abs(_resized(X_TEST[:5], 14) - expected).max() <= 0.5


@pytest.mark.parametrize("convert", [str, float, int])
def test_labels_of_another_type_are_the_same_labels(convert):
    model = classifier().fit(X[:500], y[:500])
    labels = np.array([convert(label) for label in Y_TEST[:200]])
    page = to_page(model, X=X_TEST[:200], y=labels)
    share = np.mean(model.predict(X_TEST[:200]) == Y_TEST[:200])
    assert accuracy(page) == pytest.approx(share, abs=1e-4)
    assert all(each["label"] in list("0123456789") for each in content(page)["mistakes"])


def test_data_frames_cause_no_warning():
    table = pd.DataFrame(X[:500], columns=[f"pixel {i}" for i in range(784)])
    model = make_pipeline(StandardScaler(), classifier()).fit(table, y[:500])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert to_page(model).label_changes == 0
        assert to_page(model, X=table, y=y[:500]).label_changes == 0


def test_components_without_variance_are_whitened_as_in_scikit_learn():
    model = make_pipeline(PCA(5, whiten=True, random_state=0), classifier()).fit(X[:500], y[:500])
    model[0].explained_variance_[-1] = 0
    model[1].coefs_[0][-1] = 0  # else its huge feature would decide alone
    assert to_page(model, X=X_TEST[:200]).label_changes == 0
