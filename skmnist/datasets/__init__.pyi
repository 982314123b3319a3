from os import PathLike
from typing import IO, Any, Literal, TypeAlias, overload

import numpy as np
import pandas as pd
from numpy.random import RandomState
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import Bunch

__all__ = [
    "load_mnist",
    "load_xo",
    "photo_to_digit",
    "read_drawings",
    "read_idx",
    "read_photo",
    "write_idx",
]

_File: TypeAlias = str | PathLike[str] | IO[bytes]
_Subset: TypeAlias = Literal["train", "test", "all"]
_Variant: TypeAlias = Literal["standard", "shifted", "rotated", "thicker", "noisy", "all"]

@overload
def load_mnist(
    *, subset: _Subset = "train", return_X_y: Literal[False] = False, as_frame: bool = False
) -> Bunch: ...
@overload
def load_mnist(
    *, subset: _Subset = "train", return_X_y: Literal[True], as_frame: Literal[False] = False
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]: ...
@overload
def load_mnist(
    *, subset: _Subset = "train", return_X_y: Literal[True], as_frame: Literal[True]
) -> tuple[pd.DataFrame, pd.Series[int]]: ...
@overload
def load_xo(
    *,
    variant: _Variant = "standard",
    n_samples: int | None = None,
    random_state: int | RandomState | None = None,
    return_X_y: Literal[False] = False,
) -> Bunch: ...
@overload
def load_xo(
    *,
    variant: _Variant = "standard",
    n_samples: int | None = None,
    random_state: int | RandomState | None = None,
    return_X_y: Literal[True],
) -> tuple[NDArray[np.float64], NDArray[np.str_]]: ...
def read_idx(path_or_file: _File) -> NDArray[Any]: ...
def write_idx(path_or_file: _File, array: ArrayLike) -> None: ...
def read_photo(path_or_file: _File) -> NDArray[np.uint8]: ...
def photo_to_digit(image: ArrayLike) -> NDArray[np.uint8]: ...
@overload
def read_drawings(path_or_file: _File, *, return_X_y: Literal[False] = False) -> Bunch: ...
@overload
def read_drawings(
    path_or_file: _File, *, return_X_y: Literal[True]
) -> tuple[NDArray[np.uint8], NDArray[np.int64] | NDArray[np.str_]]: ...
