"""A function that writes nodes of an ONNX graph, and the types of their inputs and outputs."""

import numpy as np

# The first operator set in which every reduction takes its axes as an input.
LOWEST_OPSET = 18


def node_writer(scope, container):
    """Return ``write(operator, *inputs, output=None, unread=0, **attributes)``.

    An input is the name of another node's output, or an array. `write` returns the name of the new
    node's first output. `unread` is the number of its other outputs, which are not used.
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
        strings = [string.encode() for string in array.ravel()]
        container.add_initializer(name, TensorProto.STRING, array.shape, strings)
    else:
        tensor = numpy_helper.from_array(array)
        container.add_initializer(name, tensor.data_type, tensor.dims, tensor)
    return name


def float_type_of(variable):
    """Return the NumPy type to compute a variable in: float64 for float64, otherwise float32."""
    from skl2onnx.common.data_types import DoubleTensorType

    return np.dtype(np.float64 if isinstance(variable.type, DoubleTensorType) else np.float32)


def tensor_type(dtype, shape):
    """Return skl2onnx's type of a tensor of floats; None in the shape stands for any length."""
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

    return (DoubleTensorType if dtype == np.float64 else FloatTensorType)(shape)


def cast_to(dtype):
    """Return the attribute of a Cast node for a NumPy type."""
    from onnx import helper

    return {"to": helper.np_dtype_to_tensor_dtype(np.dtype(dtype))}


def row(table, name):
    """Return the nodes of a name; there are none for a name that user code has added."""
    if name not in table:
        raise ValueError(
            f"model must use one of {', '.join(map(repr, table))} to be converted to ONNX; "
            f"got {name!r}."
        )
    return table[name]
