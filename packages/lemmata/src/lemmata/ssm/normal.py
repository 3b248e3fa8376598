"""Normal plus low rank: the form in which a HiPPO matrix can be diagonalised at all.

A + P P* is a multiple of the identity plus a skew matrix, hence A = V (Lambda - P P*) V* with V
unitary. Refused: diagonalising A itself, whose eigenvectors are singular to working precision from
N = 32 on; clipping of B, which makes another kernel; and phases as a library happens to return
them: here V* B is real and not negative, so that the answer is the same everywhere.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lemmata.arguments import check_choice
from lemmata.ssm.hippo import legs, legt, order

Complex = NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class NormalPlusLowRank:
    """A = V (diag(eigenvalues) - P P*) V* and B, both in the basis V.

    eigenvalues (N,) in conjugate pairs, those of positive imaginary part first; P (N, rank); B (N,)
    real and not negative; V (N, N) unitary; error is max |A - V (...) V*| / max |A|.
    """

    eigenvalues: Complex
    P: Complex
    B: Complex
    V: Complex
    error: float

    def half(self) -> tuple[Complex, Complex, Complex]:
        """Eigenvalues, P and B of one of each conjugate pair; N must be even."""
        N = len(self.eigenvalues) // 2
        return self.eigenvalues[:N], self.P[:N], self.B[:N]


def nplr(measure: str, N: int, window: float = 1.0) -> NormalPlusLowRank:
    """The form for "legs" (rank 1) or "legt" (rank 2, with its `window`), in double precision.

    Gu, Goel & Ré 2022 (arXiv:2111.00396), Theorem 1. The low rank part is exact: for LegS
    P[n] = sqrt(n + 1/2), and A + A* = -I - 2 P P*; for LegT A + A* = -2 P P*.
    """
    check_choice("measure", measure, ("legs", "legt"))
    n = np.arange(order(N))
    if measure == "legs":
        A, B = legs(N)
        P, shift = np.sqrt(n + 0.5)[:, None], -0.5
    else:
        A, B = legt(N, window)
        r = np.sqrt((2 * n + 1) / (2 * window))
        P, shift = np.stack([r, r * (-1.0) ** n], axis=1), 0.0
    skew = A + P @ P.T - shift * np.eye(N)
    frequencies, V = _unitary((skew - skew.T) / 2, B)
    Lambda, P_V, B_V = shift + 1j * frequencies, V.conj().T @ P, V.conj().T @ B
    rebuilt = (V * Lambda) @ V.conj().T - (V @ P_V) @ (V @ P_V).conj().T
    error = float(np.max(np.abs(A - rebuilt)) / np.max(np.abs(A)))
    return NormalPlusLowRank(Lambda, P_V, np.abs(B_V).astype(complex), V, error)


def _unitary(skew: Any, B: Any) -> tuple[Any, Complex]:
    """Frequencies and eigenvectors of a real skew matrix, as exact conjugate pairs.

    Each vector is turned so that its product with B is real and not negative.
    """
    frequencies, V = np.linalg.eigh(-1j * skew)
    N = len(frequencies)
    upper = slice(N - N // 2, N)
    found = [V[:, upper], V[:, upper].conj()]
    pairs = [frequencies[upper], -frequencies[upper]]
    if N % 2:  # one real eigenvector, at frequency 0
        middle = V[:, N // 2]
        middle = np.real(middle * np.exp(-1j * np.angle(middle[np.argmax(np.abs(middle))])))
        found.append((middle / np.linalg.norm(middle))[:, None].astype(complex))
        pairs.append(np.zeros(1))
    V = np.concatenate(found, axis=1)
    along = V.conj().T @ B
    size = np.abs(along)
    V = V * np.where(size > 0, along / np.where(size > 0, size, 1), 1)
    return np.concatenate(pairs), V
