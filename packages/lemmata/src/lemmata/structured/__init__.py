"""Structured matrices: fewer numbers than entries, products in less than quadratic time.

`MonarchLinear` needs PyTorch and loads it when it is named (it is not in `__all__`, so that a star
import needs none), `compress` when it is called.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lemmata.structured.compression import compress
from lemmata.structured.inverse import monarch_inverse, monarch_solve
from lemmata.structured.monarch import monarch_matmul, monarch_to_dense, swap_digits
from lemmata.structured.order import HigherOrderMonarch, project_higher_order
from lemmata.structured.projection import MonarchProjection, monarch_project
from lemmata.structured.report import CompressionReport, LayerReport
from lemmata.structured.transforms import monarch_dft, monarch_hadamard
from lemmata.structured.weighted import monarch_project_weighted

if TYPE_CHECKING:
    from lemmata.structured.layer import MonarchLinear as MonarchLinear

__all__ = [
    "CompressionReport",
    "HigherOrderMonarch",
    "LayerReport",
    "MonarchProjection",
    "compress",
    "monarch_dft",
    "monarch_hadamard",
    "monarch_inverse",
    "monarch_matmul",
    "monarch_project",
    "monarch_project_weighted",
    "monarch_solve",
    "monarch_to_dense",
    "project_higher_order",
    "swap_digits",
]


def __getattr__(name: str) -> Any:
    if name == "MonarchLinear":
        return import_module(f"{__name__}.layer").MonarchLinear
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "MonarchLinear"})
