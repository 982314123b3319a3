"""Errors of to_onnx: for unfitted and unknown estimators, and for incorrect conversions."""

import subprocess
import sys

import numpy as np
import pytest
from onnx_helpers import X, classifier, features, run, y
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.kernel_approximation import Nystroem
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV
from sklearn.multiclass import OneVsOneClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer

from skmnist.io import to_onnx

pytest.importorskip("onnxruntime")
pytest.importorskip("skl2onnx")


def test_labels_beyond_int64_are_rejected():
    model = classifier().fit(X, y.astype(np.uint64) + 2**63)
    with pytest.raises(ValueError, match=f"classes must be .* range of int64.*; got {2**63}"):
        to_onnx(model, X)


SEARCH = GridSearchCV(classifier(), {}, cv=2)
WRONGLY_CALIBRATED = [
    ("isotonic", classifier()),
    ("sigmoid", make_pipeline(classifier())),
    ("sigmoid", SEARCH),
]


@pytest.mark.parametrize(("method", "inner"), WRONGLY_CALIBRATED)
def test_incorrectly_converted_calibration_is_rejected(method, inner):
    model = CalibratedClassifierCV(inner, method=method, cv=2).fit(X, y)
    message = f"CalibratedClassifierCV.*; got method='{method}' and a {type(inner).__name__}"
    for each in (model, StackingClassifier([("calibrated", model)], cv="prefit").fit(X, y)):
        with pytest.raises(ValueError, match=message):
            to_onnx(each, X[:1])


WRONGLY_CONVERTED = {
    "OneVsOneClassifier": OneVsOneClassifier(classifier()),
    "TunedThresholdClassifierCV": TunedThresholdClassifierCV(classifier(), cv=2),
    "QuantileTransformer": make_pipeline(QuantileTransformer(n_quantiles=50), classifier()),
}


@pytest.mark.parametrize("name", WRONGLY_CONVERTED)
def test_incorrectly_converted_estimator_is_rejected(name):
    with pytest.raises(ValueError, match=f"model must not contain a {name}, because skl2onnx"):
        to_onnx(WRONGLY_CONVERTED[name].fit(X, y > 4), X[:1])


def test_error_without_skl2onnx_tells_what_to_install():
    code = (
        "import sys; sys.modules['skl2onnx'] = None\nfrom skmnist.io import to_onnx; to_onnx(None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (
        "ImportError: to_onnx requires skl2onnx. Install it with `pip install skl2onnx`."
        in done.stderr
    )


def test_unfitted_model_is_rejected():
    for model in (classifier(), features(), make_pipeline(features(), classifier())):
        with pytest.raises(NotFittedError, match=f"This {type(model).__name__} .* is not fitted"):
            to_onnx(model, X)


def test_parameter_changed_after_fit_is_named():
    convolve = features()
    model = make_pipeline(convolve, classifier()).fit(X, y)
    convolve.set_params(stride=2)
    for stale in (convolve, model):
        with pytest.raises(NotFittedError, match="stride was 1 when this ConvFeatureTransformer"):
            to_onnx(stale, X)


def test_step_without_a_converter_is_named():
    model = make_pipeline(features(), Nystroem(n_components=5), classifier()).fit(X, y)
    with pytest.raises(RuntimeError, match=r"Unable to find .*\.Nystroem"):
        to_onnx(model, X)


def test_passthrough_step_is_rejected():
    model = make_pipeline(features(), "passthrough", classifier()).fit(X, y)
    with pytest.raises(ValueError, match="must not contain the step 'passthrough' in a Pipeline"):
        to_onnx(model)


def test_X_with_another_number_of_columns_is_rejected():
    with pytest.raises(ValueError, match="X has 60 features, but MLPDigitClassifier is expecting"):
        to_onnx(classifier().fit(X, y), X[:, :60])


def test_old_operator_sets_are_rejected():
    model = classifier().fit(X, y)
    expect = run(to_onnx(model, X, target_opset=18), X)[0]
    np.testing.assert_array_equal(expect, model.predict(X))
    with pytest.raises(ValueError, match=r"target_opset must be at least 18 .* got 17"):
        to_onnx(model, X, target_opset=17)
    with pytest.raises(TypeError, match=r"target_opset must be an integer .* got '18'"):
        to_onnx(model, X, target_opset="18")
