"""Convert models to ONNX graphs, which run without Python and scikit-learn."""

import numpy as np
from sklearn.base import is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import TunedThresholdClassifierCV
from sklearn.multiclass import OneVsOneClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import QuantileTransformer
from sklearn.utils import check_array

from skmnist.base._optional import optional
from skmnist.base._public import set_module
from skmnist.base._rules import is_integer
from skmnist.classifier import MLPDigitClassifier
from skmnist.features import ConvFeatureTransformer
from skmnist.io._fitted_model import check_fitted, without_training
from skmnist.io._model_parts import parts_of
from skmnist.io._onnx_classifier import OPTIONS, convert_classifier, set_classifier_outputs
from skmnist.io._onnx_node_writer import LOWEST_OPSET, cast_to, tensor_type
from skmnist.io._onnx_transformer import convert_transformer, set_transformer_output
from skmnist.network._arrays import to_numpy

# skl2onnx 1.20 converts these to graphs whose labels or columns differ from those of the model.
WRONGLY_CONVERTED = OneVsOneClassifier | QuantileTransformer | TunedThresholdClassifierCV
# Meta-estimators have a parameter with one of these names.
META_PARAMETERS = {"estimator", "steps"}


@set_module("skmnist.io")
def register_onnx_converters():
    """Register the estimators of skmnist with skl2onnx.

    After that, skl2onnx's own ``to_onnx`` and ``convert_sklearn`` can convert them.
    :func:`to_onnx` calls this function itself. Calling it again has no effect.

    Examples
    --------
    >>> from skmnist.io import register_onnx_converters
    >>> register_onnx_converters()
    """
    skl2onnx = optional("skl2onnx", "register_onnx_converters")
    skl2onnx.update_registered_converter(
        MLPDigitClassifier,
        "SkmnistMLPDigitClassifier",
        set_classifier_outputs,
        convert_classifier,
        options=OPTIONS,
    )
    skl2onnx.update_registered_converter(
        ConvFeatureTransformer,
        "SkmnistConvFeatureTransformer",
        set_transformer_output,
        convert_transformer,
    )


@set_module("skmnist.io")
def to_onnx(model, X=None, *, options=None, target_opset=None):
    """Convert a fitted model to an ONNX graph.

    This function requires skl2onnx. If the model is a search, such as GridSearchCV, its best
    estimator is converted, and if it is a DistortedClassifier, its fitted classifier or pipeline.

    Compare the outputs of the graph with those of the model on your data, because skl2onnx converts
    some estimators of scikit-learn to graphs with other outputs. A ValueError is raised for the
    cases that are known: ``OneVsOneClassifier``, ``TunedThresholdClassifierCV``,
    ``QuantileTransformer``, and a ``CalibratedClassifierCV`` that uses another method than
    "sigmoid" or contains a pipeline or another meta-estimator.

    Parameters
    ----------
    model : estimator
        A fitted MLPDigitClassifier or ConvFeatureTransformer, or an estimator of scikit-learn that
        contains them, such as a Pipeline, FeatureUnion, ColumnTransformer or StackingClassifier.
        skl2onnx must be able to convert its steps.
    X : array-like of shape (n_samples, n_features) or None, default=None
        At least one row of the data that the graph will be used on. Its dtype is the type of the
        graph's input; None means float32. The graph computes in float64 if X is float64, and in
        float32 otherwise.
    options : dict or None, default=None
        Options for skl2onnx. For a classifier, None means ``{"zipmap": False}``, so that the
        probabilities are an array. MLPDigitClassifier has the options "zipmap",
        "output_class_labels", "nocl" and "raw_scores". With "raw_scores", the graph returns the
        values of ``decision_function`` instead of the probabilities. For two classes, these are the
        second column, and the first column contains their negatives.
    target_opset : int, dict or None, default=None
        The version of the ONNX operator set, at least 18. None means the newest version that
        skl2onnx supports.

    Returns
    -------
    graph : onnx.ModelProto
        The graph. Its input is "X", with any number of rows. The outputs of a classifier are
        "label" and "probabilities", and the output of a transformer is "variable".

    Examples
    --------
    >>> from skmnist import MLPDigitClassifier
    >>> from skmnist.datasets import load_mnist
    >>> from skmnist.io import to_onnx
    >>> X, y = load_mnist(subset="train", return_X_y=True)
    >>> classifier = MLPDigitClassifier(max_iter=2, random_state=0).fit(X[:500], y[:500])
    >>> graph = to_onnx(classifier, X)
    >>> [output.name for output in graph.graph.output]
    ['label', 'probabilities']
    """
    skl2onnx = optional("skl2onnx", "to_onnx")
    register_onnx_converters()
    _check_opset(target_opset)
    model = without_training(model)
    check_fitted(model)
    _check_convertible(model)
    dtype, n_columns = _input_type(model, X)
    if options is None and is_classifier(model):
        options = {id(model): {"zipmap": False}}
    is_float = dtype in (np.float32, np.float64)
    graph_input = "X" if is_float else "floats", tensor_type(dtype, [None, n_columns])
    graph = skl2onnx.to_onnx(
        model, initial_types=[graph_input], options=options, target_opset=target_opset
    )
    return graph if is_float else _with_input_type(graph, dtype)


def _check_opset(target_opset):
    """Raise a TypeError for a target_opset of an invalid type; converters check the number."""
    if not (target_opset is None or is_integer(target_opset) or isinstance(target_opset, dict)):
        raise TypeError(
            f"target_opset must be an integer of at least {LOWEST_OPSET}, a dict or None; "
            f"got {target_opset!r}."
        )


def _check_convertible(model):
    """Raise a ValueError for a model that skl2onnx would convert incorrectly without a warning."""
    for part in parts_of(model):
        if isinstance(part, WRONGLY_CONVERTED):
            raise ValueError(
                f"model must not contain a {type(part).__name__}, because skl2onnx converts it to "
                "a graph with other outputs."
            )
        if isinstance(part, CalibratedClassifierCV):
            _check_calibration(part)
        if isinstance(part, Pipeline) and not all(hasattr(step, "fit") for _, step in part.steps):
            raise ValueError(
                "model must not contain the step 'passthrough' in a Pipeline, because skl2onnx "
                "does not support it. Remove the step."
            )


def _check_calibration(calibrated):
    """Raise a ValueError for another method than "sigmoid", or a meta-estimator as estimator."""
    inner = calibrated.estimator
    is_meta = hasattr(inner, "get_params") and inner.get_params(deep=False).keys() & META_PARAMETERS
    if calibrated.method != "sigmoid" or is_meta:
        raise ValueError(
            "A CalibratedClassifierCV must have method='sigmoid' and must not contain a Pipeline, "
            "a search or another meta-estimator, because skl2onnx converts these to graphs with "
            f"other probabilities; got method={calibrated.method!r} and a {type(inner).__name__}. "
            "Calibrate the last step inside the pipeline."
        )


def _input_type(model, X):
    """Return the dtype and the number of columns of X, which may contain NaN for an imputer."""
    n_columns = model.n_features_in_
    if X is None:
        return np.dtype(np.float32), n_columns
    X = to_numpy(check_array(X, dtype="numeric", ensure_all_finite=False))
    if X.shape[1] != n_columns:
        raise ValueError(
            f"X has {X.shape[1]} features, but {type(model).__name__} is expecting {n_columns}."
        )
    return X.dtype.newbyteorder("="), n_columns


def _with_input_type(graph, dtype):
    """Replace the input "floats" of a graph by "X" of another type, and return the graph."""
    from onnx import helper

    graph_input = graph.graph.input[0]
    graph_input.name, graph_input.type.tensor_type.elem_type = "X", cast_to(dtype)["to"]
    cast = helper.make_node("Cast", ["X"], ["floats"], name="X as floats", **cast_to(np.float32))
    graph.graph.node.insert(0, cast)
    return graph
