"""What scikit-learn asks of any classifier or transformer, put to several settings of ours."""

import os
import re
from functools import partial

import pytest
from sklearn.base import clone
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import estimator_checks_generator

from skmnist import ConvFeatureTransformer, MLPDigitClassifier

WITH_ARRAYS = os.environ.get("SCIPY_ARRAY_API") == "1"


def small(**parameters):
    return MLPDigitClassifier(**{"hidden_layer_sizes": (8,), "max_iter": 60, **parameters})


SETTINGS = {
    "default": MLPDigitClassifier(),
    "early stopping": MLPDigitClassifier(hidden_layer_sizes=(8,), early_stopping=True),
    "linear": small(hidden_layer_sizes=()),
    "ordinal": small(target_encoding="ordinal", output_activation="identity", max_iter=200),
    "adam": small(solver="adam", dropout=0.2, learning_rate_init=0.02),
    "balanced": small(class_weight="balanced", activation="tanh"),
    "logistic": small(output_activation="logistic"),
    "nesterov": small(loss="squared_hinge", nesterovs_momentum=True, alpha=1e-3),
    "huber": small(loss="huber", input_dropout=0.1, learning_rate="cosine"),
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


def named_checks():
    # Not parametrize_with_checks: that of scikit-learn 1.6 makes pytest 9 warn.
    # Checks of the array API are for the job that has the libraries; elsewhere they only skip,
    # and under names that change from one scikit-learn to the next.
    for name, estimator in {**SETTINGS, **FEATURES}.items():
        for each, check in estimator_checks_generator(estimator):
            if WITH_ARRAYS or "check_array_api" not in in_words(check):
                yield pytest.param(each, check, id=f"{name}-{in_words(check)}")


def in_words(check):
    options = check.keywords if isinstance(check, partial) else {}
    words = [getattr(check, "func", check).__name__, *(f"{k}={v}" for k, v in options.items())]
    return re.sub(r" at 0x[0-9a-f]+", "", "-".join(words))


@pytest.mark.parametrize(("estimator", "check"), list(named_checks()))
def test_the_contract_of_scikit_learn_is_kept(estimator, check):
    check(estimator)


# Checks that check_estimator leaves to those who know of them.
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


@pytest.mark.parametrize("check", MORE_CHECKS, ids=in_words)
@pytest.mark.parametrize("name", [*SETTINGS, *FEATURES])
def test_the_checks_outside_of_check_estimator_hold_too(name, check):
    estimator = {**SETTINGS, **FEATURES}[name]
    check(type(estimator).__name__, clone(estimator))


# Some of these fit a frame and go on with an array, which scikit-learn itself warns of.
@pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names:UserWarning")
@pytest.mark.parametrize("check", CHECKS_OF_TRANSFORMERS, ids=in_words)
@pytest.mark.parametrize("name", list(FEATURES))
def test_the_checks_of_names_and_frames_hold_too(name, check):
    check("ConvFeatureTransformer", clone(FEATURES[name]))
