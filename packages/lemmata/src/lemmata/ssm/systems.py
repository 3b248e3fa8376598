"""Linear systems outside of a layer: state space, modes, second-order sections, ratios of polynomials.

Float64 NumPy, one system a channel, each with a certificate of what its conversion lost. They all
mean x' = A x + B u, y = C x + D u, as in SciPy: the first term of the impulse response is D.
Refused: turning poles into monomial coefficients unmeasured. A conversion whose kernel is off by
more than its tolerance raises; for slow poles that is at an order of about 10 in double precision.
"""

from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lemmata.errors import ArgumentError

Values: TypeAlias = NDArray[np.float64]
Complex: TypeAlias = NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a conversion lost.

    kernel_error: largest error of the first `length` terms of the impulse response, over channels,
    relative to the channel's largest term. condition: of the eigenvectors or residues that were
    solved for, 1 where nothing was solved. pole_radius: the largest magnitude of a pole.
    """

    kernel_error: float
    length: int
    condition: float
    pole_radius: float


class System(Protocol):
    """What has an impulse response."""

    def kernel(self, length: int) -> Values:
        """The first `length` terms of the impulse response: (width, length)."""
        ...


@dataclass(frozen=True, slots=True)
class StateSpace:
    """x' = A x + B u, y = C x + D u: A (width, N, N), B and C (width, N), D (width,)."""

    A: Values
    B: Values
    C: Values
    D: Values
    certificate: Certificate | None = None

    def kernel(self, length: int) -> Values:
        """D, then C A^k B, one product a term: (width, length)."""
        terms, x = [self.D], self.B
        for _ in range(length - 1):
            terms.append(np.einsum("wn,wn->w", self.C, x))
            x = np.einsum("wnm,wm->wn", self.A, x)
        return np.stack(terms[:length], axis=-1)

    def poles(self) -> Complex:
        """The eigenvalues of A: (width, N)."""
        return np.linalg.eigvals(self.A).astype(np.complex128)


@dataclass(frozen=True, slots=True)
class Modal:
    """D + sum of r z / (1 - p z), z the delay: poles and residues (width, N) closed under conj."""

    poles: Complex
    residues: Complex
    D: Values
    certificate: Certificate | None = None

    def kernel(self, length: int) -> Values:
        """D, then sums of r p^k: (width, length)."""
        powers = self.poles[..., None] ** np.arange(max(0, length - 1))
        tail = np.einsum("wn,wnk->wk", self.residues, powers).real
        return np.concatenate([self.D[:, None], tail], axis=-1)[:, :length]

    def to_statespace(self) -> StateSpace:
        """One rotation and decay a pair, as a real block of two; real poles alone."""
        found = [_blocks(p, r) for p, r in zip(self.poles, self.residues, strict=True)]
        A, B, C = (np.stack([parts[i] for parts in found]) for i in range(3))
        return StateSpace(A, B, C, self.D)

    def to_sections(self) -> "Sections":
        """Each conjugate pair as one real section of second order; real poles alone in theirs."""
        found = [_sections(p, r) for p, r in zip(self.poles, self.residues, strict=True)]
        count = max(len(b) for b, _ in found)
        b, a = (
            np.stack([np.pad(part[i], ((0, count - len(part[i])), (0, 0))) for part in found])
            for i in (0, 1)
        )
        return Sections(b, a, self.D)

    def to_rational(self) -> "Rational":
        """Monomial coefficients, which lose digits with every slow pole."""
        found = [_polynomials(p, r) for p, r in zip(self.poles, self.residues, strict=True)]
        return Rational(np.stack([b for b, _ in found]), np.stack([a for _, a in found]), self.D)


@dataclass(frozen=True, slots=True)
class Sections:
    """D + sum of z (b0 + b1 z) / (1 + a1 z + a2 z^2), in parallel: b and a (width, m, 2)."""

    b: Values
    a: Values
    D: Values
    certificate: Certificate | None = None

    def kernel(self, length: int) -> Values:
        """D, then the sum of the sections' responses: (width, length)."""
        return self.to_statespace().kernel(length)

    def to_statespace(self) -> StateSpace:
        """One block of two a section, in observer form."""
        width, m, _ = self.b.shape
        A = np.zeros((width, 2 * m, 2 * m))
        first, second = np.arange(0, 2 * m, 2), np.arange(1, 2 * m, 2)
        A[:, first, first], A[:, second, first] = -self.a[..., 0], -self.a[..., 1]
        A[:, first, second] = 1.0
        C = np.broadcast_to(np.tile([1.0, 0.0], m), (width, 2 * m)).copy()
        return StateSpace(A, self.b.reshape(width, 2 * m), C, self.D)


@dataclass(frozen=True, slots=True)
class Rational:
    """D + z b(z) / (1 + a_1 z + ... + a_n z^n): b and a (width, n)."""

    b: Values
    a: Values
    D: Values
    certificate: Certificate | None = None

    def kernel(self, length: int) -> Values:
        """D, then the division of the polynomials, term by term: (width, length)."""
        from scipy.signal import lfilter  # type: ignore[import-untyped]

        impulse = np.zeros(max(1, length))
        impulse[0] = 1.0
        rows = [
            lfilter(b, np.concatenate([[1.0], a]), impulse)
            for b, a in zip(self.b, self.a, strict=True)
        ]
        return np.concatenate([self.D[:, None], np.stack(rows)], axis=-1)[:, :length]

    def to_statespace(self) -> StateSpace:
        """The companion matrix in observer form: exact, as its entries are the coefficients."""
        width, n = self.a.shape
        A = np.zeros((width, n, n))
        A[:, np.arange(n - 1), np.arange(1, n)] = 1.0
        A[:, :, 0] = -self.a
        C = np.zeros((width, n))
        C[:, 0] = 1.0
        return StateSpace(A, self.b.copy(), C, self.D)


TransferFunction: TypeAlias = Modal | Sections | Rational


def certified(system: Any, kernel: Values, condition: float, radius: float) -> Any:
    """`system` with the certificate of its kernel beside `kernel` (width, length)."""
    scale = np.maximum(np.abs(kernel).max(axis=-1), np.finfo(float).tiny)
    with np.errstate(over="ignore", invalid="ignore"):
        error = np.abs(system.kernel(kernel.shape[-1]) - kernel).max(axis=-1) / scale
    worst = float(np.max(error)) if np.all(np.isfinite(error)) else float("inf")
    return replace(system, certificate=Certificate(worst, kernel.shape[-1], condition, radius))


def accepted(system: "TransferFunction", tolerance: float, what: str) -> "TransferFunction":
    """`system` if its certificate keeps `tolerance`; ArgumentError if it does not."""
    certificate = system.certificate
    assert certificate is not None
    if certificate.kernel_error <= tolerance:
        return system
    raise ArgumentError(
        f"{what} would be off by {certificate.kernel_error:.1e} of its largest term over "
        f"{certificate.length} terms, beyond tolerance = {tolerance:.1e} (condition "
        f"{certificate.condition:.1e}); use another form or fewer states"
    )


def _sections(poles: Complex, residues: Complex) -> tuple[Values, Values]:
    """b and a (m, 2): r1 / (1 - p1 z) + r2 / (1 - p2 z) over their common denominator."""
    upper, real = _kinds(poles)
    b = [np.stack([2 * residues[upper].real, -2 * (residues[upper] * poles[upper].conj()).real], 1)]
    a = [np.stack([-2 * poles[upper].real, np.abs(poles[upper]) ** 2], 1)]
    nothing = np.zeros(len(real))
    b.append(np.stack([residues[real].real, nothing], 1))
    a.append(np.stack([-poles[real].real, nothing], 1))
    return np.concatenate(b), np.concatenate(a)


def _blocks(poles: Complex, residues: Complex) -> tuple[Values, Values, Values]:
    """A (N, N) of blocks [[Re p, -Im p], [Im p, Re p]], driven in their first, and B and C."""
    upper, real = _kinds(poles)
    N, m = len(poles), len(upper)
    A, B, C = np.zeros((N, N)), np.ones(N), np.zeros(N)
    first, second = np.arange(0, 2 * m, 2), np.arange(1, 2 * m, 2)
    A[first, first] = A[second, second] = poles[upper].real
    A[second, first], A[first, second] = poles[upper].imag, -poles[upper].imag
    B[second] = 0.0
    C[first], C[second] = 2 * residues[upper].real, -2 * residues[upper].imag
    last = np.arange(2 * m, N)
    A[last, last], C[last] = poles[real].real, residues[real].real
    return A, B, C


def _kinds(poles: Complex) -> tuple[Any, Any]:
    """Where the upper one of each conjugate pair is, and where the real ones are."""
    is_real = np.abs(poles.imag) <= 1e-14 * np.abs(poles)
    return np.flatnonzero(~is_real & (poles.imag > 0)), np.flatnonzero(is_real)


def _polynomials(poles: Complex, residues: Complex) -> tuple[Values, Values]:
    """b and a by multiplying out, one pole after the other."""
    a, b = np.ones(1, dtype=complex), np.zeros(0, dtype=complex)
    for pole, residue in zip(poles, residues, strict=True):
        b = np.pad(b, (0, 1)) - pole * np.pad(b, (1, 0)) + residue * a
        a = np.pad(a, (0, 1)) - pole * np.pad(a, (1, 0))
    return b.real, a[1:].real
