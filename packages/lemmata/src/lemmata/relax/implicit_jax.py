"""A threshold as a function that JAX can differentiate, as often as need be.

Loaded only where an array is being traced, so that JAX stays optional. As in `implicit_torch`, the
iterations that found the threshold are not differentiated; without this JAX would take it for a
constant, and the gradient would be wrong without a word.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

jax: Any = import_module("jax")


def implicit_threshold(xp: Any, z: Any, root: Any, slope: Callable[[Any, Any], Any]) -> Any:
    """`root` (..., 1) of sum f(z - root) = k with its derivative by z, d(root) = <w, dz> / <w, 1>."""

    @jax.custom_jvp  # type: ignore[untyped-decorator]
    def attached(z: Any, root: Any) -> Any:
        return root

    @attached.defjvp  # type: ignore[untyped-decorator]
    def derivative(given: tuple[Any, Any], moved: tuple[Any, Any]) -> tuple[Any, Any]:
        z, root = given
        root = attached(z, root)
        w = slope(xp, z - root)
        total = xp.sum(w, axis=-1, keepdims=True)
        some = total > 0  # nothing moves where every score is saturated
        share = xp.where(some, w / xp.where(some, total, 1.0), 0.0)
        return root, xp.sum(share * moved[0], axis=-1, keepdims=True)

    return attached(z, jax.lax.stop_gradient(root))
