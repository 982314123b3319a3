import inspect
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from helpers import small_classifier
from sklearn.datasets import load_digits

from skmnist import DigitDistorter, MLPDigitClassifier
from skmnist.classifier._parameters import RULES
from skmnist.classifier._targets import ENCODINGS
from skmnist.network._activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from skmnist.network._losses import LOSSES
from skmnist.network._optimizers import SCHEDULES, SOLVERS

X, y = load_digits(return_X_y=True)
X, y = X[:150], y[:150]

WRONG_NAMES, FLAGS = ["sigmoid", "", "RELU"], ["yes", 1, None]
COUNTS = [0, -1, 2.0, "3", True]
SHARES = [-0.1, 1, 1.5, float("nan"), float("inf"), "0.5", None, True, 1j]
SIZES = [-1e-9, float("nan"), float("inf"), np.float32("inf"), "0.1", None, False, [0.1]]

WRONG = {
    "hidden_layer_sizes": [
        0,
        -3,
        (16, 0),
        [8, 2.5],
        ("16",),
        [[4]],
        2.0,
        "16",
        None,
        True,
        (True,),
    ],
    "activation": [*WRONG_NAMES, None, 3],
    "output_activation": [*WRONG_NAMES, "tanh", "softmax"],
    "loss": [*WRONG_NAMES, "cross_entropy", ("mse",)],
    "target_encoding": [*WRONG_NAMES, "onehot", None],
    "solver": [*WRONG_NAMES, "lbfgs", []],
    "alpha": SIZES,
    "batch_size": [*COUNTS, None, "full"],
    "learning_rate": [*WRONG_NAMES, "adaptive", 0.1],
    "learning_rate_init": [*SIZES, 0, 0.0, "fast"],
    "warmup": SHARES,
    "schedule_iter": [*COUNTS, "auto"],
    "momentum": SHARES,
    "nesterovs_momentum": FLAGS,
    "beta_1": SHARES,
    "beta_2": SHARES,
    "epsilon": [*SIZES, 0],
    "dropout": SHARES,
    "input_dropout": SHARES,
    "distort": ["x", 1, True, DigitDistorter, SimpleNamespace(distort="x")],
    "max_iter": [*COUNTS, "auto"],
    "class_weight": ["balance", 3, [1, 2], True],
    "early_stopping": FLAGS,
    "validation_fraction": [*SHARES, 0],
    "n_iter_no_change": [*COUNTS, None],
    "tol": SIZES,
    "shuffle": FLAGS,
    "random_state": ["seven", 0.5, True, -1, 2**32, np.random.default_rng(0)],
    "warm_start": FLAGS,
    "verbose": ["yes", None, 0.5, -1],
}

# The parameters that are names, each with the table that lists them.
TABLES = {
    "activation": ACTIVATIONS,
    "output_activation": OUTPUT_ACTIVATIONS,
    "loss": LOSSES,
    "target_encoding": ENCODINGS,
    "solver": SOLVERS,
    "learning_rate": SCHEDULES,
}
RIGHT = {
    **{name: [*table, np.str_(next(iter(table)))] for name, table in TABLES.items()},
    "hidden_layer_sizes": [(), [], 3, (3, 2), [np.int64(3)], np.array([3, 2])],
    "alpha": [0, 0.5, np.float32(0.1)],
    "batch_size": [1, 10_000, "auto", np.int32(20)],
    "learning_rate_init": ["auto", 1e-4, np.float64(1e-3)],
    "warmup": [0, 0.99],
    "schedule_iter": [None, 1, 100, np.int64(7)],
    "momentum": [0, 0.99],
    "nesterovs_momentum": [True, False, np.True_],
    "beta_1": [0, 0.99],
    "beta_2": [0, 0.9999],
    "epsilon": [1e-12, 1],
    "dropout": [0, 0.9],
    "input_dropout": [0, 0.9],
    "distort": [
        None,
        DigitDistorter(),
        SimpleNamespace(distort=lambda X, random_state: X),
    ],
    "max_iter": [1, np.int64(1)],
    "class_weight": [None, "balanced", {0: 2}, {}],
    "early_stopping": [True, False, np.False_],
    "validation_fraction": [0.01, 0.99],
    "n_iter_no_change": [1, np.int8(3)],
    "tol": [0, 10],
    "shuffle": [True, False],
    "random_state": [None, 0, np.int64(2**32 - 1), np.random.RandomState(0)],
    "warm_start": [True, np.bool_(False)],
    "verbose": [False, 0],
}


small = partial(small_classifier, hidden_layer_sizes=(4,), max_iter=1)


def test_every_parameter_has_a_rule_and_examples():
    parameters = set(inspect.signature(MLPDigitClassifier).parameters)
    assert set(RULES) == set(WRONG) == set(RIGHT) == parameters


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_error_for_wrong_value_names_parameter_and_allowed_values(name, value, method):
    model = small(**{name: value})
    with pytest.raises((TypeError, ValueError)) as raised:
        getattr(model, method)(X, y)
    message = str(raised.value)
    assert message.startswith(f"{name} must be ")
    assert RULES[name].allowed in message
    assert f"; got {value!r}." in message
    has_hint = isinstance(value, str) and (name, value) in HINTS
    assert message.endswith(f"; got {value!r}.") != has_hint


# Names of scikit-learn and Keras, and a part of what the error says about them.
HINTS = {
    ("solver", "lbfgs"): r"one batch, with batch_size=len\(X\), instead of 'lbfgs'",
    ("learning_rate", "adaptive"): "Instead of 'adaptive', use 'linear' or 'cosine'",
    ("learning_rate", "invscaling"): "Instead of 'invscaling', use 'linear' or 'cosine'",
    ("activation", "sigmoid"): "called 'logistic'",
    ("output_activation", "sigmoid"): "called 'logistic'",
    ("output_activation", "softmax"): "predict_proba returns probabilities that sum to 1",
    ("loss", "squared_error"): "called 'mse'",
    ("loss", "log_loss"): "There is no cross-entropy",
    ("loss", "cross_entropy"): "There is no cross-entropy",
}


@pytest.mark.parametrize(("name", "value"), HINTS)
def test_error_for_name_of_other_library_says_what_to_use_instead(name, value):
    with pytest.raises(ValueError, match=rf"; got '{value}'\. .*{HINTS[name, value]}.*\.$"):
        small(**{name: value}).fit(X, y)


@pytest.mark.parametrize("name", list(RULES))
def test_value_of_unexpected_type_raises_type_error(name):
    class Unexpected:
        def __repr__(self):
            return "an unexpected object"

    with pytest.raises(TypeError, match=rf"^{name} must be .*; got an unexpected object\.$"):
        small(**{name: Unexpected()}).fit(X, y)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in RIGHT.items() for value in values]
)
@pytest.mark.filterwarnings("ignore:.*(no effect|larger than):UserWarning")
def test_valid_value_is_accepted(name, value):
    model = small(**{name: value})
    assert model.fit(X, y) is model
    assert model.partial_fit(X, y).predict(X).shape == (150,)
    assert model.get_params()[name] is value


@pytest.mark.parametrize("name", TABLES)
def test_error_lists_all_names_of_the_table(name):
    with pytest.raises(ValueError, match=f"^{name} must be one of") as raised:
        small(**{name: "new"}).fit(X, y)
    for allowed in TABLES[name]:
        assert repr(allowed) in str(raised.value)


@pytest.mark.parametrize("loss", [loss for loss in LOSSES if loss not in ENCODINGS["ordinal"].loss])
def test_ordinal_targets_allow_mse_and_mae_only(loss):
    with pytest.raises(ValueError, match=rf"^loss must be 'mse' or 'mae' when .*; got '{loss}'\."):
        small(target_encoding="ordinal", loss=loss).fit(X, y)


def test_ordinal_targets_do_not_allow_logistic_outputs():
    with pytest.raises(ValueError, match=r"^output_activation must be 'relu' or 'identity' when"):
        small(target_encoding="ordinal", output_activation="logistic").fit(X, y)


def test_schedule_iter_below_max_iter_raises_error():
    message = r"^schedule_iter must be at least max_iter, which is 5; got 4\.$"
    with pytest.raises(ValueError, match=message):
        small(max_iter=5, schedule_iter=4).fit(X, y)
    assert small(max_iter=5, schedule_iter=5).fit(X, y).n_iter_ == 5


def test_parameters_are_checked_in_fit_and_not_before():
    model = small(loss="cross_entropy").set_params(solver="lbfgs")
    assert model.get_params()["solver"] == "lbfgs"
    assert model.set_params(loss="mse", solver="sgd").fit(X, y).n_iter_ == 1
