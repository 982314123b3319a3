import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError

from skmnist import MLPDigitClassifier

X, y = load_digits(return_X_y=True)
X, y = X[:200], y[:200]
DIGITS = np.arange(10)


def small(**parameters):
    defaults = {"hidden_layer_sizes": (8,), "max_iter": 2, "random_state": 0}
    return MLPDigitClassifier(**{**defaults, **parameters})


@pytest.fixture(scope="module")
def fitted():
    return small().fit(X, y)


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_nothing_is_predicted_before_a_fit(method):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        getattr(small(), method)(X)


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function", "fit"])
def test_images_that_are_not_flat_are_refused_with_what_to_write(fitted, method):
    more = [y] if method == "fit" else []
    with pytest.raises(ValueError, match=r"X\.reshape\(len\(X\), -1\).* \(200, 64\)") as refusal:
        getattr(fitted, method)(X.reshape(200, 8, 8), *more)
    assert "one row an image" in str(refusal.value)
    assert "3 dimensions, (200, 8, 8)" in str(refusal.value)
    with pytest.raises(ValueError, match=r"4 dimensions, \(200, 8, 8, 1\)"):
        getattr(fitted, method)(X.reshape(200, 8, 8, 1), *more)


def test_what_the_refusal_tells_to_write_works(fitted):
    images = X.reshape(200, 8, 8)
    np.testing.assert_array_equal(
        fitted.predict(images.reshape(len(images), -1)), fitted.predict(X)
    )


def test_one_flat_image_is_refused(fitted):
    with pytest.raises(ValueError, match=r"1 dimension, \(64,\)\. Reshape .* X\.reshape\(1, -1\)"):
        fitted.predict(X[0])
    with pytest.raises(ValueError, match="dim 3"):
        fitted.predict(X[:2].reshape(2, 8, 8).tolist())


@pytest.mark.parametrize("method", ["predict", "partial_fit"])
def test_another_number_of_pixels_is_refused(method):
    model = small().fit(X, y)
    more = [y] if method == "partial_fit" else []
    with pytest.raises(ValueError, match=r"X has 63 features, but .* is expecting 64 features"):
        getattr(model, method)(X[:, 1:], *more)


def test_other_column_names_are_refused():
    frame = pd.DataFrame(X).add_prefix("pixel_")
    with pytest.raises(ValueError, match="feature names should match"):
        small().fit(frame, y).predict(frame.add_suffix("?"))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_holes_in_the_data_are_refused(fitted, value):
    holes = X.copy()
    holes[3, 4] = value
    for fail in (
        lambda: small().fit(holes, y),
        lambda: small().fit(sparse.csr_array(holes), y),
        lambda: small().partial_fit(holes, y, classes=DIGITS),
        lambda: small().fit(X, y, X_val=holes, y_val=y),
        lambda: fitted.predict(holes),
    ):
        with pytest.raises(ValueError, match=r"Input X contains (NaN|infinity)"):
            fail()


BAD_LABELS = {
    "missing": (None, "requires y to be passed, but the target y is None"),
    "NaN": (np.where(y == 3, np.nan, y), "Input y contains NaN or infinity"),
    "infinite": (np.where(y == 3, np.inf, y), "Input y contains NaN or infinity"),
    "continuous": (y + 0.5, "Unknown label type: continuous"),
    "two columns": (np.eye(10)[y], "1d array"),
    "too few": (y[:-1], r"inconsistent numbers of samples: \[200, 199\]"),
    "one class": (np.full(200, 7), "y must hold at least 2 classes.* got one class, 7"),
    "one word": (np.full(200, "cat"), "y must hold at least 2 classes.* got one class, 'cat'"),
}


@pytest.mark.parametrize("kind", list(BAD_LABELS))
def test_labels_that_cannot_be_classes_are_refused(kind):
    labels, message = BAD_LABELS[kind]
    with pytest.raises(ValueError, match=message):
        small().fit(X, labels)


def test_labels_to_validate_on_are_called_by_their_name():
    with pytest.raises(ValueError, match=r"y_val holds labels that were not seen before: 10, 11\."):
        small().fit(X, y, X_val=X[:2], y_val=[10, 11])
    with pytest.raises(ValueError, match="Input y_val contains NaN"):
        small().fit(X, y, X_val=X[:2], y_val=[1, np.nan])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        small().fit(X, y, X_val=X[:2], y_val=y[:3])
    with pytest.raises(ValueError, match=r"X has 9 features, but .* 64 features"):
        small().fit(X, y, X_val=X[:2, :9], y_val=y[:2])


def test_half_of_a_validation_set_is_none():
    with pytest.raises(ValueError, match="got X_val, but y_val is None"):
        small().fit(X, y, X_val=X)
    with pytest.raises(ValueError, match="got y_val, but X_val is None"):
        small().fit(X, y, y_val=y)


def test_many_unknown_labels_are_cut_short():
    model = small().partial_fit(X, y, classes=DIGITS)
    with pytest.raises(ValueError, match=r"before: 100, 101, .*, 109, …\. The classes are 0, 1, "):
        model.partial_fit(X, 100 + np.arange(200) % 20)


@pytest.mark.parametrize("classes", [[3], [3, 3]])
def test_a_single_announced_class_is_refused_by_its_own_name(classes):
    with pytest.raises(ValueError, match=r"^classes must hold at least 2 classes"):
        small().partial_fit(X, y, classes=classes)


def test_no_data_at_all_are_refused():
    with pytest.raises(ValueError, match="0 sample"):
        small().fit(X[:0], y[:0])
    with pytest.raises(ValueError, match="0 feature"):
        small().fit(X[:, :0], y)


BAD_WEIGHTS = {
    "negative": (np.linspace(-0.25, 1, 200), r"must not be negative; got -0\.25\.$"),
    "all zero": (np.zeros(200), "weight that is not zero"),
    "too few": (np.ones(199), r"inconsistent numbers of samples: \[199, 200\]"),
    "two columns": (np.ones((200, 2)), "must be 1-dimensional, one weight a row; got 2 dimensions"),
    "a number": (2.0, "must be 1-dimensional, one weight a row; got 0 dimensions"),
    "NaN": (np.full(200, np.nan), "Input sample_weight contains NaN"),
}


@pytest.mark.parametrize("kind", list(BAD_WEIGHTS))
def test_weights_that_cannot_be_are_refused(kind):
    weights, message = BAD_WEIGHTS[kind]
    with pytest.raises(ValueError, match=message):
        small().fit(X, y, sample_weight=weights)
    with pytest.raises(ValueError, match=message):
        small().partial_fit(X, y, classes=DIGITS, sample_weight=weights)


BAD_CLASS_WEIGHTS = {
    "unknown classes": ({3: 1, 12: 2, "a": 1}, r"does not hold: \[12, 'a'\]\. The classes are 0,"),
    "negative": ({3: -1}, r"finite numbers of at least 0; got \{3: -1\}"),
    "NaN": ({3: float("nan")}, "finite numbers of at least 0"),
    "infinite": ({3: float("inf")}, "class_weight must"),
    "all zero": (dict.fromkeys(range(10), 0), "weight that is not zero"),
    "words": ({3: "heavy"}, "class_weight must .*'heavy'"),
    "none": ({3: None}, "class_weight must .*None"),
}


@pytest.mark.parametrize("kind", list(BAD_CLASS_WEIGHTS))
def test_class_weights_that_cannot_be_are_refused(kind):
    class_weight, message = BAD_CLASS_WEIGHTS[kind]
    with pytest.raises(ValueError, match=message):
        small(class_weight=class_weight).fit(X, y)


def test_weights_that_cancel_each_other_out_are_refused_in_words():
    with pytest.raises(ValueError, match="weight"):
        small(class_weight={3: 0}).fit(X, y, sample_weight=(y == 3) * 1.0)


def test_a_step_size_that_makes_training_diverge_is_named():
    model = small(output_activation="identity", activation="identity", learning_rate_init=1e4)
    with pytest.raises(ValueError, match=r"diverged.*learning_rate_init=10000.* try 1000"):
        model.fit(X, y)
    model.set_params(warmup=0.0)
    with pytest.raises(ValueError, match=r"diverged.*learning_rate_init=10000"):
        model.partial_fit(np.tile(X, (10, 1)), np.tile(y, 10), classes=DIGITS)


@pytest.mark.parametrize("going_on", ["warm start", "stream"])
def test_data_that_are_suddenly_much_larger_are_not_trained_on(going_on):
    model = small(warm_start=going_on == "warm start", max_iter=3).fit(X / 255, y)
    before = [W.copy() for W in model.coefs_]
    go_on = model.partial_fit if going_on == "stream" else model.set_params(max_iter=9).fit
    with pytest.raises(ValueError, match=r"diverged.*X must be about as large as it was at first"):
        go_on(X * 255, y)
    np.testing.assert_equal(model.coefs_, before)


def test_early_stopping_needs_rows_to_put_aside():
    with pytest.raises(ValueError, match=r"^early_stopping=True needs rows.*2 rows.*Pass X_val"):
        small(early_stopping=True).fit(X[:2], y[:2])
    assert small(early_stopping=True).fit(X[:2], y[:2], X_val=X[:2], y_val=y[:2]).n_iter_ == 2


def test_complex_numbers_are_refused():
    with pytest.raises(ValueError, match="Complex data not supported"):
        small().fit(X * 1j, y)


def test_bad_validation_data_are_told_from_bad_training_data():
    with pytest.raises(ValueError, match=r"^X_val or y_val cannot be used\. X has 5 features"):
        small().fit(X, y, X_val=X[:, :5], y_val=y)
    with pytest.raises(ValueError, match=r"A Pipeline sends X_val .* transform_input=\['X_val'\]"):
        small().fit(X, y, X_val=X[:, :5], y_val=y)
    with pytest.raises(ValueError, match=r"X_val or y_val cannot be used\. Found.*\]$"):
        small().fit(X, y, X_val=X, y_val=y[:5])


@pytest.mark.parametrize("pair", [(0, "b"), ("b", 0), ("b", None), (None, 1)])
def test_labels_without_an_order_are_refused(pair):
    mixed = np.resize(np.array(pair, dtype=object), len(X))
    with pytest.raises(ValueError, match=r"^y mixes labels that have no order, .* all numbers\.$"):
        small().fit(X, mixed)
    with pytest.raises(ValueError, match=r"y_val mixes labels that have no order"):
        small().fit(X, y, X_val=X, y_val=mixed)
    with pytest.raises(ValueError, match=r"^classes mixes labels that have no order"):
        small().partial_fit(X, y, classes=mixed[:2])


def test_of_a_step_size_and_a_penalty_that_diverge_together_both_are_named():
    words = r"diverged.*learning_rate_init=0\.05 times alpha=1e\+300 should be below 1\."
    with pytest.raises(ValueError, match=words):
        small(alpha=1e300, learning_rate_init=0.05).fit(X, y)
    with pytest.raises(ValueError, match=r"learning_rate_init=10000 is too large for X"):
        small(alpha=1e-5, learning_rate_init=1e4, warmup=0.0, activation="identity").fit(X, y)
