"""Models as ONNX graphs, which run where there is neither scikit-learn nor Python."""

import numpy as np
from sklearn.base import is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import TunedThresholdClassifierCV
from sklearn.multiclass import OneVsOneClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import QuantileTransformer
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from skmnist.base._optional import optional
from skmnist.base._rules import is_integer
from skmnist.classifier import MLPDigitClassifier
from skmnist.features import ConvFeatureTransformer
from skmnist.io._model_checks import parts_of
from skmnist.io._onnx_classifier import OPTIONS, convert_classifier, set_classifier_outputs
from skmnist.io._onnx_features import convert_transformer, set_transformer_output
from skmnist.io._onnx_nodes import LOWEST_OPSET, cast_to, tensor_type
from skmnist.network._arrays import to_numpy

# What skl2onnx 1.20 writes so that labels or columns are others.
WRONG = OneVsOneClassifier | QuantileTransformer | TunedThresholdClassifierCV
# Whatever has a parameter of these names is made around other estimators.
AROUND = {"estimator", "steps"}


def register_onnx_converters():
    """Teach skl2onnx the estimators of skmnist, for its own ``to_onnx`` and ``convert_sklearn``.

    :func:`to_onnx` does so by itself. Registering again does no harm.

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


def to_onnx(model, X=None, *, options=None, target_opset=None):
    """Return a fitted model as an ONNX graph.

    Of a search, its best estimator is written. Compare the graph with the model on your data: what
    skl2onnx makes of scikit-learn's steps may differ. What is known to is refused: a
    ``CalibratedClassifierCV`` around a pipeline or another such estimator, or with another method
    than "sigmoid", ``OneVsOneClassifier``, ``TunedThresholdClassifierCV``, ``QuantileTransformer``.

    Parameters
    ----------
    model : estimator
        A fitted MLPDigitClassifier or ConvFeatureTransformer, or what scikit-learn makes of them
        and of its own steps: a Pipeline, FeatureUnion, ColumnTransformer or StackingClassifier
        for example, as far as skl2onnx knows the steps.
    X : array-like of shape (n_samples, n_features) or None, default=None
        At least one row of what the graph will be fed: its number type is the graph's. float64
        is computed in float64, all else in float32. None is float32.
    options : dict or None, default=None
        What skl2onnx takes for this. None is ``{"zipmap": False}`` for a classifier, so that
        probabilities are a table. For MLPDigitClassifier there are "zipmap",
        "output_class_labels", "nocl" and "raw_scores"; with the last, ``decision_function`` stands
        in place of the probabilities (for two classes, minus it and it).
    target_opset : int, dict or None, default=None
        The set of ONNX operators to write, 18 or higher. None is skl2onnx's newest.

    Returns
    -------
    graph : onnx.ModelProto
        Its input is "X", with any number of rows. A classifier's outputs are "label" and
        "probabilities", a transformer's is "variable".

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
    model = getattr(model, "best_estimator_", model)
    _check_fitted(model)
    _check_well_written(model)
    dtype, n_columns = _fed(model, X)
    if options is None and is_classifier(model):
        options = {id(model): {"zipmap": False}}
    is_float = dtype in (np.float32, np.float64)
    given = "X" if is_float else "floats", tensor_type(dtype, [None, n_columns])
    graph = skl2onnx.to_onnx(
        model, initial_types=[given], options=options, target_opset=target_opset
    )
    return graph if is_float else _fed_with(graph, dtype)


def _check_fitted(model):
    """Raise the error that says what is to be fitted, and why."""
    if isinstance(model, ConvFeatureTransformer):
        model._check_fresh()
    else:
        check_is_fitted(model)


def _check_opset(target_opset):
    """Refuse what is no set of operators; skmnist's converters know which are too old."""
    if not (target_opset is None or is_integer(target_opset) or isinstance(target_opset, dict)):
        raise TypeError(
            f"target_opset must be a whole number of at least {LOWEST_OPSET}, a dict or None; "
            f"got {target_opset!r}."
        )


def _check_well_written(model):
    """Refuse what skl2onnx would write wrongly without a word."""
    for part in parts_of(model):
        if isinstance(part, WRONG):
            raise ValueError(f"skl2onnx writes a {type(part).__name__} as something else.")
        if isinstance(part, CalibratedClassifierCV):
            _check_calibration(part)
        if isinstance(part, Pipeline) and not all(hasattr(step, "fit") for _, step in part.steps):
            raise ValueError("skl2onnx takes no step 'passthrough' in a Pipeline: leave it out.")


def _check_calibration(calibrated):
    """Refuse a calibration of what is made around others, or by another method than "sigmoid"."""
    inner = calibrated.estimator
    is_around = hasattr(inner, "get_params") and inner.get_params(deep=False).keys() & AROUND
    if calibrated.method != "sigmoid" or is_around:
        raise ValueError(
            "skl2onnx makes other probabilities of a CalibratedClassifierCV around a Pipeline, a "
            "search or the like, or with another method than 'sigmoid'; got "
            f"method={calibrated.method!r} around a {type(inner).__name__}. Calibrate the last "
            "step within the pipeline."
        )


def _fed(model, X):
    """Return the type and the number of X's columns; NaN may be what the first step is for."""
    n_columns = model.n_features_in_
    if X is None:
        return np.dtype(np.float32), n_columns
    X = to_numpy(check_array(X, dtype="numeric", ensure_all_finite=False))
    if X.shape[1] != n_columns:
        raise ValueError(
            f"X has {X.shape[1]} features, but {type(model).__name__} is expecting {n_columns}."
        )
    return X.dtype.newbyteorder("="), n_columns


def _fed_with(graph, dtype):
    """Let a graph whose input is "floats" take "X" of another type instead."""
    from onnx import helper

    given = graph.graph.input[0]
    given.name, given.type.tensor_type.elem_type = "X", cast_to(dtype)["to"]
    cast = helper.make_node("Cast", ["X"], ["floats"], name="X as floats", **cast_to(np.float32))
    graph.graph.node.insert(0, cast)
    return graph
