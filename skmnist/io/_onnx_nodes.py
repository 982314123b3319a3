"""Write nodes of an ONNX graph as one would write calls of functions."""

import numpy as np

# The first set of operators in which every reduction is told its axes as an input.
LOWEST_OPSET = 18


def node_writer(scope, container):
    """Return ``write(operator, *inputs, output=None, unread=0, **attributes)``.

    An input is the name of what another node makes, or an array. `write` returns the name of
    what the new node makes; `unread` more outputs of it are of no use.
    """
    if container.target_opset < LOWEST_OPSET:
        raise ValueError(
            f"target_opset must be at least {LOWEST_OPSET} for the estimators of skmnist; "
            f"got {container.target_opset}."
        )

    def write(operator, *inputs, output=None, unread=0, **attributes):
        names = [
            each if isinstance(each, str) else _write_array(scope, container, each)
            for each in inputs
        ]
        outputs = [output or scope.get_unique_variable_name(operator.lower())]
        outputs += [scope.get_unique_variable_name("unread") for _ in range(unread)]
        name = scope.get_unique_operator_name(operator)
        container.add_node(operator, names, outputs, name=name, **attributes)
        return outputs[0]

    return write


def _write_array(scope, container, array):
    from onnx import TensorProto, numpy_helper

    name, array = scope.get_unique_variable_name("array"), np.asarray(array)
    if array.dtype.kind in "OU":
        texts = [text.encode() for text in array.ravel()]
        container.add_initializer(name, TensorProto.STRING, array.shape, texts)
    else:
        tensor = numpy_helper.from_array(array)
        container.add_initializer(name, tensor.data_type, tensor.dims, tensor)
    return name


def float_type_of(variable):
    """Return the NumPy type in which skl2onnx computes with a variable: float64 stays that."""
    from skl2onnx.common.data_types import DoubleTensorType

    return np.dtype(np.float64 if isinstance(variable.type, DoubleTensorType) else np.float32)


def tensor_type(dtype, shape):
    """Return skl2onnx's type of a tensor of floats; None in the shape is any number."""
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

    return (DoubleTensorType if dtype == np.float64 else FloatTensorType)(shape)


def cast_to(dtype):
    """Return the attribute of the node Cast that asks for a NumPy type."""
    from onnx import helper

    return {"to": helper.np_dtype_to_tensor_dtype(np.dtype(dtype))}
