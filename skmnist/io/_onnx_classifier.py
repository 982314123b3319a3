"""Write MLPDigitClassifier as nodes of an ONNX graph.

The nodes compute the same as ``skmnist.network`` and ``skmnist.classifier._predicting``.
"""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skmnist.io._onnx_node_writer import cast_to, float_type_of, node_writer, row, tensor_type
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


# The nodes of each activation in skmnist.network.ACTIVATIONS.
ACTIVATION_NODES = {
    "relu": lambda write, Z: write("Relu", Z),
    "leaky_relu": _write_leaky_relu,
    "tanh": lambda write, Z: write("Tanh", Z),
    "logistic": lambda write, Z: write("Sigmoid", Z),
    "identity": lambda write, Z: Z,
}


def _write_ordinal_scores(write, outputs, n_classes, dtype):
    """Write minus the distance between the output and each class number."""
    numbers = np.arange(n_classes, dtype=dtype)
    return write("Neg", write("Abs", write("Sub", outputs, numbers)))


# The nodes from outputs to scores for each target encoding in ENCODINGS.
SCORE_NODES = {
    "one-hot": lambda write, outputs, n_classes, dtype: outputs,
    "ordinal": _write_ordinal_scores,
}


def set_classifier_outputs(operator):
    """Set the types and shapes of a converted classifier's labels and probabilities."""
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
    n_classes, dtype = len(classifier.classes_), to_numpy(classifier.coefs_[0]).dtype
    outputs = _write_network(write, operator.inputs[0].full_name, classifier, dtype)
    write_scores = row(SCORE_NODES, classifier._fitted_as.target_encoding)
    scores = write_scores(write, outputs, n_classes, dtype)
    number = write("ArgMax", scores, axis=1, keepdims=0)
    write("Gather", _labels(operator), number, output=label)
    if not container.get_options(classifier, {"raw_scores": False})["raw_scores"]:
        scores = _write_projection(write, scores, n_classes, dtype)
    elif n_classes == 2:
        # As in skl2onnx for other classifiers, the second column is decision_function.
        scores = write("Sub", scores, write("Gather", scores, np.array([1, 0]), axis=1))
    write("Cast", scores, output=probabilities, **cast_to(float_type_of(operator.inputs[0])))


def _labels(operator):
    """Return the class labels as ONNX stores them, as strings or int64."""
    from skl2onnx.common.utils_classifier import get_label_classes

    classes = np.asarray(get_label_classes(operator.scope_inst, operator.raw_operator))
    if classes.dtype.kind not in "biuf":
        return classes.astype(object)
    for label in classes.tolist():
        if not -(2**63) <= label < 2**63:
            raise ValueError(
                f"classes must be strings or in the range of int64, the type of labels in ONNX; "
                f"got {label!r}."
            )
    return classes.astype(np.int64)


def _write_network(write, X, classifier, dtype):
    """Write the layers of the network."""
    hidden = [classifier._fitted_as.activation] * (len(classifier.coefs_) - 1)
    activations = [*hidden, classifier._fitted_as.output_activation]
    outputs = write("Cast", X, **cast_to(dtype))
    layers = zip(classifier.coefs_, classifier.intercepts_, activations, strict=True)
    for W, b, activation in layers:
        outputs = write("Add", write("MatMul", outputs, to_numpy(W)), to_numpy(b))
        outputs = row(ACTIVATION_NODES, activation)(write, outputs)
    return outputs


def _write_projection(write, scores, n_classes, dtype):
    """Write the Euclidean projection onto the probability simplex.

    The largest of (sum of the k largest entries - 1) / k is subtracted from every entry
    (Held, Wolfe and Crowder 1974).
    """
    one, across = np.ones(1, dtype), np.array([1])
    shifted = write("Sub", scores, write("ReduceMax", scores, across, keepdims=1))
    largest_first = write("TopK", shifted, np.array([n_classes]), unread=1, axis=1)
    sums = write("Sub", write("CumSum", largest_first, np.array(1)), one)
    means = write("Div", sums, np.arange(1, n_classes + 1, dtype=dtype))
    offset = write("ReduceMax", means, across, keepdims=1)
    positive = write("Relu", write("Sub", shifted, offset))
    return write("Div", positive, write("ReduceSum", positive, across, keepdims=1))
