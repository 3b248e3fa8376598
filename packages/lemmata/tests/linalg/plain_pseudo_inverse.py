"""Pseudo-inverse and ridge regression straight from their equations, in double precision.

Slow on purpose: leave-one-out really leaves one out and fits again. Beside them are the mistakes
that have been made with these equations, which every checker must reject.
"""

import numpy as np


def pseudo_inverse(A):
    """The sum of v_i u_i* / sigma_i over the singular values above rounding, one at a time."""
    U, sigma, Vh = np.linalg.svd(A, full_matrices=False)
    inverse = np.zeros(A.T.shape, U.dtype)
    for i, s in enumerate(sigma):
        if s > max(A.shape) * np.finfo(np.float64).eps * sigma[0]:
            inverse += np.outer(Vh[i].conj(), U[:, i].conj()) / s
    return inverse


def derivative(A, dA):
    """Golub and Pereyra's dA^+, the derivative along dA among matrices of the same rank."""
    B, E, J = pseudo_inverse(A), np.eye(A.shape[0]), np.eye(A.shape[1])
    dAh, Bh = dA.conj().T, B.conj().T
    return -B @ dA @ B + B @ Bh @ dAh @ (E - A @ B) + (J - B @ A) @ dAh @ Bh @ B


def ridge(X, y, penalty, intercept=True, s=None):
    """(weights, intercept) by least squares over the samples and rows of sqrt(penalty)."""
    n, d = X.shape
    s = np.ones(n) if s is None else s
    center = sum(s[i] * X[i] for i in range(n)) / sum(s) if intercept else np.zeros(d)
    base = sum(s[i] * y[i] for i in range(n)) / sum(s) if intercept else 0 * y[0]
    rows = [np.sqrt(s[i]) * (X[i] - center) for i in range(n)]
    goals = [np.sqrt(s[i]) * (y[i] - base) for i in range(n)]
    if penalty:
        rows += [np.sqrt(penalty) * e for e in np.eye(d)]
        goals += [0 * y[0]] * d
    weights = pseudo_inverse(np.array(rows)) @ np.array(goals)
    return weights, base - center @ weights


def loo_residuals(X, y, penalty, intercept=True, s=None):
    s = np.ones(len(X)) if s is None else s
    found = []
    for i in range(len(X)):
        others = np.arange(len(X)) != i
        w, b = ridge(X[others], y[others], penalty, intercept, s[others])
        found.append(y[i] - X[i] @ w - b)
    return np.array(found)


def leverages(X, penalty, intercept=True, s=None):
    """dy_hat_i / dy_i, one target at a time."""
    found = []
    for i in range(len(X)):
        w, b = ridge(X, np.eye(len(X))[i], penalty, intercept, s)
        found.append(np.real(X[i] @ w + b))
    return np.array(found)


def gcv(X, y, penalty, intercept=True):
    n = len(X)
    w, b = ridge(X, y, penalty, intercept)
    left = 1 - sum(leverages(X, penalty, intercept)) / n
    return np.mean(np.abs(y - X @ w - b) ** 2) / left**2


def feedback(liked, background, penalty):
    X = np.concatenate([liked, background])
    y = np.array([1.0] * len(liked) + [0.0] * len(background))
    kernel = np.array([[np.vdot(b, a) for b in X] for a in X])
    dual = np.linalg.solve(kernel + penalty * np.eye(len(X)), y - np.mean(y))
    return sum(a * x.conj() for a, x in zip(dual, X, strict=True))


def _cut(rtol):
    return lambda A: np.linalg.pinv(A, rcond=rtol)


WRONG_INVERSE = {
    "numpy's cut-off of 1e-15": _cut(1e-15),
    "a cut-off too wide": _cut(1e-2),
    "the transpose": lambda A: A.T,
    "no conjugate": lambda A: pseudo_inverse(A).conj(),
    "a small ridge": lambda A: np.linalg.solve(
        A.conj().T @ A + 1e-6 * np.eye(A.shape[1]), A.conj().T
    ),
    "the inverse of the transpose": lambda A: pseudo_inverse(A).T,
    "the first singular value alone": lambda A: _cut(0.999)(A),
}


def _gradient_without(term):
    """The adjoint of Golub and Pereyra's formula with one of its three terms left out."""

    def gradient(A, G):
        B, E, J = pseudo_inverse(A), np.eye(A.shape[0]), np.eye(A.shape[1])
        Bh, Gh = B.conj().T, G.conj().T
        terms = [-Bh @ G @ Bh, (E - A @ B) @ Gh @ B @ Bh, Bh @ B @ Gh @ (J - B @ A)]
        return sum(t for i, t in enumerate(terms) if i != term)

    return gradient


gradient = _gradient_without(None)
WRONG_GRADIENT = {
    "that of a square inverse": lambda A, G: (
        _gradient_without(1)(A, G) - _gradient_without(None)(A, G) + _gradient_without(2)(A, G)
    ),
    "the second term left out": _gradient_without(1),
    "the third term left out": _gradient_without(2),
    "the first term left out": _gradient_without(0),
    "the sign": lambda A, G: -gradient(A, G),
    "the other layout": lambda A, G: gradient(A, G) * 1.001,
}

WRONG_LOO = {
    "the residuals": lambda X, y, p: y - X @ ridge(X, y, p)[0] - ridge(X, y, p)[1],
    "the intercept's leverage forgotten": lambda X, y, p: (
        (y - X @ ridge(X, y, p)[0] - ridge(X, y, p)[1])
        / (1 - leverages(X, p) + 1 / len(X))[:, None]
    ),
    "the mean leverage": lambda X, y, p: (
        (y - X @ ridge(X, y, p)[0] - ridge(X, y, p)[1]) / (1 - np.mean(leverages(X, p)))
    ),
    "the intercept penalised": lambda X, y, p: loo_residuals(
        np.c_[X, np.ones(len(X))], y, p, intercept=False
    ),
    "the intercept kept from all samples": lambda X, y, p: loo_residuals(
        X - X.mean(0), y - y.mean(0), p, intercept=False
    ),
    "a penalty for each sample": lambda X, y, p: loo_residuals(X, y, p * len(X)),
}
