"""ConvFeatureTransformer as nodes of an ONNX graph: what network/convolution.py computes.

Images are ``[b, height, width, channels]`` here too, so that columns come in the same order.
Kernels are laid on patches by a matrix product, because onnxruntime's own convolution takes no
float64 and hands out no patches whose contrast could be measured.
"""

from math import prod

import numpy as np

from skmnist.io._onnx_nodes import cast_to, float_type_of, node_writer, tensor_type
from skmnist.network._arrays import to_numpy
from skmnist.network._convolution import entries, map_shape, map_sizes

ACTIVATION_PARTS = {
    None: lambda write, Z: [Z],
    "relu": lambda write, Z: [write("Relu", Z)],
    "abs": lambda write, Z: [write("Abs", Z)],
    "split": lambda write, Z: [write("Relu", Z), write("Relu", write("Neg", Z))],
}


def _write_reduced(write, operator, squares):
    """Write what is left of [b, groups, columns, across, rows, down, maps].

    One side after the other, which onnxruntime does faster than both at once.
    """
    for axis in (5, 3):
        squares = write(operator, squares, np.array([axis]), keepdims=0)
    return squares


POOLS = {
    "mean": lambda write, Z: _write_reduced(write, "ReduceMean", Z),
    "max": lambda write, Z: _write_reduced(write, "ReduceMax", Z),
    "rms": lambda write, Z: write("Sqrt", _write_reduced(write, "ReduceMean", write("Mul", Z, Z))),
}


def set_transformer_output(operator):
    """Say what type and shape a converted transformer's columns have."""
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
    """Write a new shape of each image; a 0 leaves a number as it is, here that of images."""
    return write("Reshape", images, np.array([0, *shape]), output=output)


def _write_layer(write, images, shape, kernels, layer):
    """Write one layer: patches times kernels, contrast, activation, pool, and last the mean."""
    kept = map_sizes(shape[:2], kernels.shape[1:3], layer)[1]
    seen = _write_patches(write, images, shape, kernels.shape[1:], layer, kept)
    found = write("MatMul", seen, kernels.reshape(len(kernels), -1).T)
    if layer.contrast is not None:
        found = write("Div", found, _write_deviations(write, seen, kernels.dtype, layer.contrast))
    parts = [
        _write_pooled(write, part, kept, len(kernels), layer)
        for part in ACTIVATION_PARTS[layer.activation](write, found)
    ]
    maps = parts[0] if len(parts) == 1 else write("Concat", *parts, axis=-1)
    maps = write("Transpose", maps, perm=[0, 3, 2, 1, 4])  # [b, rows, columns, groups, maps]
    maps = _write_reshape(write, maps, map_shape(shape, kernels.shape, layer))
    return write("Div", maps, kernels.dtype.type(entries(kernels)))


def _write_patches(write, images, shape, kernel_shape, layer, kept):
    """Write what kernels see: [b, groups, columns, rows, entries]; a separate channel is a group.

    Columns come before rows, so that the second Gather puts a patch's entries side by side.
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


def _windows(n_places, side, stride):
    """Return which pixels a kernel covers along one side, a row a place."""
    return stride * np.arange(n_places)[:, None] + np.arange(side)


def _write_padding(write, images, height, width):
    """Write a frame of zeros, so that a kernel has a position at each pixel."""
    top, left = (height - 1) // 2, (width - 1) // 2
    before, after = [0, 0, top, left, 0], [0, 0, height - 1 - top, width - 1 - left, 0]
    return write("Pad", images, np.array(before + after))


def _write_deviations(write, seen, dtype, offset):
    """Write the standard deviation of each patch."""
    last = np.array([-1])
    less_mean = write("Sub", seen, write("ReduceMean", seen, last, keepdims=1))
    squares = write("Mul", less_mean, less_mean)
    variances = write("ReduceMean", squares, last, keepdims=1)
    return write("Sqrt", write("Add", variances, dtype.type(offset)))


def _write_pooled(write, maps, kept, n_kernels, layer):
    """Write the pooling of [b, groups, columns × across, rows × down, maps], if there is any."""
    if layer.pool is None:
        return maps
    (rows, columns), (down, across) = kept, layer.pool_size
    squares = _write_reshape(write, maps, [0, columns, across, rows, down, n_kernels])
    return POOLS[layer.pool](write, squares)
