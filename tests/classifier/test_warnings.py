"""What fit warns about, and networks that no longer learn."""

import inspect
import warnings

import numpy as np
import pytest
from helpers import parameter_bytes, small_classifier
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import cross_val_score

from skmnist import MLPDigitClassifier
from skmnist.classifier._warnings import OF_EARLY_STOPPING

X, y = load_digits(n_class=3, return_X_y=True)
X, y = X[:200], y[:200]


def test_defaults_are_those_of_the_classifier():
    parameters = inspect.signature(MLPDigitClassifier).parameters
    assert {name: parameters[name].default for name in OF_EARLY_STOPPING} == OF_EARLY_STOPPING


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"tol": 0.1}, "^tol has no effect, because early_stopping is False"),
        ({"tol": 0, "n_iter_no_change": 3}, "^tol and n_iter_no_change have no effect"),
        ({"batch_size": 401}, "^batch_size=401 is larger than the number of training images, 200,"),
    ],
)
def test_parameters_without_an_effect_cause_a_warning(changed, message):
    with pytest.warns(UserWarning, match=message) as caught:
        model = small_classifier(**changed).fit(X, y)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    usual = {name: 200 if name == "batch_size" else value for name, value in changed.items()}
    usual = {name: value for name, value in usual.items() if name not in OF_EARLY_STOPPING}
    assert parameter_bytes(small_classifier(**usual).fit(X, y)) == parameter_bytes(model)


@pytest.mark.filterwarnings("error")
def test_parameters_with_an_effect_cause_none():
    small_classifier(early_stopping=True, tol=0.1, n_iter_no_change=1, max_iter=9).fit(X, y)
    small_classifier(batch_size=200, max_iter=9).fit(X, y)
    small_classifier(batch_size=200, max_iter=9, early_stopping=True).fit(X, y)
    cross_val_score(small_classifier(batch_size=200), X, y, cv=3)


def test_validation_with_few_images_causes_a_warning():
    model = small_classifier(early_stopping=True, max_iter=9)
    with pytest.warns(UserWarning, match="^early_stopping=True holds out only 9 images"):
        model.fit(X[:99], y[:99])
    model.fit(X[:101], y[:101])  # ten images cause none


def test_class_that_is_not_held_out_causes_a_warning():
    labels = np.where(np.arange(200) == 5, "a", y.astype(str))
    model = small_classifier(early_stopping=True, max_iter=9)
    with pytest.warns(UserWarning, match=r"holds out no images of the classes \['a'\], because"):
        model.fit(X, labels)


def test_prediction_of_a_single_class_causes_a_convergence_warning():
    model = small_classifier(learning_rate_init=1e-9, max_iter=1)
    message = "predicts the class 'one' for each of 200 training images"
    with pytest.warns(ConvergenceWarning, match=message):
        model.fit(X, np.where(np.arange(200) % 5, "one", "other"))
    assert set(model.predict(X)) == {"one"}


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_hidden_layer_that_is_0_for_all_images_causes_a_convergence_warning(method):
    model = small_classifier().fit(X, y).set_params(warm_start=True, max_iter=5)
    model.intercepts_[0] -= 1e6  # as after a step that is far too large
    message = r"for each of 200 training images, because the last hidden layer is 0 for all of them"
    with pytest.warns(ConvergenceWarning, match=message) as caught:
        getattr(model, method)(X, y)
    assert caught[0].filename == __file__


def test_one_class_causes_no_warning_if_there_is_no_other():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        small_classifier().fit(X, y, sample_weight=y == 1)
        small_classifier().partial_fit(X[y == 1], y[y == 1], classes=range(3))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("sizes", [(8,), ()])
def test_blank_images_cause_it_too_and_no_dead_layer_is_named(sizes):
    message = r"predicts the class [012] for each of 200 training images\. Increase max_iter"
    with pytest.warns(ConvergenceWarning, match=message):
        small_classifier(hidden_layer_sizes=sizes).fit(0 * X, y)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("labels", [np.arange(4000) % 10, np.arange(4000) < 2])
def test_periodic_labels_and_rare_classes_cause_none(labels):
    columns = np.eye(10)[labels.astype(int)]
    assert small_classifier(max_iter=9).fit(columns, labels).score(columns, labels) == 1


@pytest.mark.parametrize("name", ["max_iter", "batch_size", "hidden_layer_sizes"])
def test_message_for_a_number_that_is_too_large_names_the_upper_end(name):
    with pytest.raises(
        ValueError, match=rf"^{name} must be .* and at most 2\*\*63 - 1; got 1180591"
    ):
        small_classifier(**{name: 2**70}).fit(X, y)
