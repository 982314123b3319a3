"""Write ConvFeatureTransformer as nodes of an ONNX graph.

The nodes compute the same as ``skmnist.network._convolution``. Images are ``[b, height, width,
channels]`` here too, so that the columns have the same order. Kernels are applied to patches by a
matrix product, because the convolution of onnxruntime does not support float64, and does not return
the patches, which are needed to compute their contrast.
"""

from math import prod

import numpy as np

from skmnist.io._onnx_node_writer import cast_to, float_type_of, node_writer, row, tensor_type
from skmnist.network._arrays import to_numpy
from skmnist.network._convolution import map_shape, map_sizes, n_entries

# The nodes of each activation in MAP_ACTIVATIONS, one for each map that it returns for a map.
MAP_ACTIVATION_NODES = {
    None: lambda write, Z: [Z],
    "relu": lambda write, Z: [write("Relu", Z)],
    "abs": lambda write, Z: [write("Abs", Z)],
    "split": lambda write, Z: [write("Relu", Z), write("Relu", write("Neg", Z))],
}


def _write_reduced(write, operator, maps):
    """Write the reduction of [b, groups, columns, across, rows, down, maps] over across and down.

    In onnxruntime, two reductions over one axis each are faster than one over both axes.
    """
    for axis in (5, 3):
        maps = write(operator, maps, np.array([axis]), keepdims=0)
    return maps


# The nodes of each pooling in POOLS except None.
POOL_NODES = {
    "mean": lambda write, Z: _write_reduced(write, "ReduceMean", Z),
    "max": lambda write, Z: _write_reduced(write, "ReduceMax", Z),
    "rms": lambda write, Z: write("Sqrt", _write_reduced(write, "ReduceMean", write("Mul", Z, Z))),
}


def set_transformer_output(operator):
    """Set the type and shape of a converted transformer's columns."""
    from skl2onnx.common.utils import check_input_and_output_numbers

    check_input_and_output_numbers(operator, input_count_range=1)
    transformer, given = operator.raw_operator, operator.inputs[0]
    transformer._check_fresh()
    shape = [given.get_first_dimension(), prod(transformer.map_shapes_[-1])]
    operator.outputs[0].set_type(tensor_type(float_type_of(given), shape))


def convert_transformer(scope, operator, container):
    """Write a fitted ConvFeatureTransformer's nodes."""
    write, transformer = node_writer(scope, container), operator.raw_operator
    given, shape = operator.inputs[0], transformer.image_shape_
    dtype = float_type_of(given)
    images = _write_reshape(write, write("Cast", given.full_name, **cast_to(dtype)), shape)
    for kernels, layer in zip(transformer.kernels_, transformer._layers, strict=True):
        kernels = to_numpy(kernels).astype(dtype)
        images = _write_layer(write, images, shape, kernels, layer)
        shape = map_shape(shape, kernels.shape, layer)
    _write_reshape(write, images, [prod(shape)], output=operator.outputs[0].full_name)


def _write_reshape(write, images, shape, output=None):
    """Write a new shape for each image; the 0 keeps the number of images."""
    return write("Reshape", images, np.array([0, *shape]), output=output)


def _write_layer(write, images, shape, kernels, layer):
    """Write one layer: patches times kernels, contrast, activation, pooling, and the mean."""
    kept = map_sizes(shape[:2], kernels.shape[1:3], layer)[1]
    seen = _write_patches(write, images, shape, kernels.shape[1:], layer, kept)
    found = write("MatMul", seen, kernels.reshape(len(kernels), -1).T)
    if layer.contrast is not None:
        found = write("Div", found, _write_deviations(write, seen, kernels.dtype, layer.contrast))
    parts = [
        _write_pooled(write, part, kept, len(kernels), layer)
        for part in row(MAP_ACTIVATION_NODES, layer.activation)(write, found)
    ]
    maps = parts[0] if len(parts) == 1 else write("Concat", *parts, axis=-1)
    maps = write("Transpose", maps, perm=[0, 3, 2, 1, 4])  # [b, rows, columns, groups, maps]
    maps = _write_reshape(write, maps, map_shape(shape, kernels.shape, layer))
    return write("Div", maps, kernels.dtype.type(n_entries(kernels)))


def _write_patches(write, images, shape, kernel_shape, layer, kept):
    """Write the patches under the kernels, [b, groups, columns, rows, entries].

    If kernels are applied to each channel separately, each channel is a group; otherwise, there is
    one group. Columns come before rows, so that the second Gather puts the entries of a patch next
    to each other.
    """
    (height, width, channels), (*sides, spanned) = shape, kernel_shape
    if layer.separate:
        images = write("Transpose", images, perm=[0, 3, 1, 2])
    images = _write_reshape(write, images, [channels // spanned, height, width, spanned])
    if layer.padding == "same":
        images = _write_padding(write, images, *sides)
    n_rows, n_columns = (n * size for n, size in zip(kept, layer.pool_size, strict=True))
    strips = write("Gather", images, _windows(n_columns, sides[1], layer.stride), axis=3)
    strips = write("Transpose", strips, perm=[0, 1, 3, 2, 4, 5])
    patches = write("Gather", strips, _windows(n_rows, sides[0], layer.stride), axis=3)
    return _write_reshape(
        write, patches, [channels // spanned, n_columns, n_rows, prod(kernel_shape)]
    )


def _windows(n_positions, side, stride):
    """Return the pixels that a kernel covers along one side, one row per position."""
    return stride * np.arange(n_positions)[:, None] + np.arange(side)


def _write_padding(write, images, height, width):
    """Write a border of zeros, so that a kernel has a position at each pixel."""
    top, left = (height - 1) // 2, (width - 1) // 2
    before, after = [0, 0, top, left, 0], [0, 0, height - 1 - top, width - 1 - left, 0]
    return write("Pad", images, np.array(before + after))


def _write_deviations(write, seen, dtype, offset):
    """Write the standard deviation of each patch."""
    last = np.array([-1])
    centered = write("Sub", seen, write("ReduceMean", seen, last, keepdims=1))
    squares = write("Mul", centered, centered)
    variances = write("ReduceMean", squares, last, keepdims=1)
    return write("Sqrt", write("Add", variances, dtype.type(offset)))


def _write_pooled(write, maps, kept, n_kernels, layer):
    """Write the pooling of [b, groups, columns × across, rows × down, maps]."""
    if layer.pool is None:
        return maps
    (rows, columns), (down, across) = kept, layer.pool_size
    maps = _write_reshape(write, maps, [0, columns, across, rows, down, n_kernels])
    return row(POOL_NODES, layer.pool)(write, maps)
