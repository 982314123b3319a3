"""Memory for large temporary arrays, which is used again for each group of images."""

from math import prod

import numpy as np

from skmnist.network._arrays import is_numpy, namespace


class Buffers:
    """Memory for the temporary arrays of one thread.

    Without it, the allocator can return the memory of each array to the operating system, for
    example if MALLOC_TRIM_THRESHOLD_ is set, as in Dask's workers. To get new memory from the
    operating system takes longer than to compute the maps. Arrays of other libraries are not
    stored here.
    """

    def __init__(self):
        self._blocks, self._n_used = [], 0

    def clear(self):
        """Use the memory again: arrays that were returned before become invalid."""
        self._n_used = 0

    def empty(self, shape, dtype):
        """Return an array without values, in the memory of the same array of the last round."""
        i, n_bytes = self._n_used, prod(shape) * dtype.itemsize
        self._n_used += 1
        if i == len(self._blocks):
            self._blocks.append(np.empty(n_bytes, np.uint8))
        elif self._blocks[i].size < n_bytes:
            self._blocks[i] = np.empty(n_bytes, np.uint8)
        return np.ndarray(shape, dtype, self._blocks[i])

    def copied(self, array, shape):
        """Return the entries of an array in another shape, as a copy if it is a NumPy array."""
        if not is_numpy(array):
            return namespace(array).reshape(array, shape)
        copy = self.empty(array.shape, array.dtype)
        np.copyto(copy, array)
        return copy.reshape(shape)

    def product(self, A, B):
        """Return the matrix products A @ B."""
        if not is_numpy(A):
            return A @ B
        return np.matmul(A, B, out=self.empty((*A.shape[:-1], B.shape[-1]), A.dtype))

    def joined(self, parts):
        """Return arrays that are concatenated along the last axis."""
        if not is_numpy(parts[0]):
            return namespace(parts[0]).concat(parts, axis=-1)
        *shape, _ = parts[0].shape
        width = sum(part.shape[-1] for part in parts)
        return np.concatenate(parts, axis=-1, out=self.empty((*shape, width), parts[0].dtype))
