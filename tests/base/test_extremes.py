"""Values near the limits of floats are used or rejected with an error, never with a warning."""

import itertools
from functools import partial

import numpy as np
import pytest
from helpers import small_classifier, small_transformer
from scipy import sparse

ENORMOUS, DENORMAL = 1.7e308, 5e-324
X = np.random.default_rng(0).random((40, 9))
y = np.arange(40) % 2


small = partial(small_classifier, hidden_layer_sizes=(4,))
transformer = partial(small_transformer, kernels="kmeans", n_kernels=3)


def is_distribution(rows):
    return np.isfinite(rows).all() and np.allclose(rows.sum(axis=1), 1)


@pytest.mark.parametrize("factor", [ENORMOUS, -ENORMOUS, 1e-300])
def test_images_of_huge_or_tiny_values_are_trained_on(factor):
    huge = (X - 0.5) * factor
    assert is_distribution(small().fit(huge, y).predict_proba(huge))


@pytest.mark.parametrize(("dtype", "n_pixels"), [("f4", 1), ("f4", 12), ("f8", 12)])
def test_values_too_small_for_finite_weights_raise_error(dtype, n_pixels):
    tiny = np.zeros((4, 3), dtype)
    tiny.flat[:n_pixels] = np.finfo(dtype).smallest_subnormal
    message = (
        r"^X must have larger values; got column 0, whose values differ so little that its weights "
        r"in float\d\d would be infinite\. Multiply X by a constant\.$"
    )
    with pytest.raises(ValueError, match=message):
        small().fit(tiny, [0, 1, 0, 1])


def test_predicting_values_much_larger_than_in_fit_raises_error():
    model = small().fit(X.astype("f4"), y)
    for method in (model.predict, model.predict_proba, model.decision_function):
        message = "^The outputs for X must be finite in float32; got infinity or NaN. X or the"
        with pytest.raises(ValueError, match=message):
            method(X * ENORMOUS)


@pytest.mark.parametrize(("dtype", "factor"), [("f4", 1e30), ("f8", 1e200)])
def test_validation_values_much_larger_than_training_values_raise_error(dtype, factor):
    model = small().fit(X.astype(dtype), y)
    before = dict(vars(model))
    message = (
        "^The validation loss must be finite; got inf after epoch 1. The validation images have "
        "much larger values than the training images, or learning_rate_init is too large.$"
    )
    with pytest.raises(ValueError, match=message):
        model.fit(X.astype(dtype), y, X_val=(X * factor).astype(dtype), y_val=y)
    assert vars(model) == before


ONE_PIXEL = np.eye(9)[[0] * 40]  # one of nine: three times the root mean square


# The loss is computed before the step. Blank images change intercepts only, and these overflow
# with Nesterov's momentum only, which nearly doubles the first step.
@pytest.mark.parametrize(
    ("images", "nesterov"),
    [(ONE_PIXEL, False), (0 * ONE_PIXEL, True)],
    ids=["weights", "intercepts"],
)
def test_infinite_parameters_raise_error_even_if_the_loss_is_finite(images, nesterov):
    settings = {"learning_rate": "constant", "warmup": 0, "max_iter": 1, "loss": "mae"}
    settings |= {"hidden_layer_sizes": (), "nesterovs_momentum": nesterov}
    with pytest.raises(ValueError, match=r"diverged: .* the loss is \d\.\d+\. learning_rate_init"):
        small(learning_rate_init=ENORMOUS, **settings).fit(images, np.arange(40) % 10)


@pytest.mark.parametrize(("method", "more"), [("fit", {}), ("partial_fit", {"classes": [0, 1]})])
def test_epsilon_that_is_0_in_the_training_dtype_raises_error(method, more):
    model = small(solver="adam", epsilon=1e-50)
    with pytest.raises(
        ValueError, match=r"^epsilon must be above 0 after rounding to float32.* got 1e-50"
    ):
        getattr(model, method)(X.astype("f4"), y, **more)
    assert not hasattr(model, "coefs_")
    assert is_distribution(getattr(model, method)(X, y, **more).predict_proba(X))


def test_epsilon_is_not_checked_for_sgd():
    assert is_distribution(small(epsilon=1e-50).fit(X.astype("f4"), y).predict_proba(X))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("batch_size", [1, "auto"])
def test_weights_much_smaller_than_the_largest_count_as_0(dtype, batch_size):
    weights = np.resize([ENORMOUS, ENORMOUS / 3, 1, DENORMAL], 40)
    model = small(batch_size=batch_size).fit(X.astype(dtype), y, weights)
    without = small(batch_size=batch_size).fit(X.astype(dtype), y, np.resize([3, 1, 0, 0], 40))
    np.testing.assert_allclose(model.coefs_[0], without.coefs_[0], rtol=1e-4)
    assert is_distribution(model.predict_proba(X.astype(dtype)))


def test_huge_sample_weights_are_balanced():
    model = small(class_weight="balanced").fit(X, y, np.where(y, ENORMOUS, ENORMOUS / 8))
    equal = small().fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), equal.predict_proba(X))


too_large_X = np.where(X > 0.9, 10**400, X.astype(object))
TOO_LARGE = {
    "X": lambda: small().fit(too_large_X, y),
    "X as a list": lambda: transformer().fit(too_large_X.tolist()),
    "sample_weight": lambda: small().fit(X, y, sample_weight=[10**400] * 40),
    "class_weight": lambda: small(class_weight={0: 10**400}).fit(X, y),
    "alpha": lambda: small(alpha=10**400).fit(X, y),
    "epsilon": lambda: small(solver="adam", epsilon=10**400).fit(X, y),
    "learning_rate_init": lambda: small(learning_rate_init=10**400).fit(X, y),
    "schedule_iter": lambda: small(schedule_iter=10**400).fit(X, y),
    "hidden_layer_sizes": lambda: small(hidden_layer_sizes=10**30).fit(X, y),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_integers_too_large_for_floats_raise_error_with_their_name(name):
    parameter = name.split()[0]
    message = rf"^{parameter} (must be .*; got 10000|must contain .*; got)"
    with pytest.raises(ValueError, match=message):
        TOO_LARGE[name]()


def test_huge_labels_raise_error_without_warning():
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        small().fit(X, np.where(y, 1e300, -1e300))


@pytest.mark.parametrize("make", [small, transformer])
@pytest.mark.parametrize("dtype", ["M8[s]", "m8[s]"])
def test_dates_in_X_raise_error(make, dtype):
    times = np.arange(360).reshape(40, 9).astype(dtype)
    with pytest.raises(ValueError, match=r"^X must contain numbers; got .*64\[s\]\.$"):
        make().fit(times, y)
    fitted = make().fit(X, y)
    method = fitted.predict if make is small else fitted.transform
    with pytest.raises(ValueError, match=r"^X must contain numbers"):
        method(times)


KERNELS = {
    "kmeans": {},
    "pca": {"kernels": "pca"},
    "patches": {"kernels": "patches"},
    "contrast": {"normalize": "contrast"},
    "later pca": {"kernels": ("random", "pca"), "kernel_size": 2},
    "rms": {"kernels": "random", "pool": "rms"},
    "given": {"kernels": np.full((1, 2, 2), 1e308)},
}


INFINITE_MAPS = r"^The feature maps of X must be finite in float{}; got too large values\. Divide X"
TOO_LARGE_TO_LEARN_FROM = "^X is too large to learn kernels .* Divide X"

# These kernels have unit length and are learned in float64, and so their maps are finite.
FINITE = [("kmeans", "f4"), ("pca", "f4"), ("contrast", "f4")]


def largest_images(dtype):
    return (X - 0.5).astype(dtype) * np.finfo(dtype).max


@pytest.mark.parametrize(("name", "dtype"), FINITE)
def test_maps_of_largest_images_are_finite(name, dtype):
    huge = largest_images(dtype)
    assert np.isfinite(transformer(**KERNELS[name]).fit(huge).transform(huge)).all()


@pytest.mark.parametrize(
    ("name", "dtype"),
    [each for each in itertools.product(KERNELS, ["f4", "f8"]) if each not in FINITE],
)
def test_maps_too_large_for_floats_raise_error(name, dtype):
    huge = largest_images(dtype)
    infinite_maps = INFINITE_MAPS.format({"f4": 32, "f8": 64}[dtype])
    with pytest.raises(ValueError, match=f"{infinite_maps}|{TOO_LARGE_TO_LEARN_FROM}"):
        transformer(**KERNELS[name]).fit(huge).transform(huge)


LATER = {"later patches": {"kernels": ("random", "patches"), "kernel_size": 2}}
LEARNED = ["kmeans", "pca", "patches", "contrast"]


# Kernels are learned in float64, but "patches" and "contrast" compute squares in the dtype of X.
@pytest.mark.parametrize(
    ("name", "dtype", "factor"),
    [
        *itertools.product(LEARNED, ["f8"], [1e-170]),
        *itertools.product(["patches", "contrast"], ["f4"], [1e-25]),
    ],
)
def test_values_too_small_to_learn_kernels_raise_error(name, dtype, factor):
    with pytest.raises(ValueError, match=r"^X is too small to learn kernels .* Multiply X"):
        transformer(**KERNELS[name]).fit((X * factor).astype(dtype))


@pytest.mark.parametrize(
    ("name", "dtype", "factor"),
    [
        *itertools.product(LEARNED, ["f8"], [2.0**-500]),
        *itertools.product(["patches", "contrast"], ["f4"], [2.0**-58]),
        *itertools.product(["kmeans", "pca", "later pca", "later patches"], ["f4"], [2.0**-100]),
    ],
)
def test_maps_scale_with_the_images(name, dtype, factor):
    images, model = X.astype(dtype), transformer(**{**KERNELS, **LATER}[name])
    faint, strong = (model.fit_transform(each) for each in (images * factor, images))
    np.testing.assert_allclose(faint / faint.max(), strong / strong.max(), rtol=1e-4, atol=1e-6)


def test_transforming_values_much_larger_than_in_fit_raises_error():
    model = transformer(kernels=np.full((1, 2, 2), 3.0)).fit(X)
    with pytest.raises(ValueError, match=INFINITE_MAPS.format(64)):
        model.transform((X - 0.5) * ENORMOUS)


def test_kernels_too_large_for_float32_images_raise_error():
    model = transformer(kernels=np.full((1, 2, 2), 1e300)).fit(X)
    with pytest.raises(ValueError, match=INFINITE_MAPS.format(32)):
        model.transform(X.astype("f4"))


def test_transformer_ignores_sparse_labels():
    with_labels = transformer().fit(X[:1], sparse.csr_array([[1]]))
    without = transformer().fit(X[:1])
    np.testing.assert_array_equal(with_labels.kernels_[0], without.kernels_[0])
