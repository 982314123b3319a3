from enum import StrEnum
from functools import partial

import numpy as np
import pandas as pd
import pytest
from helpers import CLASSIFIERS, network_outputs, parameter_bytes, small_classifier
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.preprocessing import StandardScaler

from skmnist import DigitDistorter, MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.network._activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from skmnist.network._optimizers import SOLVERS

X, y = load_digits(return_X_y=True)  # integers from 0 to 16, exact in every dtype
X, y, X_test, y_test = X[:1200], y[:1200], X[1200:], y[1200:]
small = partial(small_classifier, max_iter=4)


@pytest.mark.parametrize("output_activation", OUTPUT_ACTIVATIONS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_scores_match_forward_pass_with_fitted_parameters(activation, output_activation):
    model = small(
        hidden_layer_sizes=(9, 7), activation=activation, output_activation=output_activation
    ).fit(X, y)
    assert [W.shape for W in model.coefs_] == [(64, 9), (9, 7), (7, 10)]
    assert [b.shape for b in model.intercepts_] == [(9,), (7,), (10,)]
    scores = model.decision_function(X_test)
    np.testing.assert_allclose(scores, network_outputs(model, X_test), rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(model.predict(X_test), model.classes_[scores.argmax(axis=1)])


def test_linear_network_converges_to_ridge_regression():
    rng = np.random.default_rng(0)
    few, labels, weights = rng.random((60, 4)), rng.integers(3, size=60), rng.random(60)
    labels[:30] = few[:30].argmax(axis=1) % 3
    alpha, scale = 0.01, np.sqrt(np.average((few**2).mean(axis=1), weights=weights))
    model = small(
        hidden_layer_sizes=(), output_activation="identity", alpha=alpha, max_iter=4000
    ).fit(few, labels, sample_weight=weights)
    # Ridge's loss is a weighted sum plus alpha·‖W‖², ours a weighted mean plus ½·alpha·‖W‖².
    ridge = Ridge(alpha=alpha / 2 * weights.sum())
    ridge.fit(few / scale, np.eye(3)[labels], sample_weight=weights)
    np.testing.assert_allclose(model.coefs_[0] * scale, ridge.coef_.T, atol=1e-6)
    np.testing.assert_allclose(model.intercepts_[0], ridge.intercept_, atol=1e-6)


SAME_NUMBERS = {
    "uint8": lambda X, folder: X.astype(np.uint8),
    "int64": lambda X, folder: X.astype(np.int64),
    "float16": lambda X, folder: X.astype(np.float16),
    "Fortran order": lambda X, folder: np.asfortranarray(X, dtype=np.float32),
    "every other row": lambda X, folder: np.repeat(X.astype(np.uint8), 2, axis=0)[::2],
    "CSR array": lambda X, folder: sparse.csr_array(X.astype(np.float32)),
    "CSR of bytes": lambda X, folder: sparse.csr_array(X.astype(np.uint8)),
    "CSC matrix": lambda X, folder: sparse.csc_matrix(X.astype(np.float32)),
    "DataFrame of bytes": lambda X, folder: pd.DataFrame(X.astype(np.uint8)),
    "list of lists": lambda X, folder: X.astype(int).tolist(),
    "read-only memory map": lambda X, folder: mapped(X.astype(np.uint8), folder),
}


def mapped(array, folder):
    np.save(folder / "X.npy", array)
    return np.load(folder / "X.npy", mmap_mode="r")


def test_only_float64_is_trained_in_float64():
    for dtype in (np.uint8, np.float16, np.float32, np.longdouble, np.float64):
        model = small().fit(X.astype(dtype), y)
        dtype = np.float64 if dtype in (np.float64, np.longdouble) else np.float32
        assert {a.dtype for a in model.coefs_ + model.intercepts_} == {np.dtype(dtype)}
        assert model.decision_function(X_test).dtype == dtype
        assert model.predict_proba(X_test).dtype == dtype


@pytest.mark.parametrize("name", list(SAME_NUMBERS))
def test_fit_is_bit_identical_for_all_containers(name, tmp_path):
    given = SAME_NUMBERS[name](X, tmp_path)
    floats = small().fit(X.astype(np.float32), y)
    model = small().fit(given, y)
    for ours, theirs in zip(model.coefs_, floats.coefs_, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(model.predict(given), floats.predict(X.astype(np.float32)))
    np.testing.assert_array_equal(np.asarray(mapped(X, tmp_path)), X)


def test_booleans_are_zeros_and_ones():
    ink = X > 7
    model, floats = small().fit(ink, y), small().fit(ink.astype(np.float32), y)
    np.testing.assert_array_equal(model.decision_function(ink), floats.decision_function(ink))


def test_float32_and_float64_agree():
    single, double = small().fit(X.astype(np.float32), y), small().fit(X, y)
    scores = double.decision_function(X_test)
    np.testing.assert_allclose(single.decision_function(X_test), scores, atol=1e-4)


@pytest.mark.parametrize("make", [np.array, sparse.csr_array, pd.DataFrame])
def test_data_are_not_modified(make):
    weights, given = np.linspace(0.5, 1, len(X)), make(X)
    labels, given_weights = y.copy(), weights.copy()
    model = small(dropout=0.1, input_dropout=0.1).fit(given, labels, sample_weight=weights)
    model.partial_fit(given, labels, sample_weight=weights).predict_proba(given)
    np.testing.assert_array_equal(given.toarray() if sparse.issparse(given) else given, X)
    np.testing.assert_array_equal(labels, y)
    np.testing.assert_array_equal(weights, given_weights)


def test_equal_random_states_give_bit_identical_fits():
    settings = {"dropout": 0.3, "input_dropout": 0.1, "early_stopping": True}
    first, again, other = (
        small(**settings, random_state=seed).fit(X, y) for seed in (1, np.random.RandomState(1), 2)
    )
    assert parameter_bytes(first) == parameter_bytes(again)
    assert first.loss_curve_ == again.loss_curve_
    assert first.validation_scores_ == again.validation_scores_
    assert abs(first.coefs_[0] - other.coefs_[0]).max() > 0.01


def test_refit_with_integer_random_state_is_identical():
    model = small()
    assert model.fit(X, y).loss_curve_ == clone(model).fit(X, y).loss_curve_
    assert model.fit(X, y).loss_curve_ != small(random_state=None).fit(X, y).loss_curve_


def test_order_of_rows_matters_without_shuffle():
    model = small(shuffle=False)
    first, reversed_ = clone(model).fit(X, y), clone(model).fit(X[::-1], y[::-1])
    assert first.loss_curve_ != reversed_.loss_curve_
    assert first.loss_curve_ != small().fit(X, y).loss_curve_


OTHER_VALUES = {
    "nesterovs_momentum": True,
    "momentum": 0.8,
    "alpha": 0.01,
    "batch_size": 30,
    "learning_rate": "cosine",
    "learning_rate_init": 0.03,
    "warmup": 0.5,
    "schedule_iter": 7,
    "dropout": 0.1,
    "input_dropout": 0.1,
    "shuffle": False,
    "loss": "huber",
}
OTHER_VALUES_FOR_ADAM = {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 0.1, "alpha": 0.01}


@pytest.mark.parametrize(
    ("solver", "name", "value"),
    [("sgd", *item) for item in OTHER_VALUES.items()]
    + [("adam", *item) for item in OTHER_VALUES_FOR_ADAM.items()],
)
def test_every_training_parameter_changes_the_fit(solver, name, value):
    usual = small(solver=solver, max_iter=2).fit(X, y)
    other = small(solver=solver, max_iter=2, **{name: value}).fit(X, y)
    assert abs(usual.coefs_[1] - other.coefs_[1]).max() > 1e-5


def test_digits_are_learned_with_default_parameters():
    model = MLPDigitClassifier(max_iter=30, random_state=0).fit(X.astype(np.uint8), y)
    assert [W.shape for W in model.coefs_] == [(64, 512), (512, 256), (256, 10)]
    assert model.score(X_test, y_test) > 0.93


@pytest.fixture(scope="module")
def mnist():
    train_X, train_y = load_mnist(return_X_y=True)
    test_X, test_y = load_mnist(subset="test", return_X_y=True)
    return train_X[:2000], train_y[:2000], test_X[:2000], test_y[:2000]


LEARNERS = {
    **CLASSIFIERS,
    "mae loss": {"loss": "mae", "max_iter": 20},
    "one-hot, logistic outputs": {"output_activation": "logistic", "max_iter": 20},
    "nesterov": {"nesterovs_momentum": True},
    "no momentum": {"momentum": 0.0, "learning_rate_init": 0.1},
    "constant step size": {"learning_rate": "constant", "learning_rate_init": 0.01},
}
# A linear map of 784 pixels overfits 2000 images, a logistic activation needs more epochs, and the
# purpose of ordinal targets is to show why one-hot targets are better.
LESS_ACCURATE = {
    "linear": 0.78,
    "identity hidden layers": 0.78,
    "logistic hidden layers": 0.78,
    "ordinal, relu outputs": 0.3,
    "ordinal, identity outputs": 0.3,
}


@pytest.mark.parametrize("name", list(LEARNERS))
def test_mnist_is_learned_from_raw_bytes(name, mnist):
    train_X, train_y, test_X, test_y = mnist
    settings = {"hidden_layer_sizes": (64,), "max_iter": 12, **LEARNERS[name]}
    model = MLPDigitClassifier(random_state=0, **settings).fit(train_X, train_y)
    assert model.score(test_X, test_y) > LESS_ACCURATE.get(name, 0.85)


@pytest.mark.parametrize("kind", ["standardised", "tiny", "huge", "few rows, many features"])
@pytest.mark.parametrize("solver", SOLVERS)
def test_data_of_any_scale_and_shape_are_learned(kind, solver):
    scaled = {
        "standardised": lambda: StandardScaler().fit_transform(X),
        "tiny": lambda: X * 1e-6,
        "huge": lambda: X * 1e6,
        "few rows, many features": lambda: np.tile(X[:20], 100),
    }[kind]()
    labels = y[: len(scaled)]
    model = small(solver=solver, max_iter=100 if len(scaled) < 100 else 20).fit(scaled, labels)
    assert model.score(scaled, labels) > 0.9


def test_blank_images_get_the_most_frequent_class():
    blank = np.zeros((30, 5))
    labels = np.array([1] * 20 + [0] * 10)
    model = small().fit(blank, labels)
    assert set(model.predict(blank)) == {1}
    np.testing.assert_allclose(model.predict_proba(blank), [[1 / 3, 2 / 3]] * 30, atol=1e-3)


def test_max_iter_none_gives_small_data_more_epochs():
    def n_iter(n_rows, **parameters):
        rows = np.arange(n_rows) % len(X)
        model = small(hidden_layer_sizes=(2,), max_iter=None, **parameters)
        return model.fit(X[rows], y[rows]).n_iter_

    assert [n_iter(n) for n in (50, 400, 16_173)] == [100, 60, 10]
    assert n_iter(2000, distort=DigitDistorter(rotation=10)) == 50
    assert n_iter(400, schedule_iter=3) == 3


def test_hidden_layer_sizes_can_be_tuple_list_array_or_integer():
    for same in ((16,), [16], 16, np.array([16]), np.int64(16)):
        assert small(hidden_layer_sizes=same).fit(X, y).coefs_[0].shape == (64, 16)
    for none in ((), [], np.array([])):
        assert [W.shape for W in small(hidden_layer_sizes=none).fit(X, y).coefs_] == [(64, 10)]


def test_grid_search_over_losses_and_activations():
    grid = {"loss": ["mse", "huber"], "activation": ["relu", "identity"]}
    search = GridSearchCV(small(), grid, cv=2).fit(X, y)
    assert len(search.cv_results_["params"]) == 4
    assert search.best_score_ == max(search.cv_results_["mean_test_score"])
    assert search.best_estimator_.loss == search.best_params_["loss"]


def test_cross_validation_score_equals_score_of_a_single_fit():
    model = small()
    scores = cross_val_score(model, X, y, cv=[(np.arange(800), np.arange(800, 1200))])
    assert scores == [clone(model).fit(X[:800], y[:800]).score(X[800:], y[800:])]


def test_html_representation_works_before_and_after_fit():
    model = small(loss="huber")
    assert "huber" in model._repr_html_()
    assert "MLPDigitClassifier" in model.fit(X, y)._repr_html_()


def test_verbose_prints_one_line_per_epoch(capsys):
    small().fit(X, y)
    assert capsys.readouterr().out == ""
    model = small(verbose=True, max_iter=3).fit(X, y, X_val=X_test, y_val=y_test)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[2].startswith(f"epoch   3/3   loss {model.loss_curve_[2]:.5f}")
    assert f"validation loss {model.validation_loss_curve_[2]:.5f}" in lines[2]
    assert f"score {model.validation_scores_[2]:.4f}" in lines[2]
    small(verbose=1, max_iter=1).fit(X, y)
    assert "score" not in capsys.readouterr().out


@pytest.mark.parametrize("first", ["fit", "partial_fit"])
@pytest.mark.parametrize(
    "change",
    [
        {"activation": "tanh"},
        {"output_activation": "identity"},
        {"target_encoding": "ordinal"},
        {"solver": "adam"},
        {"hidden_layer_sizes": (7,)},
    ],
)
def test_refit_with_other_parameters_starts_from_new_weights(first, change):
    announced = {"classes": range(10)} if first == "partial_fit" else {}
    settings = {"hidden_layer_sizes": (5,), "max_iter": 2, "random_state": 0}
    model = getattr(MLPDigitClassifier(**settings), first)(X[:200], y[:200], **announced)
    refitted = model.set_params(**change).fit(X[:200], y[:200])
    fresh = MLPDigitClassifier(**{**settings, **change}).fit(X[:200], y[:200])
    np.testing.assert_array_equal(refitted.coefs_[0], fresh.coefs_[0])


class WithOneParameter(MLPDigitClassifier):
    """A subclass with an __init__ of its own."""

    def __init__(self, alpha=0.1):
        super().__init__(alpha=alpha, hidden_layer_sizes=(8,), max_iter=2, random_state=0)


def test_subclass_with_fewer_parameters_is_fitted_like_its_base():
    expected = small(alpha=0.1, hidden_layer_sizes=(8,), max_iter=2).fit(X, y)
    assert parameter_bytes(WithOneParameter().fit(X, y)) == parameter_bytes(expected)
    assert WithOneParameter().get_params() == {"alpha": 0.1}


class Names(StrEnum):
    TANH = "tanh"


def test_members_of_a_string_enum_are_accepted_as_names():
    expected = small(activation="tanh").fit(X, y)
    assert parameter_bytes(small(activation=Names.TANH).fit(X, y)) == parameter_bytes(expected)
