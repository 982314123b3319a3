import subprocess
import sys

import numpy as np
import pytest
from scipy.sparse import csr_array

from skmnist.network._arrays import (
    _is_sparse,
    all_finite,
    copies,
    dense_rows,
    device,
    in_place,
    like,
    namespace,
    rows_at,
    to_numpy,
    write_quotient,
)

LIBRARIES = ["numpy", "torch", "array_api_strict"]


@pytest.fixture(params=LIBRARIES)
def xp(request):
    return pytest.importorskip(request.param)


def draw(*shape):
    return np.random.default_rng(shape).integers(-4, 5, size=shape).astype(float)


def test_only_numpy_overwrites_an_array_in_place(xp):
    array = xp.asarray([1.0, -2.0])
    negative = namespace(array).negative(array, **in_place(array))
    assert to_numpy(negative).tolist() == [-1, 2]
    assert (negative is array) == (xp is np)


def test_namespace_has_functions_of_the_standard(xp):
    array = xp.asarray([[1.0, 2.0]])
    found = namespace(array)
    assert found.__name__.split(".")[-1] == xp.__name__
    assert type(found.concat([array, array])) is type(array)
    assert found.astype(array, found.float32).dtype == found.float32


def test_numpy_arrays_are_returned_unchanged():
    X = np.eye(2)
    assert namespace(X) is np
    assert to_numpy(X) is X


def test_sparse_arrays_count_as_numpy_arrays():
    X = csr_array(np.eye(2))
    assert namespace(X) is np
    assert device(X) == device(np.eye(2)) == "cpu"
    assert _is_sparse(X)
    assert not _is_sparse(np.eye(2))


def test_like_converts_to_library_and_device_of_reference(xp):
    reference = xp.asarray([1.0])
    for values in (draw(2, 3), xp.asarray(draw(2, 3))):
        result = like(reference, values, reference.dtype)
        assert type(result) is type(reference)
        assert result.dtype == reference.dtype
        assert device(result) == device(reference)
        np.testing.assert_array_equal(to_numpy(result), draw(2, 3))
    assert like(reference, draw(2, 3), xp.float32).dtype == xp.float32
    integers = like(reference, np.array([1, 2]))
    assert integers.dtype == xp.asarray(np.array([1, 2])).dtype


def test_like_converts_to_numpy_for_numpy_and_sparse(xp):
    values = xp.asarray(draw(2, 3))
    for reference in (np.zeros(1), csr_array(np.eye(2))):
        result = like(reference, values, np.float32)
        assert type(result) is np.ndarray
        assert result.dtype == np.float32
        np.testing.assert_array_equal(result, draw(2, 3))


def test_arrays_stay_on_their_device():
    xp = pytest.importorskip("array_api_strict")
    there = xp.Device("device1")
    reference = xp.asarray([1.0], device=there)
    assert device(reference) == there
    assert device(like(reference, draw(2, 3))) == there
    assert device(copies([reference])[0]) == there
    assert (
        device(dense_rows(xp.asarray(draw(4, 2), device=there), slice(1, 3), xp.float32)) == there
    )
    np.testing.assert_array_equal(to_numpy(reference), [1.0])


def test_torch_tensor_with_gradient_becomes_numpy_array():
    torch = pytest.importorskip("torch")
    array = torch.tensor([1.0, 2.0], requires_grad=True)
    np.testing.assert_array_equal(to_numpy(array * 2), [2, 4])


def test_cupy_arrays_are_copied_with_get():
    class Distant:
        """Like an array of CuPy: only get() returns it as a NumPy array."""

        device = "GPU 0"

        def get(self):
            return np.arange(3)

    np.testing.assert_array_equal(to_numpy(Distant()), [0, 1, 2])


@pytest.mark.parametrize("values", [[1, 2], (1.5, 2), 3])
def test_lists_and_numbers_become_numpy_arrays(values):
    result = to_numpy(values)
    assert type(result) is np.ndarray
    assert result.tolist() == np.array(values).tolist()


def test_copies_are_independent(xp):
    arrays = [xp.asarray([1.0, 2.0]), xp.asarray([[3.0]])]
    for original, copy in zip(arrays, copies(arrays), strict=True):
        before = to_numpy(original).copy()
        copy += 1
        assert type(copy) is type(original)
        np.testing.assert_array_equal(to_numpy(original), before)
        np.testing.assert_array_equal(to_numpy(copy), before + 1)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float64", "bool"])
@pytest.mark.parametrize("rows", [[2, 0, 2], slice(1, 3)])
def test_rows_become_floats_in_every_library(xp, rows, dtype):
    X = draw(4, 3).astype(dtype)
    places = rows if isinstance(rows, slice) else xp.asarray(np.array(rows))
    result = dense_rows(xp.asarray(X.copy()), places, xp.float32)
    assert result.dtype == xp.float32
    np.testing.assert_array_equal(to_numpy(result), X[rows].astype(np.float32))


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
@pytest.mark.parametrize("rows", [np.array([2, 0, 2]), slice(1, 3)])
def test_rows_of_sparse_array_become_dense(rows, dtype):
    X = abs(draw(4, 3)).astype(dtype)
    result = dense_rows(csr_array(X), rows, np.float32)
    assert type(result) is np.ndarray
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, X[rows])


@pytest.mark.parametrize("dtype", ["uint8", "float64"])
def test_indexed_rows_are_a_copy(xp, dtype):
    X = xp.asarray(abs(draw(4, 3)).astype(dtype))
    some = dense_rows(X, xp.asarray(np.array([1, 2])), xp.float64)
    some *= 0
    np.testing.assert_array_equal(to_numpy(X), abs(draw(4, 3)))


@pytest.mark.parametrize("shape", [(3,), (2, 4), (2, 3, 2)])
def test_rows_at_numbers_have_the_shape_of_the_numbers(xp, shape):
    table = draw(7, 3)
    numbers = np.random.default_rng(0).integers(7, size=shape)
    rows = rows_at(xp.asarray(table), xp.asarray(numbers))
    assert type(rows) is type(xp.asarray(table))
    assert tuple(rows.shape) == (*shape, 3)
    for place in np.ndindex(*shape):
        np.testing.assert_array_equal(to_numpy(rows)[place], table[numbers[place]])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, -2.0], True),
        ([], True),
        ([1e308, 1e308], True),  # their sum is not finite
        ([1.0, np.nan], False),
        ([np.inf, 1.0], False),
        ([np.inf, -np.inf], False),
    ],
)
def test_all_finite_is_false_for_infinity_and_nan(xp, values, expected):
    assert all_finite(xp.asarray(np.array(values))) is expected


def test_quotients_are_written_into_given_rows_only(xp):
    out = xp.asarray(np.full((4, 3), 7.0))
    write_quotient(out, slice(1, 3), xp.asarray(draw(2, 3)), 4)
    np.testing.assert_array_equal(to_numpy(out), [[7] * 3, *draw(2, 3) / 4, [7] * 3])


def test_numpy_arrays_need_no_other_array_library():
    check = """
import sys, numpy as np
from skmnist.network._arrays import copies, device, like, namespace, to_numpy
X = np.eye(2)
copies([X]), like(X, to_numpy(X)), device(X), namespace(X)
assert not {"array_api_compat", "torch", "array_api_strict"} & set(sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
