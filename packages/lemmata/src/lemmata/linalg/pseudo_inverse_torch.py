"""The pseudo-inverse as a function that PyTorch can differentiate, twice if need be.

Loaded only where a tensor asks for a gradient, so that PyTorch stays optional.
"""

from typing import Any

import torch
from array_api_compat import torch as xp

from lemmata.linalg.pseudo_inverse import invert


class ConstantRankInverse(torch.autograd.Function):
    """A (..., m, n) with m >= n to (A^+, singular values, cut-off); the last two are constants.

    Golub & Pereyra 1973: among matrices of the same rank, with B = A^+,
    dB = -B dA B + B B* dA* (I - A B) + (I - B A) dA* B* B.
    """

    @staticmethod
    def forward(ctx: Any, A: Any, rtol: float, atol: float) -> Any:
        B, sigma, cutoff = invert(xp, A, rtol, atol)
        ctx.save_for_backward(A, B)
        ctx.mark_non_differentiable(sigma, cutoff)
        return B, sigma, cutoff

    @staticmethod
    def backward(ctx: Any, G: Any, *_: Any) -> Any:
        A, B = ctx.saved_tensors
        Bh, Gh = B.mH, G.mH
        # the adjoint of each term, multiplied in the order that never makes an m x m matrix
        inner = -(Bh @ (G @ Bh))
        left = Gh @ (B @ Bh)
        left = left - A @ (B @ left)
        right = Bh @ (B @ Gh)
        right = right - right @ (B @ A)
        return inner + left + right, None, None


def invert_with_gradient(A: Any, rtol: float, atol: float) -> tuple[Any, Any, Any]:
    """As `invert`, of a tensor (..., m, n) with m >= n."""
    apply: Any = ConstantRankInverse.apply
    inverse, sigma, cutoff = apply(A, rtol, atol)
    return inverse, sigma, cutoff
