"""From x' = A x + B u to x[k+1] = Abar x[k] + Bbar u[k]: the rules, dense and diagonal.

Zero-order hold is exact for inputs that are constant over a step; the others are the generalised
bilinear transform at weights 0, 1/2 and 1. Refused: inverting A for the hold, which fails for a
pole at 0; the exponential of the augmented matrix needs no inverse.
"""

import math

import numpy as np

from lemmata.arguments import check_choice
from lemmata.arrays import Array, Namespace, floating, is_complex, largest, matrices
from lemmata.errors import ArgumentError, ShapeError

WEIGHTS = {"euler": 0.0, "bilinear": 0.5, "backward": 1.0}
METHODS = ("zoh", *WEIGHTS)


def discretize(A: Array, B: Array, step: float, method: str = "zoh") -> tuple[Array, Array]:
    """(Abar, Bbar) of the system A (..., N, N), B (..., N), sampled every `step`.

    `method`: "zoh" (zero-order hold), "bilinear" (Tustin), "backward" or "euler" (forward). NumPy,
    PyTorch (differentiable) and array-API arrays. NonFiniteError, ShapeError or ArgumentError.
    """
    xp, A = matrices("A", A)
    B = floating(xp, "B", B)
    if A.shape[-1] != A.shape[-2] or B.ndim < 1 or B.shape[-1] != A.shape[-1]:
        raise ShapeError(
            f"A must be (..., N, N) and B (..., N), got {tuple(A.shape)} and {tuple(B.shape)}"
        )
    check_step(step)
    check_choice("method", method, METHODS)
    for name, array in (("A", A), ("B", B)):
        largest(xp, name, array, axis=-1)
    if method == "zoh":
        return _hold(xp, A, B, step)
    weight = WEIGHTS[method]
    identity = xp.eye(A.shape[-1], dtype=A.dtype, device=A.device)
    left = identity - weight * step * A
    right = identity + (1 - weight) * step * A
    return xp.linalg.solve(left, right), xp.linalg.solve(left, step * B[..., None])[..., 0]


def discretize_diagonal(
    eigenvalues: Array, B: Array, step: Array, method: str = "zoh"
) -> tuple[Array, Array]:
    """As `discretize` for a diagonal A, entry by entry; the arguments broadcast, `step` too.

    The hold divides exp(z) - 1 by z without loss as z = step * eigenvalue goes to 0.
    """
    import array_api_compat

    xp = array_api_compat.array_namespace(eigenvalues, B)
    check_choice("method", method, METHODS)
    z = eigenvalues * step
    if method == "zoh":
        return xp.exp(z), B * step * relative_growth(xp, z)
    weight = WEIGHTS[method]
    return (1 + (1 - weight) * z) / (1 - weight * z), B * step / (1 - weight * z)


def relative_growth(xp: Namespace, z: Array) -> Array:
    """(exp(z) - 1) / z, and 1 at z = 0."""
    zero = z == 0
    safe = xp.where(zero, xp.ones_like(z), z)
    return xp.where(zero, xp.ones_like(z), _growth(xp, safe) / safe)


def _growth(xp: Namespace, z: Array) -> Array:
    """exp(z) - 1 without cancellation; the libraries have it for real arguments only."""
    if not is_complex(xp, z):
        return xp.expm1(z)
    real, imaginary = xp.real(z), xp.imag(z)
    half = xp.sin(imaginary / 2)
    grown = xp.expm1(real)
    return (grown - 2 * (1 + grown) * half**2) + 1j * ((1 + grown) * xp.sin(imaginary))


def check_step(step: float) -> None:
    """ArgumentError unless `step` is positive and finite."""
    if not (step > 0 and math.isfinite(step)):
        raise ArgumentError(f"step must be positive and finite, got {step}")


def _hold(xp: Namespace, A: Array, B: Array, step: float) -> tuple[Array, Array]:
    """The exponential of step [[A, B], [0, 0]] holds both answers in its upper rows."""
    N = A.shape[-1]
    lead = np.broadcast_shapes(tuple(A.shape[:-2]), tuple(B.shape[:-1]))
    wide = xp.result_type(A.dtype, B.dtype)
    A = xp.broadcast_to(xp.astype(A, wide), (*lead, N, N))
    column = xp.broadcast_to(xp.astype(B, wide), (*lead, N))[..., None]
    upper = xp.concat([A, column], axis=-1)
    lower = xp.zeros((*lead, 1, N + 1), dtype=wide, device=A.device)
    grown = _exponential(xp, step * xp.concat([upper, lower], axis=-2))
    return grown[..., :N, :N], grown[..., :N, N]


def _exponential(xp: Namespace, A: Array) -> Array:
    import array_api_compat

    if array_api_compat.is_torch_array(A):
        import torch

        return torch.linalg.matrix_exp(A)
    from scipy.linalg import expm  # type: ignore[import-untyped]

    return xp.asarray(expm(np.asarray(A)), dtype=A.dtype)
