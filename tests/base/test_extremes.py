"""Numbers at the ends of what floats hold: used, or refused in words, and never warned of."""

import itertools

import numpy as np
import pytest
from scipy import sparse

from skmnist import ConvFeatureTransformer, MLPDigitClassifier

ENORMOUS, DENORMAL = 1.7e308, 5e-324
X = np.random.default_rng(0).random((40, 9))
y = np.arange(40) % 2


def small(**parameters):
    defaults = {"hidden_layer_sizes": (4,), "max_iter": 3, "random_state": 0}
    return MLPDigitClassifier(**{**defaults, **parameters})


def maps(**parameters):
    return ConvFeatureTransformer(**{"n_kernels": 3, "random_state": 0, **parameters})


def is_distribution(rows):
    return np.isfinite(rows).all() and np.allclose(rows.sum(axis=1), 1)


@pytest.mark.parametrize("factor", [ENORMOUS, -ENORMOUS, 1e-300])
def test_images_of_any_size_are_trained_on(factor):
    huge = (X - 0.5) * factor
    assert is_distribution(small().fit(huge, y).predict_proba(huge))


# Of one such pixel among twelve, the typical size is less than any float32.
@pytest.mark.parametrize(("dtype", "n_pixels"), [("f4", 1), ("f4", 12), ("f8", 12)])
def test_images_too_small_for_weights_are_refused(dtype, n_pixels):
    tiny = np.zeros((4, 3), dtype)
    tiny.flat[:n_pixels] = np.finfo(dtype).smallest_subnormal
    with pytest.raises(ValueError, match=r"X is too small: .* too large for float.*Multiply X"):
        small().fit(tiny, [0, 1, 0, 1])


def test_images_far_larger_than_those_of_the_fit_are_refused():
    model = small().fit(X.astype("f4"), y)
    for method in (model.predict, model.predict_proba, model.decision_function):
        with pytest.raises(ValueError, match="outputs for X are too large for float32"):
            method(X * ENORMOUS)


@pytest.mark.parametrize(("dtype", "factor"), [("f4", 1e30), ("f8", 1e200)])
def test_images_to_validate_on_far_larger_than_those_trained_on_are_refused(dtype, factor):
    model = small().fit(X.astype(dtype), y)
    before = dict(vars(model))
    with pytest.raises(ValueError, match=r"validation loss is inf: X_val, .* far larger than X"):
        model.fit(X.astype(dtype), y, X_val=(X * factor).astype(dtype), y_val=y)
    assert vars(model) == before


ONE_PIXEL = np.eye(9)[[0] * 40]  # of nine: three times the typical size of an entry


# The loss is taken before the step. Of blank images only intercepts learn, and of these it takes
# Nesterov's look-ahead, which nearly doubles a step, to go beyond all floats.
@pytest.mark.parametrize(
    ("images", "look_ahead"),
    [(ONE_PIXEL, False), (0 * ONE_PIXEL, True)],
    ids=["weights", "intercepts"],
)
def test_a_last_step_beyond_all_floats_is_refused_though_the_loss_is_finite(images, look_ahead):
    how = {"learning_rate": "constant", "warmup": 0, "max_iter": 1, "loss": "mae"}
    how |= {"hidden_layer_sizes": (), "nesterovs_momentum": look_ahead}
    with pytest.raises(ValueError, match=r"diverged: .* the loss is \d\.\d+\. learning_rate_init"):
        small(learning_rate_init=ENORMOUS, **how).fit(images, np.arange(40) % 10)


@pytest.mark.parametrize(("method", "more"), [("fit", {}), ("partial_fit", {"classes": [0, 1]})])
def test_an_epsilon_that_is_nothing_in_the_type_trained_in_is_refused(method, more):
    model = small(solver="adam", epsilon=1e-50)
    with pytest.raises(ValueError, match=r"^epsilon must be above 0 also in float32.* got 1e-50"):
        getattr(model, method)(X.astype("f4"), y, **more)
    assert not hasattr(model, "coefs_")
    assert is_distribution(getattr(model, method)(X, y, **more).predict_proba(X))


def test_an_epsilon_that_nobody_uses_may_be_anything():
    assert is_distribution(small(epsilon=1e-50).fit(X.astype("f4"), y).predict_proba(X))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("batch_size", [1, "auto"])
def test_a_weight_that_is_nothing_beside_the_largest_is_none(dtype, batch_size):
    weights = np.resize([ENORMOUS, ENORMOUS / 3, 1, DENORMAL], 40)
    model = small(batch_size=batch_size).fit(X.astype(dtype), y, weights)
    without = small(batch_size=batch_size).fit(X.astype(dtype), y, np.resize([3, 1, 0, 0], 40))
    np.testing.assert_allclose(model.coefs_[0], without.coefs_[0], rtol=1e-4)
    assert is_distribution(model.predict_proba(X.astype(dtype)))


def test_classes_of_enormous_weights_are_balanced():
    model = small(class_weight="balanced").fit(X, y, np.where(y, ENORMOUS, ENORMOUS / 8))
    equal = small().fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), equal.predict_proba(X))


TOO_LARGE = {
    "X": lambda: small().fit(np.where(X > 0.9, 10**400, X.astype(object)), y),
    "sample_weight": lambda: small().fit(X, y, sample_weight=[10**400] * 40),
    "class_weight": lambda: small(class_weight={0: 10**400}).fit(X, y),
    "alpha": lambda: small(alpha=10**400).fit(X, y),
    "epsilon": lambda: small(solver="adam", epsilon=10**400).fit(X, y),
    "learning_rate_init": lambda: small(learning_rate_init=10**400).fit(X, y),
    "schedule_iter": lambda: small(schedule_iter=10**400).fit(X, y),
    "hidden_layer_sizes": lambda: small(hidden_layer_sizes=10**30).fit(X, y),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_whole_numbers_beyond_all_floats_are_refused_by_name(name):
    with pytest.raises(ValueError, match=rf"^{name} (must|holds a number that is too large)"):
        TOO_LARGE[name]()


def test_enormous_labels_are_continuous_and_not_warned_of():
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        small().fit(X, np.where(y, 1e300, -1e300))


@pytest.mark.parametrize("make", [small, maps])
@pytest.mark.parametrize("dtype", ["M8[s]", "m8[s]"])
def test_times_are_no_pixels(make, dtype):
    times = np.arange(360).reshape(40, 9).astype(dtype)
    with pytest.raises(ValueError, match=r"^X must hold numbers; got .*64\[s\]\.$"):
        make().fit(times, y)
    fitted = make().fit(X, y)
    use = fitted.predict if make is small else fitted.transform
    with pytest.raises(ValueError, match=r"^X must hold numbers"):
        use(times)


KERNELS = {
    "kmeans": {},
    "pca": {"kernels": "pca"},
    "patches": {"kernels": "patches"},
    "contrast": {"normalize": "contrast"},
    "later pca": {"kernels": ("random", "pca"), "kernel_size": 2},
    "rms": {"kernels": "random", "pool": "rms"},
    "given": {"kernels": np.full((1, 2, 2), 1e308)},
}


# Kernels of unit size, learned in float64 also from float32, whose means are no larger than X.
HELD = [("kmeans", "f4"), ("pca", "f4"), ("contrast", "f4")]


def as_large_as_can_be(dtype):
    return (X - 0.5).astype(dtype) * np.finfo(dtype).max


@pytest.mark.parametrize(("name", "dtype"), HELD)
def test_maps_that_floats_can_just_hold_are_finite(name, dtype):
    huge = as_large_as_can_be(dtype)
    assert np.isfinite(maps(**KERNELS[name]).fit(huge).transform(huge)).all()


@pytest.mark.parametrize(
    ("name", "dtype"),
    [each for each in itertools.product(KERNELS, ["f4", "f8"]) if each not in HELD],
)
def test_maps_that_floats_cannot_hold_are_refused(name, dtype):
    huge = as_large_as_can_be(dtype)
    with pytest.raises(ValueError, match=r"too large (for|to learn).* Divide X"):
        maps(**KERNELS[name]).fit(huge).transform(huge)


LATER = {"later patches": {"kernels": ("random", "patches"), "kernel_size": 2}}
LEARNED = ["kmeans", "pca", "patches", "contrast"]


# Kernels are learned in float64; patches on patches, and contrasts, are squares in X's own type.
@pytest.mark.parametrize(
    ("name", "dtype", "factor"),
    [
        *itertools.product(LEARNED, ["f8"], [1e-170]),
        *itertools.product(["patches", "contrast"], ["f4"], [1e-25]),
    ],
)
def test_images_too_small_to_learn_kernels_from_are_refused(name, dtype, factor):
    with pytest.raises(ValueError, match=r"^X is too small to learn kernels .* Multiply X"):
        maps(**KERNELS[name]).fit((X * factor).astype(dtype))


@pytest.mark.parametrize(
    ("name", "dtype", "factor"),
    [
        *itertools.product(LEARNED, ["f8"], [2.0**-500]),
        *itertools.product(["patches", "contrast"], ["f4"], [2.0**-58]),
        *itertools.product(["kmeans", "pca", "later pca", "later patches"], ["f4"], [2.0**-100]),
    ],
)
def test_maps_of_small_images_are_those_of_large_ones_but_smaller(name, dtype, factor):
    images, model = X.astype(dtype), maps(**{**KERNELS, **LATER}[name])
    small, large = (model.fit_transform(each) for each in (images * factor, images))
    np.testing.assert_allclose(small / small.max(), large / large.max(), rtol=1e-4, atol=1e-6)


def test_fitted_on_small_images_the_maps_of_enormous_ones_are_refused():
    model = maps(kernels=np.full((1, 2, 2), 3.0)).fit(X)
    with pytest.raises(ValueError, match=r"maps of X are too large for float64\. Divide X"):
        model.transform((X - 0.5) * ENORMOUS)


def test_kernels_too_large_for_the_type_of_other_images_are_refused():
    model = maps(kernels=np.full((1, 2, 2), 1e300)).fit(X)
    with pytest.raises(ValueError, match=r"maps of X are too large for float32\. Divide X"):
        model.transform(X.astype("f4"))


def test_labels_in_a_sparse_column_are_as_good_as_none():
    kernels = [maps().fit(X[:1], labels).kernels_[0] for labels in (None, sparse.csr_array([[1]]))]
    np.testing.assert_array_equal(*kernels)
