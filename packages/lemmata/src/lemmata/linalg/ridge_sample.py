"""What fits that are updated share: checks of a sample, and an inverse fit to be updated."""

import math

import array_api_compat

from lemmata.arrays import Array, Namespace, epsilon_of, largest, namespace
from lemmata.errors import ArgumentError, DtypeError, ShapeError


def checked_sample(
    xp: Namespace, x: Array, y: Array | float, weight: float, row: Array, target: Array
) -> tuple[Array, Array]:
    """`x` (d,) and `y` (t,) in the dtype and library of `row` (d,) and `target` (t,)."""
    if namespace("x", x) is not xp:
        raise DtypeError(f"x must be an array of the library of the fit, got {type(x)}")
    device = array_api_compat.device(row)
    x = xp.astype(x, row.dtype, copy=False)
    y = xp.asarray(y, dtype=row.dtype, device=device)
    y = xp.reshape(y, (1,)) if y.ndim == 0 else y
    for name, array, like in (("x", x, row), ("y", y, target)):
        if tuple(array.shape) != tuple(like.shape):
            raise ShapeError(
                f"{name} must have shape {tuple(like.shape)}, got {tuple(array.shape)}"
            )
        largest(xp, name, array, 0)
    if not (weight > 0 and math.isfinite(weight)):
        raise ArgumentError(f"weight must be finite and positive, got {weight}")
    return x, y


def inverse_to_update(xp: Namespace, G: Array) -> Array:
    """The inverse of `G`; ArgumentError where it would have less than a third of its digits."""
    inverse = xp.linalg.inv(G)
    sizes = (xp.max(xp.sum(xp.abs(matrix), axis=-1)) for matrix in (G, inverse))
    condition = math.prod(float(size) for size in sizes)
    if not condition <= epsilon_of(xp, G) ** (-2 / 3):
        raise ArgumentError(
            f"penalty must be larger for a fit that is updated, got a condition of {condition:.1e}"
        )
    return inverse
