import inspect

import numpy as np
import pytest
from sklearn.datasets import load_digits

from skmnist import MLPDigitClassifier
from skmnist.classifier._parameters import RULES

X, y = load_digits(return_X_y=True)
X, y = X[:150], y[:150]

NAMES, FLAGS = ["sigmoid", "", "RELU"], ["yes", 1, None]
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
    "activation": [*NAMES, None, 3],
    "output_activation": [*NAMES, "tanh", "softmax"],
    "loss": [*NAMES, "cross_entropy", ("mse",)],
    "target_encoding": [*NAMES, "onehot", None],
    "solver": [*NAMES, "lbfgs", []],
    "alpha": SIZES,
    "batch_size": [*COUNTS, None, "full"],
    "learning_rate": [*NAMES, "adaptive", 0.1],
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

RIGHT = {
    "hidden_layer_sizes": [(), [], 3, (3, 2), [np.int64(3)], np.array([3, 2])],
    "activation": ["relu", "leaky_relu", "tanh", "logistic", "identity", np.str_("relu")],
    "output_activation": ["relu", "identity", "logistic"],
    "loss": ["mse", "mae", "huber", "squared_hinge"],
    "target_encoding": ["one-hot", "ordinal"],
    "solver": ["sgd", "adam"],
    "alpha": [0, 0.5, np.float32(0.1)],
    "batch_size": [1, 10_000, "auto", np.int32(20)],
    "learning_rate": ["constant", "linear", "cosine"],
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


def tiny(**parameters):
    # Adam's steps are so small that no setting of a single other parameter can diverge.
    defaults = {"hidden_layer_sizes": (4,), "max_iter": 1, "random_state": 0}
    return MLPDigitClassifier(**{**defaults, **parameters})


def test_every_parameter_has_its_rule_and_its_examples():
    parameters = set(inspect.signature(MLPDigitClassifier).parameters)
    assert set(RULES) == set(WRONG) == set(RIGHT) == parameters


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_a_wrong_value_is_refused_by_name_with_what_is_allowed(name, value, method):
    model = tiny(**{name: value})  # nothing is checked here
    with pytest.raises((TypeError, ValueError)) as refusal:
        getattr(model, method)(X, y)
    message = str(refusal.value)
    assert message.startswith(f"{name} must be ")
    assert RULES[name].allowed in message
    assert message.endswith(f"; got {value!r}.")


@pytest.mark.parametrize("name", list(RULES))
def test_a_value_of_a_type_that_nobody_expects_is_a_type_error(name):
    class Surprise:
        def __repr__(self):
            return "a surprise"

    with pytest.raises(TypeError, match=f"^{name} must be .*; got a surprise."):
        tiny(**{name: Surprise()}).fit(X, y)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in RIGHT.items() for value in values]
)
def test_a_right_value_is_taken(name, value):
    model = tiny(**{name: value})
    assert model.fit(X, y) is model
    assert model.partial_fit(X, y).predict(X).shape == (150,)
    assert model.get_params()[name] is value


NAMED = ["activation", "output_activation", "loss", "target_encoding", "solver", "learning_rate"]


@pytest.mark.parametrize("name", NAMED)
def test_a_message_lists_all_names_that_are_allowed(name):
    with pytest.raises(ValueError, match=f"^{name} must be one of") as refusal:
        tiny(**{name: "new"}).fit(X, y)
    for allowed in RIGHT[name]:
        assert repr(str(allowed)) in str(refusal.value)


@pytest.mark.parametrize("loss", ["huber", "squared_hinge"])
def test_class_numbers_have_no_bounded_loss(loss):
    with pytest.raises(ValueError, match=rf"^loss must be 'mse' or 'mae' when .*; got '{loss}'\."):
        tiny(target_encoding="ordinal", loss=loss).fit(X, y)


def test_class_numbers_do_not_fit_into_a_logistic_output():
    with pytest.raises(ValueError, match=r"^output_activation must be 'relu' or 'identity' when"):
        tiny(target_encoding="ordinal", output_activation="logistic").fit(X, y)


def test_a_schedule_may_not_end_before_the_training():
    message = r"^schedule_iter must be at least max_iter, which is 5; got 4\.$"
    with pytest.raises(ValueError, match=message):
        tiny(max_iter=5, schedule_iter=4).fit(X, y)
    assert tiny(max_iter=5, schedule_iter=5).fit(X, y).n_iter_ == 5


def test_parameters_are_checked_when_fit_is_called_and_not_before():
    model = tiny(loss="cross_entropy").set_params(solver="lbfgs")
    assert model.get_params()["solver"] == "lbfgs"
    assert model.set_params(loss="mse", solver="sgd").fit(X, y).n_iter_ == 1
