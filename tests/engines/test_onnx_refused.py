"""What to_onnx refuses: what is not fitted, not known, or would be written wrongly."""

import subprocess
import sys

import numpy as np
import pytest
from onnx_answers import X, classifier, features, run, y
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


def test_labels_that_int64_does_not_hold_are_refused():
    model = classifier().fit(X, y.astype(np.uint64) + 2**63)
    with pytest.raises(ValueError, match=f"int64, which cannot hold the label {2**63}"):
        to_onnx(model, X)


SEARCH = GridSearchCV(classifier(), {}, cv=2)
BADLY_CALIBRATED = [
    ("isotonic", classifier()),
    ("sigmoid", make_pipeline(classifier())),
    ("sigmoid", SEARCH),
]


@pytest.mark.parametrize(("method", "inner"), BADLY_CALIBRATED)
def test_a_calibration_that_would_be_written_wrongly_is_refused(method, inner):
    model = CalibratedClassifierCV(inner, method=method, cv=2).fit(X, y)
    words = f"CalibratedClassifierCV.*got method='{method}' around a {type(inner).__name__}"
    for each in (model, StackingClassifier([("calibrated", model)], cv="prefit").fit(X, y)):
        with pytest.raises(ValueError, match=words):
            to_onnx(each, X[:1])


WRONG = {
    "OneVsOneClassifier": OneVsOneClassifier(classifier()),
    "TunedThresholdClassifierCV": TunedThresholdClassifierCV(classifier(), cv=2),
    "QuantileTransformer": make_pipeline(QuantileTransformer(n_quantiles=50), classifier()),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_would_be_written_wrongly_is_refused(name):
    with pytest.raises(ValueError, match=f"writes a {name} as something else"):
        to_onnx(WRONG[name].fit(X, y > 4), X[:1])


def test_without_skl2onnx_the_error_says_what_to_install():
    code = (
        "import sys; sys.modules['skl2onnx'] = None\nfrom skmnist.io import to_onnx; to_onnx(None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "ImportError: to_onnx needs skl2onnx: pip install skl2onnx" in done.stderr


def test_what_is_not_fitted_is_refused():
    for model in (classifier(), features(), make_pipeline(features(), classifier())):
        with pytest.raises(NotFittedError, match=f"This {type(model).__name__} .* is not fitted"):
            to_onnx(model, X)


def test_kernels_that_are_out_of_date_are_refused_by_name():
    convolve = features()
    model = make_pipeline(convolve, classifier()).fit(X, y)
    convolve.set_params(stride=2)
    for stale in (convolve, model):
        with pytest.raises(NotFittedError, match="stride was 1 when this ConvFeatureTransformer"):
            to_onnx(stale, X)


def test_a_step_that_skl2onnx_does_not_know_is_refused_by_name():
    model = make_pipeline(features(), Nystroem(n_components=5), classifier()).fit(X, y)
    with pytest.raises(RuntimeError, match=r"Unable to find .*\.Nystroem"):
        to_onnx(model, X)


def test_a_step_that_does_nothing_is_refused_by_name():
    model = make_pipeline(features(), "passthrough", classifier()).fit(X, y)
    with pytest.raises(ValueError, match="takes no step 'passthrough' in a Pipeline"):
        to_onnx(model)


def test_images_of_another_size_are_refused():
    with pytest.raises(ValueError, match="X has 60 features, but MLPDigitClassifier is expecting"):
        to_onnx(classifier().fit(X, y), X[:, :60])


def test_operators_that_are_too_old_are_refused():
    model = classifier().fit(X, y)
    expect = run(to_onnx(model, X, target_opset=18), X)[0]
    np.testing.assert_array_equal(expect, model.predict(X))
    with pytest.raises(ValueError, match=r"target_opset must be at least 18 .* got 17"):
        to_onnx(model, X, target_opset=17)
    with pytest.raises(TypeError, match=r"target_opset must be a whole number .* got '18'"):
        to_onnx(model, X, target_opset="18")
