from functools import partial

import numpy as np
import pandas as pd
import pytest
from helpers import small_classifier
from scipy import sparse
from sklearn.datasets import load_digits
from sklearn.exceptions import FitFailedWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_score
from sklearn.multioutput import MultiOutputClassifier

X, y = load_digits(return_X_y=True)
X, y = X[:200], y[:200]
DIGITS = np.arange(10)
SEVERAL = np.column_stack([y < 5, y % 2 == 0]).astype(int)


NO_WEIGHT = "^sample_weight and class_weight must give at least one row .*; got only zeros"
METHODS = ["predict", "predict_proba", "predict_log_proba", "decision_function"]
small = partial(small_classifier, hidden_layer_sizes=(8,), max_iter=2)


@pytest.fixture(scope="module")
def fitted():
    return small().fit(X, y)


@pytest.mark.parametrize("method", METHODS)
def test_predicting_before_fit_raises_error(method):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        getattr(small(), method)(X)


@pytest.mark.parametrize("method", [*METHODS, "fit"])
def test_error_for_3_dimensional_X_shows_how_to_reshape(fitted, method):
    more = [y] if method == "fit" else []
    message = (
        r"^X must have one row per image; got the 3-dimensional shape \(200, 8, 8\)\. "
        r"Reshape it to \(200, 64\) with X\.reshape\(len\(X\), -1\)\.$"
    )
    with pytest.raises(ValueError, match=message):
        getattr(fitted, method)(X.reshape(200, 8, 8), *more)
    with pytest.raises(ValueError, match=r"4-dimensional shape \(200, 8, 8, 1\)"):
        getattr(fitted, method)(X.reshape(200, 8, 8, 1), *more)


def test_suggested_reshape_works(fitted):
    images = X.reshape(200, 8, 8)
    np.testing.assert_array_equal(
        fitted.predict(images.reshape(len(images), -1)), fitted.predict(X)
    )


def test_single_image_raises_error(fitted):
    message = (
        r"one row per image; got the 1-dimensional shape \(64,\)\. Reshape .* X\.reshape\(1, -1\)"
    )
    with pytest.raises(ValueError, match=message):
        fitted.predict(X[0])
    with pytest.raises(ValueError, match="dim 3"):
        fitted.predict(X[:2].reshape(2, 8, 8).tolist())


@pytest.mark.parametrize("method", ["predict", "partial_fit"])
def test_other_number_of_features_raises_error(method):
    model = small().fit(X, y)
    more = [y] if method == "partial_fit" else []
    with pytest.raises(ValueError, match=r"X has 63 features, but .* is expecting 64 features"):
        getattr(model, method)(X[:, 1:], *more)


def test_rows_of_a_single_image_raise_error_with_the_shape_to_use(fitted):
    advice = r"X has 8 features, but .* is expecting 64 .* single image, .* X\.reshape\(1, -1\)\.$"
    for image in (
        X[0].reshape(8, 8),
        X[0].reshape(8, 8).tolist(),
        pd.DataFrame(X[0].reshape(8, 8)),
    ):
        with pytest.raises(ValueError, match=advice):
            fitted.predict(image)


def test_other_column_names_raise_error():
    frame = pd.DataFrame(X).add_prefix("pixel_")
    with pytest.raises(ValueError, match="feature names should match"):
        small().fit(frame, y).predict(frame.add_suffix("?"))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_and_infinity_in_X_raise_error(fitted, value):
    bad = X.copy()
    bad[3, 4] = value
    for fail in (
        lambda: small().fit(bad, y),
        lambda: small().fit(sparse.csr_array(bad), y),
        lambda: small().partial_fit(bad, y, classes=DIGITS),
        lambda: small().fit(X, y, X_val=bad, y_val=y),
        lambda: fitted.predict(bad),
    ):
        with pytest.raises(ValueError, match=r"Input X contains (NaN|infinity)"):
            fail()


BAD_LABELS = {
    "missing": (None, "requires y to be passed, but the target y is None"),
    "NaN": (np.where(y == 3, np.nan, y), "Input y contains NaN or infinity"),
    "infinite": (np.where(y == 3, np.inf, y), "Input y contains NaN or infinity"),
    "continuous": (y + 0.5, "Unknown label type: continuous"),
    "one-hot": (np.eye(10)[y], r"^y must contain one label per image; got an .*\(200, 10\)\. "),
    "one-hot list": (np.eye(10)[y].tolist(), r"one-hot rows to labels with argmax\(axis=1\)"),
    "several labels": (
        sparse.csr_array(np.eye(10)[y] + np.eye(10)[::-1][y]),
        r"If an image can have several labels, use sklearn\.multioutput\.MultiOutputClassifier\.$",
    ),
    "three dimensions": (np.zeros((200, 2, 2)), "one label per image"),
    "too few": (y[:-1], r"inconsistent numbers of samples: \[200, 199\]"),
    "one class": (np.full(200, 7), "y must contain at least 2 classes.* got one class, 7"),
    "one word": (np.full(200, "cat"), "y must contain at least 2 classes.* got one class, 'cat'"),
}


@pytest.mark.parametrize("kind", list(BAD_LABELS))
def test_invalid_labels_raise_error(kind):
    labels, message = BAD_LABELS[kind]
    with pytest.raises(ValueError, match=message):
        small().fit(X, labels)


def test_suggested_meta_estimator_learns_several_labels_per_image():
    predicted = MultiOutputClassifier(small(max_iter=20)).fit(X, SEVERAL).predict(X)
    assert (predicted == SEVERAL).mean() > 0.9


def test_fold_with_one_class_has_no_score_as_with_logistic_regression():
    rare = (np.arange(200) >= 195).astype(int)  # without shuffling, one of the folds has them all
    for model in (small(), LogisticRegression(max_iter=10_000)):
        with pytest.warns(FitFailedWarning, match="at least 2 classes"):
            scores = cross_val_score(model, X, rare, cv=KFold(5))
        assert np.isnan(scores).tolist() == [False] * 4 + [True]


def test_errors_name_y_val_and_X_val():
    message = r"^y_val must contain only the classes 0, 1, .*, 9; got 10, 11\.$"
    with pytest.raises(ValueError, match=message):
        small().fit(X, y, X_val=X[:2], y_val=[10, 11])
    with pytest.raises(ValueError, match="Input y_val contains NaN"):
        small().fit(X, y, X_val=X[:2], y_val=[1, np.nan])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        small().fit(X, y, X_val=X[:2], y_val=y[:3])
    with pytest.raises(ValueError, match=r"X has 9 features, but .* 64 features"):
        small().fit(X, y, X_val=X[:2, :9], y_val=y[:2])


def test_X_val_without_y_val_raises_error():
    with pytest.raises(ValueError, match="must be passed together; got X_val without y_val"):
        small().fit(X, y, X_val=X)
    with pytest.raises(ValueError, match="must be passed together; got y_val without X_val"):
        small().fit(X, y, y_val=y)


def test_long_list_of_unknown_labels_is_shortened():
    model = small().partial_fit(X, y, classes=DIGITS)
    message = r"^y must contain only the classes 0, 1, .*; got 100, 101, .*, 109, …\.$"
    with pytest.raises(ValueError, match=message):
        model.partial_fit(X, 100 + np.arange(200) % 20)


@pytest.mark.parametrize("classes", [[3], [3, 3]])
def test_single_class_in_classes_raises_error(classes):
    with pytest.raises(ValueError, match=r"^classes must contain at least 2 classes"):
        small().partial_fit(X, y, classes=classes)


def test_empty_X_raises_error():
    with pytest.raises(ValueError, match="0 sample"):
        small().fit(X[:0], y[:0])
    with pytest.raises(ValueError, match="0 feature"):
        small().fit(X[:, :0], y)


BAD_WEIGHTS = {
    "negative": (np.linspace(-0.25, 1, 200), r"must not be negative; got -0\.25\.$"),
    "all zero": (np.zeros(200), NO_WEIGHT),
    "too few": (np.ones(199), r"inconsistent numbers of samples: \[199, 200\]"),
    "two columns": (np.ones((200, 2)), "must be 1-dimensional, one weight per row; got 2 dim"),
    "a number": (2.0, "must be 1-dimensional, one weight per row; got 0 dim"),
    "NaN": (np.full(200, np.nan), "Input sample_weight contains NaN"),
}


@pytest.mark.parametrize("kind", list(BAD_WEIGHTS))
def test_invalid_sample_weights_raise_error(kind):
    weights, message = BAD_WEIGHTS[kind]
    with pytest.raises(ValueError, match=message):
        small().fit(X, y, sample_weight=weights)
    with pytest.raises(ValueError, match=message):
        small().partial_fit(X, y, classes=DIGITS, sample_weight=weights)


BAD_CLASS_WEIGHTS = {
    "unknown classes": (
        {3: 1, 12: 2, "a": 1},
        r"^class_weight must contain only classes of y, 0, 1, .*, 9; got \[12, 'a'\]\.$",
    ),
    "negative": ({3: -1}, r"finite numbers of at least 0; got \{3: -1\}"),
    "NaN": ({3: float("nan")}, "finite numbers of at least 0"),
    "infinite": ({3: float("inf")}, "class_weight must"),
    "all zero": (dict.fromkeys(range(10), 0), NO_WEIGHT),
    "string": ({3: "heavy"}, "class_weight must .*'heavy'"),
    "none": ({3: None}, "class_weight must .*None"),
}


@pytest.mark.parametrize("kind", list(BAD_CLASS_WEIGHTS))
def test_invalid_class_weights_raise_error(kind):
    class_weight, message = BAD_CLASS_WEIGHTS[kind]
    with pytest.raises(ValueError, match=message):
        small(class_weight=class_weight).fit(X, y)


def test_sample_and_class_weights_that_multiply_to_zero_raise_error():
    with pytest.raises(ValueError, match=NO_WEIGHT):
        small(class_weight={3: 0}).fit(X, y, sample_weight=(y == 3) * 1.0)


def test_error_for_divergence_names_the_step_size():
    model = small(output_activation="identity", activation="identity", learning_rate_init=1e4)
    with pytest.raises(ValueError, match=r"diverged.*learning_rate_init=10000.* try 'auto'"):
        model.fit(X, y)
    model.set_params(warmup=0.0)
    with pytest.raises(ValueError, match=r"diverged.*learning_rate_init=10000"):
        model.partial_fit(np.tile(X, (10, 1)), np.tile(y, 10), classes=DIGITS)


@pytest.mark.parametrize("kind", ["warm start", "stream"])
def test_resuming_with_much_larger_data_raises_error(kind):
    model = small(warm_start=kind == "warm start", max_iter=3).fit(X / 255, y)
    before = [W.copy() for W in model.coefs_]
    resume = model.partial_fit if kind == "stream" else model.set_params(max_iter=9).fit
    message = r"diverged.* X must have about the same range of values as before\.$"
    with pytest.raises(ValueError, match=message):
        resume(X * 255, y)
    np.testing.assert_equal(model.coefs_, before)


def test_early_stopping_needs_two_different_rows_of_a_class():
    message = (
        "^X must contain two different rows of the same class, because early_stopping=True holds "
        "out one of them; got 2 rows without such a pair. Pass X_val"
    )
    with pytest.raises(ValueError, match=message):
        small(early_stopping=True).fit(X[:2], y[:2])
    assert small(early_stopping=True).fit(X[:2], y[:2], X_val=X[:2], y_val=y[:2]).n_iter_ == 2


def test_complex_X_raises_error():
    with pytest.raises(ValueError, match="Complex data not supported"):
        small().fit(X * 1j, y)


def test_errors_tell_validation_data_from_training_data():
    with pytest.raises(ValueError, match=r"^X_val or y_val cannot be used\. X has 5 features"):
        small().fit(X, y, X_val=X[:, :5], y_val=y)
    message = r"A Pipeline transforms X_val .* transform_input=\['X_val'\]"
    with pytest.raises(ValueError, match=message):
        small().fit(X, y, X_val=X[:, :5], y_val=y)
    with pytest.raises(ValueError, match=r"X_val or y_val cannot be used\. Found.*\]$"):
        small().fit(X, y, X_val=X, y_val=y[:5])


@pytest.mark.parametrize("pair", [(0, "b"), ("b", 0)])
def test_labels_that_cannot_be_sorted_raise_error(pair):
    mixed = np.resize(np.array(pair, dtype=object), len(X))
    message = (
        "must contain labels of one kind, all strings or all numbers; got labels that cannot be"
    )
    with pytest.raises(ValueError, match=f"^y {message} sorted\\.$"):
        small().fit(X, mixed)
    with pytest.raises(ValueError, match=f"y_val {message}"):
        small().fit(X, y, X_val=X, y_val=mixed)
    with pytest.raises(ValueError, match=f"^classes {message}"):
        small().partial_fit(X, y, classes=mixed[:2])


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT])
def test_missing_labels_raise_error_that_says_where(missing):
    labels = pd.Series(["a", missing, "b", missing], dtype=object)
    where = rf"contain missing values; got {missing!r} at position 1, and 2 missing values in total"
    with pytest.raises(ValueError, match=f"^y must not {where}"):
        small().fit(X[:4], labels)
    with pytest.raises(ValueError, match=f"^classes must not {where}"):
        small().partial_fit(X[:2], ["a", "b"], classes=labels)


def test_error_for_divergence_names_step_size_and_alpha():
    message = r"diverged.*learning_rate_init=0\.05 times alpha=1e\+300 should be below 1\."
    with pytest.raises(ValueError, match=message):
        small(alpha=1e300, learning_rate_init=0.05).fit(X, y)
    with pytest.raises(
        ValueError, match=r"learning_rate_init=10000 is too large for X; try 'auto'\."
    ):
        small(alpha=1e-5, learning_rate_init=1e4, warmup=0.0, activation="identity").fit(X, y)
