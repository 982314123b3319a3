"""Run scikit-learn's estimator checks on several configurations of all estimators."""

import os
import re
from functools import partial

import pytest
from helpers import CLASSIFIERS, small_classifier
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import estimator_checks_generator

from skmnist import (
    ConvFeatureTransformer,
    DigitDistorter,
    DistortedClassifier,
    MLPDigitClassifier,
)
from skmnist.features._kernels import SOURCES
from skmnist.features._layers import NORMALIZATIONS, STACKINGS
from skmnist.network._convolution import MAP_ACTIVATIONS, PADDINGS, POOLS

WITH_ARRAY_API = os.environ.get("SCIPY_ARRAY_API") == "1"
small = partial(small_classifier, hidden_layer_sizes=(8,), max_iter=60, random_state=None)

# The checks take seconds for each classifier, so each of these is of several kinds.
COMBINATIONS = [
    ("early stopping", "leaky_relu hidden layers", "ordinal, relu outputs"),
    ("linear", "constant step size"),
    ("ordinal, identity outputs", "mae loss"),
    ("adam, alpha", "dropout"),
    ("balanced", "tanh hidden layers", "no momentum"),
    ("one-hot, logistic outputs", "logistic hidden layers"),
    ("squared_hinge loss", "nesterov, alpha", "one-hot, identity outputs"),
    ("huber loss", "cosine step size", "identity hidden layers"),
]
MORE_PARAMETERS = {
    "early stopping": {"max_iter": None},
    "ordinal, identity outputs": {"max_iter": 200},
    "adam, alpha": {"learning_rate_init": 0.02},
}


def combined(kinds):
    """Return a classifier of several kinds, which must not set the same parameters."""
    parameters = [CLASSIFIERS[kind] for kind in kinds]
    assert len(set().union(*parameters)) == sum(map(len, parameters))
    more = [MORE_PARAMETERS.get(kind, {}) for kind in kinds]
    return small(**{name: value for each in parameters + more for name, value in each.items()})


def is_included(kind, estimators):
    """Return whether an estimator has all parameters of a kind."""
    return any(kind.items() <= each.get_params().items() for each in estimators)


NETWORKS = {
    # The exact defaults take a minute, so they are left to the jobs that decide.
    "default": MLPDigitClassifier(max_iter=None if "CI" in os.environ else 20),
    **{" + ".join(kinds): combined(kinds) for kinds in COMBINATIONS},
}
# A kind that is in none of these, such as a new activation, is checked alone.
NETWORKS |= {
    name: small(**kind)
    for name, kind in CLASSIFIERS.items()
    if not is_included(kind, NETWORKS.values())
}

FEATURES = {
    "features": ConvFeatureTransformer(),
    "strokes": ConvFeatureTransformer("strokes", kernel_size=3, activation=None, pool=None),
    "patches": ConvFeatureTransformer("patches", n_kernels=4, normalize="mean"),
    "pca": ConvFeatureTransformer("pca", n_kernels=4, activation="relu", pool="mean"),
    "kmeans": ConvFeatureTransformer("kmeans", n_kernels=3, kernel_size=2, normalize="contrast"),
    "random": ConvFeatureTransformer("random", n_kernels=5, stride=2, activation="abs"),
    "given": ConvFeatureTransformer([[[1.0]], [[-2.0]]], activation=None, pool=None),
    "two layers": ConvFeatureTransformer("pca", n_kernels=(4, 3), kernel_size=3, pool_size=2),
    "two separate layers": ConvFeatureTransformer(
        ("kmeans", "patches"), n_kernels=(4, 3), stacking="separate", normalize="contrast"
    ),
    "split and rms": ConvFeatureTransformer("random", activation="split", pool="rms"),
    "same padding": ConvFeatureTransformer("pca", kernel_size=5, padding="same", pool="mean"),
    "two threads": ConvFeatureTransformer("random", n_kernels=4, n_jobs=2),
}
OPTIONS = {
    "kernels": SOURCES,
    "padding": PADDINGS,
    "normalize": NORMALIZATIONS,
    "activation": MAP_ACTIVATIONS,
    "pool": POOLS,
    "stacking": STACKINGS,
}
FEATURES |= {
    f"{parameter}={option}": ConvFeatureTransformer(**{parameter: option})
    for parameter, options in OPTIONS.items()
    for option in options
    if not is_included({parameter: option}, FEATURES.values())
}

# The columns of the checks are no images, and moving a value to another column changes its class.
GENTLE = DigitDistorter(rotation=0, scale=0, shear=0, shift=0.02, elastic=0.02)
STILL = DigitDistorter(rotation=0, scale=0, shear=0, shift=0, elastic=0)
DISTORTED = {
    "distorted network": DistortedClassifier(small(random_state=0), GENTLE),
    "distorted network, still": DistortedClassifier(small(random_state=0, shuffle=False), STILL),
    "distorted SGD": DistortedClassifier(SGDClassifier(random_state=0), GENTLE),
    "distorted regression": DistortedClassifier(LogisticRegression(), GENTLE),
    "distorted regression, still": DistortedClassifier(LogisticRegression(max_iter=500), STILL),
}
EXPECTED_TO_FAIL = {
    # The distortions of a repeated row differ from one another, so that repeating it is not
    # equivalent to a weight. Without distortions it is.
    "check_sample_weight_equivalence_on_dense_data": (
        {"distort", "distorted network", "distorted SGD", "distorted regression"}
    ),
    "check_sample_weight_equivalence_on_sparse_data": {"distort"},
    # The error names the fitted classifier, which raises it, and not the DistortedClassifier.
    "check_array_api_same_namespace": DISTORTED.keys(),
}
ESTIMATORS = {**NETWORKS, **FEATURES, **DISTORTED}


def named_checks():
    # Not parametrize_with_checks: that of scikit-learn 1.6 makes pytest 9 warn.
    # Checks of the array API are for the job that has the libraries. Elsewhere they would only be
    # skipped, and their names differ between versions of scikit-learn.
    for name, estimator in ESTIMATORS.items():
        for each, check in estimator_checks_generator(estimator):
            if WITH_ARRAY_API or "check_array_api" not in check_name(check):
                fails = name in EXPECTED_TO_FAIL.get(check_name(check).partition("-")[0], ())
                marks = [pytest.mark.xfail] if fails else []
                yield pytest.param(each, check, id=f"{name}-{check_name(check)}", marks=marks)


def check_name(check):
    options = check.keywords if isinstance(check, partial) else {}
    parts = [getattr(check, "func", check).__name__, *(f"{k}={v}" for k, v in options.items())]
    return re.sub(r" at 0x[0-9a-f]+", "", "-".join(parts))


# The checks fit few rows, and some set n_iter_no_change without early stopping.
@pytest.mark.filterwarnings("ignore:early_stopping=True holds out:UserWarning")
@pytest.mark.filterwarnings("ignore:.*has no effect, because early_stopping:UserWarning")
@pytest.mark.parametrize(("estimator", "check"), list(named_checks()))
def test_estimators_pass_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


# Checks that are not part of check_estimator.
MORE_CHECKS = [
    estimator_checks.check_dataframe_column_names_consistency,
    estimator_checks.check_inplace_ensure_writeable,
]
CHECKS_OF_TRANSFORMERS = [
    estimator_checks.check_get_feature_names_out_error,
    estimator_checks.check_transformer_get_feature_names_out,
    estimator_checks.check_transformer_get_feature_names_out_pandas,
    estimator_checks.check_set_output_transform,
    estimator_checks.check_set_output_transform_pandas,
    estimator_checks.check_set_output_transform_polars,
    estimator_checks.check_global_output_transform_pandas,
    estimator_checks.check_global_set_output_transform_polars,
]


@pytest.mark.parametrize("check", MORE_CHECKS, ids=check_name)
@pytest.mark.parametrize("name", list(ESTIMATORS))
def test_estimators_pass_checks_outside_check_estimator(name, check):
    estimator = ESTIMATORS[name]
    check(type(estimator).__name__, clone(estimator))


# Some of these fit a frame and then pass an array, for which scikit-learn itself gives a warning.
@pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names:UserWarning")
@pytest.mark.parametrize("check", CHECKS_OF_TRANSFORMERS, ids=check_name)
@pytest.mark.parametrize("name", list(FEATURES))
def test_transformers_pass_checks_of_names_and_frames(name, check):
    check("ConvFeatureTransformer", clone(FEATURES[name]))
