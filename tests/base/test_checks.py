"""Arrays and lists that are checked by a few comparisons instead of scikit-learn's checks."""

import sys

import numpy as np
import pandas as pd
import pytest
from helpers import small_classifier, small_transformer
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

X, y = load_digits(return_X_y=True)
X, y = X[:200], y[:200]
KINDS = [np.uint8, np.int64, np.float16, np.float32, np.float64, ">f8"]


@pytest.fixture(scope="module")
def fitted():
    return small_classifier(hidden_layer_sizes=(8,), max_iter=2).fit(X, y)


def n_calls(function, *arguments):
    """Return how many functions a call calls, in Python and in C."""
    events = []
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, argument: events.append(event))
    try:
        function(*arguments)
    finally:
        sys.setprofile(before)
    return sum(event in ("call", "c_call") for event in events)


@pytest.mark.parametrize("image", [X[:1], X[:1].astype(np.uint8), X[:1].tolist()])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # only one epoch
def test_one_image_needs_half_of_the_calls_of_scikit_learn(fitted, image):
    theirs = MLPClassifier((8,), max_iter=1).fit(X, y)
    assert n_calls(fitted.predict, image) < n_calls(theirs.predict, image) / 2


def test_fresh_transformer_does_not_read_its_signature():
    transformer = small_transformer(kernel_size=3).fit(X)
    few = n_calls(transformer._check_fresh)
    assert few < n_calls(transformer.get_params, False) / 2


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_and_lists_have_the_outputs_of_data_frames(fitted, kind):
    images = X.astype(kind)
    frame = pd.DataFrame(images.astype(images.dtype.newbyteorder("=")))
    expected = fitted.predict_proba(frame)
    np.testing.assert_array_equal(fitted.predict_proba(images), expected)
    np.testing.assert_array_equal(fitted.predict_proba(images.tolist()), expected)


INVALID = {
    "text": ([["a"] * 64], ValueError, "arrays of bytes.strings|could not convert"),
    "ragged": ([[1.0] * 64, [1.0] * 63], ValueError, "inhomogeneous"),
    "no rows": (X[:0], ValueError, "Found array with 0 sample"),
    "no rows in a list": ([], ValueError, "Expected 2D array|1D array"),
    "other width": (X[:2, 1:].tolist(), ValueError, "X has 63 features"),
    "one row": (X[0].tolist(), ValueError, "Expected 2D array, got 1D array"),
    "NaN": ([[np.nan] * 64], ValueError, "Input X contains NaN"),
    "infinity": (np.full((1, 64), -np.inf, np.float32), ValueError, "Input X contains infinity"),
    "complex": (X[:1].astype(complex), ValueError, "Complex data not supported"),
    "too large": ([[10**400] * 64], ValueError, "X must contain numbers in the range of floats"),
    "dates": (X[:1].astype("m8[s]"), ValueError, "X must contain numbers"),
}


@pytest.mark.parametrize("name", list(INVALID))
def test_invalid_X_raises_the_usual_error(fitted, name):
    bad, error, message = INVALID[name]
    with pytest.raises(error, match=message):
        fitted.predict(bad)


def test_array_without_the_column_names_of_fit_warns():
    model = small_classifier(hidden_layer_sizes=(8,), max_iter=2)
    model.fit(pd.DataFrame(X).add_prefix("pixel_"), y)
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        model.predict(X)
