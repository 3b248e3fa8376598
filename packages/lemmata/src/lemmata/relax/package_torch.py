"""sparsemax and 1.5-entmax thresholds from the `entmax` package, the fastest on PyTorch.

Loaded only for tensors. The package gives the answer's largest entry, from which the threshold
follows; masks, half precision and gradients stay ours: the package's second derivatives are wrong.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

HEAD = 128  # the package sorts so many of the largest first, and more only where they do not do


def is_there() -> bool:
    """Whether the package is installed."""
    return find_spec("entmax") is not None


def largest_probability(z: Any, alpha: float) -> Any:
    """The largest entry (..., 1) of entmax at alpha = 1.5 or 2 of finite `z` (..., n)."""
    package: Any = import_module("entmax")
    function = package.sparsemax if alpha == 2 else package.entmax15
    return function(z.detach(), dim=-1, k=HEAD).amax(-1, keepdim=True).clamp(max=1.0)
