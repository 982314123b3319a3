"""What a distorter may return, and training images that another estimator draws anew."""

import inspect
import pickle
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import sklearn
from array_libraries import on
from helpers import parameter_bytes, small_classifier
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.datasets import load_digits

from skmnist import DigitDistorter, MLPDigitClassifier

try:
    from sklearn.callback import ScoringMonitor
except ImportError:
    ScoringMonitor = None

DIGITS = np.arange(10)
X, y = load_digits(return_X_y=True)
X, y, X_val, y_val = X[:1100], y[:1100], X[1100:], y[1100:]
small = partial(small_classifier, hidden_layer_sizes=(8,))


class Distorter:
    """A distorter that returns the result of a function of X and a generator."""

    def __init__(self, function):
        self.function = function

    def distort(self, X, random_state):
        return self.function(X, np.random.default_rng(random_state))


def add_noise(X, rng):
    return X + rng.random(X.shape)


def replaced(value):
    """Return the function that replaces one entry of X by a value."""
    return lambda X, rng: np.where(np.arange(X.size).reshape(X.shape) == 99, value, X)


# 1100 rows are 18 batches, and 16 of them, with 977 rows, are distorted first.
ARRAY = r"an array of type \S+ and shape"
WRONG = {
    "too few rows": (lambda X, rng: X[1:], rf"{ARRAY} \(976, 64\)"),
    "too many columns": (lambda X, rng: np.hstack([X, X]), rf"{ARRAY} \(977, 128\)"),
    "images": (lambda X, rng: X.reshape(-1, 8, 8), rf"{ARRAY} \(977, 8, 8\)"),
    "pixels only": (lambda X, rng: X.ravel(), rf"{ARRAY} \(62528,\)"),
    "NaN": (replaced(np.nan), rf"{ARRAY} \(977, 64\), with NaN or infinity"),
    "infinity": (replaced(np.inf), rf"{ARRAY} \(977, 64\), with NaN or infinity"),
    "complex": (lambda X, rng: X * 1j, rf"{ARRAY} \(977, 64\)"),
    "words": (lambda X, rng: X.astype("U"), rf"{ARRAY} \(977, 64\)"),
    "nothing": (lambda X, rng: None, "None"),
    "a number": (lambda X, rng: 3, "3"),
    "list": (lambda X, rng: [[1.0, 2.0]], r"\[\[1\.0, 2\.0\]\]"),
    "uneven list": (lambda X, rng: [[1.0], [1.0, 2.0]], r"\[\[1\.0\], \[1\.0, 2\.0\]\]"),
    "sparse": (lambda X, rng: csr_array(X[1:]), r"a csr_array of shape \(976, 64\)"),
    "table": (lambda X, rng: pd.DataFrame(X[1:]), r"a DataFrame of shape \(976, 64\)"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_result_of_a_distorter_raises_error_that_names_it(name):
    function, got = WRONG[name]
    message = (
        r"^Distorter\.distort must return finite numbers in an array of shape \(977, 64\) \(numpy "
        rf"on cpu\), one row for each row that it was given; got {got}\.$"
    )
    with pytest.raises(ValueError, match=message):
        small(distort=Distorter(function)).fit(X, y)
    with pytest.raises(ValueError, match=message):
        small(distort=Distorter(function)).partial_fit(X, y, classes=DIGITS)


@pytest.mark.parametrize("container", [np.ndarray.tolist, pd.DataFrame, csr_array, np.float32])
def test_distorter_can_return_any_container(container):
    images = X.astype(int)  # which float32 can represent
    model = small(distort=Distorter(lambda X, rng: container(X[:, ::-1]))).fit(images, y)
    plain = small(distort=Distorter(lambda X, rng: X[:, ::-1])).fit(images, y)
    assert parameter_bytes(model) == parameter_bytes(plain)


@pytest.mark.skipif(not on, reason="needs SCIPY_ARRAY_API=1, array_api_strict, torch")
def test_distorter_must_return_arrays_of_the_library_of_X():
    torch = pytest.importorskip("torch")
    message = (
        r"\(977, 64\) \(array_api_compat\.torch on cpu\), .*; got an array of type float64 and"
    )
    with sklearn.config_context(array_api_dispatch=True):
        with pytest.raises(ValueError, match=message):
            small(distort=Distorter(lambda X, rng: X.numpy())).fit(torch.asarray(X), y)
        with pytest.raises(ValueError, match=r"; got a Tensor of shape \(977, 63\)\.$"):
            small(distort=Distorter(lambda X, rng: X[:, 1:])).fit(torch.asarray(X), y)


@pytest.mark.skipif(not on, reason="needs SCIPY_ARRAY_API=1, array_api_strict, torch")
def test_training_does_not_extend_the_graph_of_a_distorter():
    torch = pytest.importorskip("torch")
    factor = torch.ones(64, dtype=torch.float64, requires_grad=True)
    with sklearn.config_context(array_api_dispatch=True):
        model = small(distort=Distorter(lambda X, rng: X * factor)).fit(torch.asarray(X), y)
    assert not any(array.requires_grad for array in (*model.coefs_, *model.intercepts_))
    plain = small(distort=Distorter(lambda X, rng: X)).fit(X, y)
    np.testing.assert_allclose(model.coefs_[0].numpy(), plain.coefs_[0], atol=1e-9)


def fail(X, rng):
    raise KeyboardInterrupt


BROKEN = {
    "wrong shape": (Distorter(lambda X, rng: X[1:]), ValueError, r"^Distorter\.distort must"),
    "interrupt": (Distorter(fail), KeyboardInterrupt, None),
    "parameter": (DigitDistorter(rotation=-1), ValueError, "^rotation must be .*; got -1"),
    "image shape": (
        DigitDistorter(image_shape=(3, 3)),
        ValueError,
        r"^image_shape .*64.*got \(3, 3\)",
    ),
    "a word": ("elastic", TypeError, "^distort must be None or an object with a method distort, "),
    "no seed": (SimpleNamespace(distort=lambda X: X), TypeError, "'random_state'"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_classifier_is_unchanged_if_the_distorter_fails(name):
    distorter, error, message = BROKEN[name]
    model = small(warm_start=True, schedule_iter=5, max_iter=2).fit(X, y)
    before = pickle.dumps(model)
    model.set_params(distort=distorter, max_iter=5)
    for train in (model.fit, model.partial_fit):
        with pytest.raises(error, match=message):
            train(X, y)
    assert pickle.dumps(model.set_params(distort=None, max_iter=2)) == before
    whole = small(warm_start=True, schedule_iter=5, max_iter=5).fit(X, y)
    assert parameter_bytes(model.set_params(max_iter=5).fit(X, y)) == parameter_bytes(whole)


def test_distorter_that_fails_in_a_later_epoch_leaves_the_classifier_unfitted():
    calls = []

    def fail_later(X, rng):
        calls.append(X)
        return X if len(calls) < 4 else X[:0]

    model = small(distort=Distorter(fail_later))
    with pytest.raises(ValueError, match=r"; got .*\(0, 64\)"):
        model.fit(X, y)
    assert vars(model) == vars(clone(model).set_params(distort=model.distort))


def test_distorter_runs_with_the_error_handling_of_the_caller():
    handling = []

    def look(X, rng):
        handling.append(np.geterr())
        return X

    with np.errstate(over="raise", invalid="warn"):
        expected = np.geterr()
        small(distort=Distorter(look)).fit(X, y).partial_fit(X, y)
    assert handling == [expected] * 8


def redraw_noise(rows, seed):
    return add_noise(X[rows], np.random.default_rng(seed))


VALIDATION = {"X_val": X_val, "y_val": y_val}
FITS = {
    "plain": ({}, {}),
    "weights": ({"class_weight": "balanced"}, {"sample_weight": np.arange(1100) % 4}),
    "validation": ({}, VALIDATION),
    "early stopping": ({"early_stopping": True, "max_iter": 20, "n_iter_no_change": 3}, {}),
    "early stopping, X_val": ({"early_stopping": True, "solver": "adam"}, VALIDATION),
}


@pytest.mark.parametrize("name", FITS)
def test_redrawn_fit_equals_fit_with_the_same_distortions(name):
    settings, arguments = FITS[name]
    model = small(**settings)
    assert model._fit_redrawn(redraw_noise, X, y, **arguments) is model
    fitted = small(distort=Distorter(add_noise), **settings).fit(X, y, **arguments)
    assert parameter_bytes(model) == parameter_bytes(fitted)
    assert vars(model).keys() == vars(fitted).keys()
    for curve in ("loss_curve_", "validation_loss_curve_", "validation_scores_"):
        assert getattr(model, curve) == getattr(fitted, curve)


def test_redrawn_fit_has_the_arguments_of_fit():
    ours = inspect.signature(MLPDigitClassifier._fit_redrawn).parameters
    theirs = inspect.signature(MLPDigitClassifier.fit).parameters
    assert list(ours) == ["self", "redraw", *list(theirs)[1:]]
    assert all(ours[name] == theirs[name] for name in theirs)


def test_redraw_gets_row_numbers_of_X_and_can_compute_features():
    numbers, features = [], X[:, ::4] + 1

    def redraw(rows, seed):
        numbers.append(rows)
        return X[rows][:, ::4] + 1

    settings = {"shuffle": False, "max_iter": 2}
    model = small(**settings)._fit_redrawn(redraw, csr_array(features), y)
    assert {(type(rows), rows.dtype.kind) for rows in numbers} == {(np.ndarray, "i")}
    np.testing.assert_array_equal(np.concatenate(numbers), [*range(1100), *range(1100)])
    assert parameter_bytes(model) == parameter_bytes(small(**settings).fit(features, y))


def test_interrupted_redrawn_fit_is_resumed_exactly():
    settings = {"warm_start": True, "schedule_iter": 5}
    whole = small(max_iter=5, **settings)._fit_redrawn(redraw_noise, X, y)
    model = small(max_iter=2, **settings)._fit_redrawn(redraw_noise, X, y)
    model = pickle.loads(pickle.dumps(model)).set_params(max_iter=5)
    assert parameter_bytes(model._fit_redrawn(redraw_noise, X, y)) == parameter_bytes(whole)


def test_redrawn_fit_needs_a_classifier_that_does_not_distort():
    model = small(distort=DigitDistorter(rotation=3))
    message = r"^distort must be None .* another estimator; got DigitDistorter\(rotation=3\)\.$"
    with pytest.raises(ValueError, match=message):
        model._fit_redrawn(redraw_noise, X, y)
    assert not hasattr(model, "coefs_")


def test_wrong_result_of_redraw_raises_error_and_changes_nothing():
    model = small(warm_start=True, max_iter=2)._fit_redrawn(redraw_noise, X, y)
    before = pickle.dumps(model.set_params(max_iter=4))
    with pytest.raises(ValueError, match=r"^redraw must return .* \(977, 64\) .*\(977, 63\)\.$"):
        model._fit_redrawn(lambda rows, seed: X[rows, 1:], X, y)
    assert pickle.dumps(model) == before


def test_warning_for_nothing_left_to_train_points_to_the_call_of_redrawn_fit():
    model = small(warm_start=True)._fit_redrawn(redraw_noise, X, y)
    with pytest.warns(UserWarning, match="There is nothing left to train") as record:
        model._fit_redrawn(redraw_noise, X, y)
    assert record[0].filename == __file__


@pytest.mark.skipif(ScoringMonitor is None, reason="needs scikit-learn 1.9")
def test_callbacks_of_a_redrawn_fit_get_the_images_as_they_are():
    monitor = ScoringMonitor(scoring="accuracy")
    model = small().set_callbacks(monitor)._fit_redrawn(redraw_noise, X, y)
    rows = [row for row in monitor.get_logs().data if row["task_name"] == "epoch"]
    assert len(rows) == 3
    assert rows[-1]["accuracy"] == pytest.approx(model.score(X, y))
