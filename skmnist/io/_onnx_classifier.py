"""MLPDigitClassifier as nodes of an ONNX graph: what deciding.py and network/ compute."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skmnist.io._onnx_nodes import cast_to, float_type_of, node_writer, tensor_type
from skmnist.network._activations import LEAK
from skmnist.network._arrays import to_numpy

OPTIONS = {
    "zipmap": [True, False, "columns"],
    "output_class_labels": [False, True],
    "nocl": [True, False],
    "raw_scores": [True, False],
}


def _write_leaky_relu(write, Z):
    """Write max(Z, Z / 100): onnxruntime has no LeakyRelu for float64."""
    leak = write("CastLike", np.array(LEAK), Z)
    return write("Max", Z, write("Mul", Z, leak))


ACTIVATION_NODES = {
    "relu": lambda write, Z: write("Relu", Z),
    "leaky_relu": _write_leaky_relu,
    "tanh": lambda write, Z: write("Tanh", Z),
    "logistic": lambda write, Z: write("Sigmoid", Z),
    "identity": lambda write, Z: Z,
}


def set_classifier_outputs(operator):
    """Say what types and shapes a converted classifier's labels and probabilities have."""
    from skl2onnx.common.data_types import Int64TensorType, StringTensorType
    from skl2onnx.common.utils import check_input_and_output_numbers

    check_input_and_output_numbers(operator, input_count_range=1)
    check_is_fitted(operator.raw_operator)
    classes, given = _labels(operator), operator.inputs[0]
    n_rows = given.get_first_dimension()
    label_type = Int64TensorType if classes.dtype == np.int64 else StringTensorType
    operator.outputs[0].set_type(label_type([n_rows]))
    operator.outputs[1].set_type(tensor_type(float_type_of(given), [n_rows, len(classes)]))


def convert_classifier(scope, operator, container):
    """Write a fitted MLPDigitClassifier's nodes."""
    write, classifier = node_writer(scope, container), operator.raw_operator
    label, probabilities = operator.output_full_names
    scores = _write_scores(write, operator.inputs[0].full_name, classifier)
    number = write("ArgMax", scores, axis=1, keepdims=0)
    write("Gather", _labels(operator), number, output=label)
    n_classes, dtype = len(classifier.classes_), to_numpy(classifier.coefs_[0]).dtype
    if not container.get_options(classifier, {"raw_scores": False})["raw_scores"]:
        scores = _write_projection(write, scores, n_classes, dtype)
    elif n_classes == 2:
        # As skl2onnx does for others: the second column is decision_function.
        scores = write("Sub", scores, write("Gather", scores, np.array([1, 0]), axis=1))
    write("Cast", scores, output=probabilities, **cast_to(float_type_of(operator.inputs[0])))


def _labels(operator):
    """Return the labels as ONNX has them, texts or int64."""
    from skl2onnx.common.utils_classifier import get_label_classes

    classes = np.asarray(get_label_classes(operator.scope_inst, operator.raw_operator))
    if classes.dtype.kind not in "biuf":
        return classes.astype(object)
    for label in classes.tolist():
        if not -(2**63) <= label < 2**63:
            raise ValueError(f"ONNX has labels of int64, which cannot hold the label {label!r}.")
    return classes.astype(np.int64)


def _write_scores(write, X, classifier):
    """Write the network, and how its outputs become a score a class."""
    coefs, intercepts = (
        [to_numpy(each) for each in parameters]
        for parameters in (classifier.coefs_, classifier.intercepts_)
    )
    activation, output_activation, encoding = classifier._fitted_as
    activations = [activation] * (len(coefs) - 1) + [output_activation]
    outputs = write("Cast", X, **cast_to(coefs[0].dtype))
    for W, b, name in zip(coefs, intercepts, activations, strict=True):
        outputs = write("Add", write("MatMul", outputs, W), b)
        outputs = ACTIVATION_NODES[name](write, outputs)
    if encoding == "one-hot":
        return outputs
    numbers = np.arange(len(classifier.classes_), dtype=coefs[0].dtype)
    return write("Neg", write("Abs", write("Sub", outputs, numbers)))


def _write_projection(write, scores, n_classes, dtype):
    """Write the Euclidean projection onto the probability simplex.

    What is taken off every entry is the largest of (sum of the k largest entries - 1) / k
    (Held, Wolfe and Crowder 1974).
    """
    one, across = np.ones(1, dtype), np.array([1])
    shifted = write("Sub", scores, write("ReduceMax", scores, across, keepdims=1))
    largest_first = write("TopK", shifted, np.array([n_classes]), unread=1, axis=1)
    sums = write("Sub", write("CumSum", largest_first, np.array(1)), one)
    means = write("Div", sums, np.arange(1, n_classes + 1, dtype=dtype))
    taken_off = write("ReduceMax", means, across, keepdims=1)
    positive = write("Relu", write("Sub", shifted, taken_off))
    return write("Div", positive, write("ReduceSum", positive, across, keepdims=1))
