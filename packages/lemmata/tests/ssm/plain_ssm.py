"""State-space models as their equations say: float64, dense matrices, one token after another."""

import numpy as np


def legs_matrices(N):
    """HiPPO-LegS, entry by entry."""
    A, B = np.zeros((N, N)), np.zeros(N)
    for n in range(N):
        B[n] = np.sqrt(2 * n + 1)
        for k in range(N):
            if k < n:
                A[n, k] = -np.sqrt((2 * n + 1) * (2 * k + 1))
            elif k == n:
                A[n, k] = -(n + 1)
    return A, B


def legt_matrices(N, window):
    """HiPPO-LegT, entry by entry."""
    A, B = np.zeros((N, N)), np.zeros(N)
    for n in range(N):
        B[n] = np.sqrt(2 * n + 1) / window
        for k in range(N):
            sign = 1 if k <= n else (-1) ** (n - k)
            A[n, k] = -np.sqrt((2 * n + 1) * (2 * k + 1)) * sign / window
    return A, B


def projection(u, N):
    """Coefficients of a signal held constant, by integrating it against each polynomial."""
    edges = np.linspace(0, 1, len(u) + 1)
    found = np.zeros(N)
    for n in range(N):
        shifted = np.polynomial.Legendre.basis(n, domain=[0, 1]) * np.sqrt(2 * n + 1)
        whole = shifted.integ()
        found[n] = sum(u[i] * (whole(edges[i + 1]) - whole(edges[i])) for i in range(len(u)))
    return found


def bilinear(A, B, step):
    """(I - step/2 A)^-1 (I + step/2 A) and step (I - step/2 A)^-1 B."""
    identity = np.eye(len(A))
    left = identity - step / 2 * A
    return np.linalg.solve(left, identity + step / 2 * A), step * np.linalg.solve(left, B)


def hold(A, B, step, terms=60):
    """exp(step A) and its integral times B, by their series at a step cut small and put together."""
    parts = 2 ** max(0, int(np.ceil(np.log2(max(1e-300, np.abs(step * A).sum(1).max())))) + 2)
    small = step / parts
    grown, integral, power = np.zeros_like(A), np.zeros_like(A), np.eye(len(A), dtype=A.dtype)
    for k in range(terms):
        grown = grown + power
        integral = integral + power * (small / (k + 1))
        power = power @ A * (small / (k + 1))
    whole, driven = np.eye(len(A), dtype=A.dtype), np.zeros_like(integral)
    for _ in range(parts):
        driven = grown @ driven + integral
        whole = grown @ whole
    return whole, driven @ B


def kernel(A, B, C, length):
    """C A^k B, one product after the other."""
    terms, x = np.zeros(length, dtype=complex), B
    for k in range(length):
        terms[k] = C @ x
        x = A @ x
    assert np.abs(terms.imag).max() <= 1e-9 * max(1e-300, np.abs(terms.real).max())
    return terms.real


def dplr(Lambda, P, B, C, step):
    """The dense bilinear system of diag(Lambda) - P P*, from one of each conjugate pair."""
    both = [np.concatenate([part, part.conj()]) for part in (Lambda, P, B, C)]
    Lambda, P, B, C = both
    A = np.diag(Lambda) - np.outer(P, P.conj())
    return *bilinear(A, B, step), C


def s4_kernel(layer, C, length):
    """The kernel of an S4 layer with readout `C` (width, M) complex, from its parameters."""
    step = np.exp(as_numpy(layer.log_step))
    Lambda = -np.exp(as_numpy(layer.log_decay)) + 1j * as_numpy(layer.frequency)
    P, B = (as_complex(part) for part in (layer.P, layer.B))
    return np.stack(
        [kernel(*dplr(Lambda[i], P[i], B[i], C[i], step[i]), length) for i in range(layer.width)]
    )


def s4d_kernel(layer, length):
    """The kernel of an S4D layer: each mode as a system of one number."""
    step = np.exp(as_numpy(layer.log_step))
    Lambda = -np.exp(as_numpy(layer.log_decay)) + 1j * as_numpy(layer.frequency)
    C = as_complex(layer.C)
    discrete = hold if layer.method == "zoh" else bilinear
    found = np.zeros((layer.width, length))
    for i in range(layer.width):
        for m in range(Lambda.shape[1]):
            A, B = discrete(np.array([[Lambda[i, m]]]), np.ones(1, dtype=complex), step[i])
            found[i] += [2 * (C[i, m] * A[0, 0] ** k * B[0]).real for k in range(length)]
    return found


def rational(b, a, D, u):
    """y[t] = D u[t] + w[t] with w[t] = sum b_i u[t-i] - sum a_i w[t-i], i from 1."""
    w = np.zeros(len(u))
    for t in range(len(u)):
        for i in range(1, len(a) + 1):
            if t >= i:
                w[t] += b[i - 1] * u[t - i] - a[i - 1] * w[t - i]
    return D * u + w


def as_numpy(parameter):
    return parameter.detach().double().numpy()


def as_complex(parameter):
    values = as_numpy(parameter)
    return values[..., 0] + 1j * values[..., 1]
