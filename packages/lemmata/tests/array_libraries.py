"""The array libraries to test on: how each makes an array from NumPy's, and gives one back."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Library:
    name: str
    make: Callable[[Any], Any]
    back: Callable[[Any], Any]

    def lift(self, function):
        """`function` of this library's arrays as one of NumPy arrays."""
        return lambda array: self.back(function(self.make(array)))


def _numpy():
    return Library("numpy", np.asarray, np.asarray)


def _array_api_strict():
    xp = importlib.import_module("array_api_strict")
    return Library("array_api_strict", xp.asarray, np.asarray)


def _torch():
    torch = importlib.import_module("torch")
    return Library("torch", torch.asarray, lambda tensor: tensor.detach().resolve_conj().numpy())


def _jax():
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    return Library("jax", jax.numpy.asarray, np.asarray)


_MAKERS = {"numpy": _numpy, "array_api_strict": _array_api_strict, "torch": _torch, "jax": _jax}
AVAILABLE = {name: make() for name, make in _MAKERS.items() if find_spec(name)}
