"""Mathematical methods from papers, on NumPy, PyTorch, JAX, CuPy or any array-API library.

Submodules load when they are first named, so that `import lemmata` costs next to nothing and
never loads an array library that the caller did not choose.
"""

from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"

__all__ = [
    "arena",
    "arrays",
    "attention",
    "catalogue",
    "counting",
    "errors",
    "examples",
    "heads",
    "linalg",
    "mixer",
    "norm",
    "numbers",
    "optimize",
    "relax",
    "ssm",
    "stack",
    "structured",
    "testing",
]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
