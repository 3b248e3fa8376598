"""Optimisation: on the simplex, with certificates; adaptive steps as estimates of curvature.

`diagnose`, `AdaBelief` and `UpdateRatio` are PyTorch's, and load it when they are first named.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lemmata.optimize.comparison import Agreement, agreement
from lemmata.optimize.curvature import (
    Diagonal,
    Eigenvalue,
    exact_diagonal,
    hutchinson_diagonal,
    largest_eigenvalue,
)
from lemmata.optimize.quadratics import LeastSquares, Quadratic
from lemmata.optimize.result import SimplexResult
from lemmata.optimize.simplex import SimplexMethod, minimize_simplex
from lemmata.optimize.stability import stability_threshold

if TYPE_CHECKING:
    from lemmata.optimize.adabelief import AdaBelief
    from lemmata.optimize.diagnosis import StepReport, diagnose
    from lemmata.optimize.update_ratio import UpdateRatio

_OF_PYTORCH = {
    "AdaBelief": "adabelief",
    "StepReport": "diagnosis",
    "UpdateRatio": "update_ratio",
    "diagnose": "diagnosis",
}

__all__ = [
    "AdaBelief",
    "Agreement",
    "Diagonal",
    "Eigenvalue",
    "LeastSquares",
    "Quadratic",
    "SimplexMethod",
    "SimplexResult",
    "StepReport",
    "UpdateRatio",
    "agreement",
    "diagnose",
    "exact_diagonal",
    "hutchinson_diagonal",
    "largest_eigenvalue",
    "minimize_simplex",
    "stability_threshold",
]


def __getattr__(name: str) -> Any:
    if name in _OF_PYTORCH:
        return getattr(import_module(f"{__name__}.{_OF_PYTORCH[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
