from collections.abc import Iterable, Mapping
from os import PathLike
from typing import IO, Any, Literal, TypeAlias

from numpy.typing import ArrayLike
from onnx import ModelProto
from sklearn.base import BaseEstimator

__all__ = [
    "TRUSTED_TYPES",
    "DrawingPage",
    "load",
    "register_onnx_converters",
    "save",
    "to_onnx",
    "to_page",
]

_Precision: TypeAlias = Literal["8 bits", "12 bits", "16 bits", "32 bits"]

TRUSTED_TYPES: tuple[str, ...]

def save(
    model: BaseEstimator, path: str | PathLike[str], *, trusted: Iterable[str | type] = ()
) -> None: ...
def load(path: str | PathLike[str], *, trusted: Iterable[str | type] = ()) -> Any: ...
def register_onnx_converters() -> None: ...
def to_onnx(
    model: BaseEstimator,
    X: ArrayLike | None = None,
    *,
    options: Mapping[Any, Any] | None = None,
    target_opset: int | Mapping[str, int] | None = None,
) -> ModelProto: ...
def to_page(
    model: BaseEstimator,
    *,
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    title: str | None = None,
    image_shape: tuple[int, int] | None = None,
    precision: Literal["auto"] | _Precision = "auto",
) -> DrawingPage: ...

class DrawingPage:
    html: str
    precision: _Precision
    n_images: int
    changes: dict[_Precision, int]
    def __init__(
        self, html: str, precision: _Precision, n_images: int, changes: dict[_Precision, int]
    ) -> None: ...
    @property
    def label_changes(self) -> int: ...
    def save(self, path: str | PathLike[str] | IO[bytes]) -> None: ...
