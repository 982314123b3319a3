"""A transformer whose parameters were changed after fit."""

import re
from collections import namedtuple

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from skmnist import ConvFeatureTransformer

X = load_digits().data[:50]
KERNELS = np.arange(8.0).reshape(2, 2, 2)
BEFORE = {
    "kernels": "random",
    "n_kernels": 3,
    "kernel_size": 3,
    "stride": 1,
    "padding": "valid",
    "normalize": None,
    "activation": "relu",
    "pool": "max",
    "pool_size": 2,
    "stacking": "mixed",
    "image_shape": None,
    "random_state": 0,
}
AFTER = {
    "kernels": "strokes",
    "n_kernels": 4,
    "kernel_size": "auto",
    "stride": (1, 1),
    "padding": "same",
    "normalize": "mean",
    "activation": None,
    "pool": ("max", None),
    "pool_size": 3,
    "stacking": "separate",
    "image_shape": (8, 8),
    "random_state": None,
}
USES = {
    "transform": lambda model: model.transform(X),
    "feature_maps": lambda model: model.feature_maps(X),
    "get_feature_names_out": lambda model: model.get_feature_names_out(),
    "check_is_fitted": check_is_fitted,
}


def fitted(**parameters):
    return ConvFeatureTransformer(**{**BEFORE, **parameters}).fit(X)


def change_of(name, old, new):
    """Return a pattern for the start of the error about a changed parameter."""
    return "^" + re.escape(f"{name} was {old!r} when") + ".* fitted, and is " + re.escape(repr(new))


def test_all_parameters_are_tested_here():
    names = set(ConvFeatureTransformer().get_params()) - {"n_jobs"}
    assert names == BEFORE.keys() == AFTER.keys()


@pytest.mark.parametrize("name", list(BEFORE))
def test_changed_parameter_raises_error_until_it_is_set_back(name):
    model, old, new = fitted(), BEFORE[name], AFTER[name]
    columns = model.transform(X)
    model.set_params(**{name: new})
    for use in ("transform", "feature_maps", "get_feature_names_out"):
        with pytest.raises(NotFittedError, match=change_of(name, old, new) + r" now: call fit"):
            USES[use](model)
    with pytest.raises(NotFittedError):
        check_is_fitted(model)
    model.set_params(**{name: old})
    check_is_fitted(model)
    np.testing.assert_array_equal(model.transform(X), columns)
    assert len(model.get_feature_names_out()) == columns.shape[1]


def test_next_fit_uses_the_new_parameters():
    model = fitted().set_params(kernels="strokes", n_kernels=7).fit(X)
    straight = fitted(kernels="strokes", n_kernels=7)
    np.testing.assert_array_equal(model.transform(X), straight.transform(X))
    assert model.get_feature_names_out().tolist() == straight.get_feature_names_out().tolist()
    with pytest.raises(NotFittedError, match=change_of("n_kernels", 7, 3)):
        model.set_params(n_kernels=3).transform(X)


def test_parameters_can_be_set_back_after_fit_failed():
    model = fitted()
    columns = model.transform(X)
    with pytest.raises(ValueError, match="stride"):
        model.set_params(stride=0).fit(X)
    with pytest.raises(NotFittedError, match=change_of("stride", 1, 0)):
        model.transform(X)
    np.testing.assert_array_equal(model.set_params(stride=1).transform(X), columns)


def test_n_jobs_can_change_at_any_time():
    model = fitted(n_jobs=1)
    columns = model.transform(X)
    for n_jobs in (2, None, -1):
        np.testing.assert_array_equal(model.set_params(n_jobs=n_jobs).transform(X), columns)
        check_is_fitted(model)


@pytest.mark.parametrize("layered", [False, True])
def test_arrays_are_compared_by_their_values(layered):
    def source(kernels):
        return (kernels, "random") if layered else kernels

    model = fitted(kernels=source(KERNELS), pool=None)
    columns = model.transform(X)
    np.testing.assert_array_equal(
        model.set_params(kernels=source(KERNELS.copy())).transform(X), columns
    )
    for other in (KERNELS + 1, KERNELS[:1], KERNELS.astype("f4") * 2, "random"):
        with pytest.raises(NotFittedError, match=r"^kernels was "):
            model.set_params(kernels=source(other)).transform(X)


def test_change_of_an_array_in_place_is_detected():
    kernels = KERNELS.copy()
    model = fitted(kernels=kernels)
    kernels[0] = 9
    with pytest.raises(NotFittedError, match=r"^kernels was "):
        model.transform(X)
    kernels[0] = KERNELS[0]
    check_is_fitted(model)


@pytest.mark.parametrize("use", list(USES))
def test_drawing_from_random_state_is_no_change(use):
    rng = np.random.RandomState(0)
    model = fitted(random_state=rng)
    rng.random_sample(5)
    USES[use](model)
    model.set_params(random_state=np.random.RandomState(0))
    with pytest.raises(NotFittedError):
        USES[use](model)


def test_message_before_fit_is_that_of_scikit_learn():
    model = ConvFeatureTransformer().set_params(stride=2)
    for use in USES.values():
        with pytest.raises(NotFittedError, match="not fitted yet"):
            use(model)


def test_tuple_and_list_of_the_same_arrays_differ():
    A = np.arange(6.0).reshape(2, 3, 1)
    model = ConvFeatureTransformer((A, A + 1), activation=None, pool=None).set_params(
        stacking="separate"
    )
    model.fit(X).set_params(kernels=[A, A + 1])
    with pytest.raises(NotFittedError, match=r"^kernels was "):
        model.transform(X)


def test_long_lists_of_kernels_are_shortened_in_the_message():
    shape = namedtuple("Shape", "height width")(8, 8)
    kernels = np.ones((40, 3, 3)).tolist()
    model = ConvFeatureTransformer(kernels, image_shape=shape).fit(np.eye(64)[:20])
    assert model.transform(np.eye(64)).shape[0] == 64
    with pytest.raises(NotFittedError, match=r"^kernels was ") as caught:
        model.set_params(kernels="pca").transform(np.eye(64))
    assert len(str(caught.value)) < 400
