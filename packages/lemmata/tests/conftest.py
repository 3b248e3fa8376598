"""Makes the plain implementations and the list of array libraries importable by every test."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOMS = [path for path in sorted(HERE.iterdir()) if path.is_dir()]
sys.path[:0] = [str(HERE), *map(str, ROOMS)]

from array_libraries import AVAILABLE  # noqa: E402 - found only now

LIBRARIES = sorted({*AVAILABLE, "torch"})  # PyTorch is named where it is missing; JAX is a bonus


@pytest.fixture(params=LIBRARIES)
def library(request):
    """One array library after the other; without PyTorch its tests say that they were skipped."""
    if request.param not in AVAILABLE:
        pytest.skip(f"{request.param} is not installed")
    return AVAILABLE[request.param]
