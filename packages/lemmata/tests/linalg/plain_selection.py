"""Choices of columns, rows and representatives straight from their definitions, and what is wrong.

Slow on purpose, in double precision, each step anew from the matrix; nothing is shared with the
library. Scores are compared rather than indices, as two columns may be equally good.
"""

import itertools
import math

import numpy as np


def rest(A, picks):
    """What is left of `A` once it is projected onto the columns in `picks`."""
    if not len(picks):
        return A
    U, sigma, _ = np.linalg.svd(A[:, list(picks)], full_matrices=False)
    U = U[:, sigma > 1e-14 * sigma[0]] if sigma[0] > 0 else U[:, :0]
    E = A - U @ (U.conj().T @ A)
    return E - U @ (U.conj().T @ E)


def relative_error(A, picks):
    whole = np.linalg.norm(A)
    return np.linalg.norm(rest(A, picks)) / whole if whole else 0.0


def coefficients(A, picks):
    """Z with A ~ A[:, picks] Z: least squares, one column after the other."""
    C = A[:, list(picks)]
    Z = np.stack([np.linalg.lstsq(C, column, rcond=None)[0] for column in A.T], axis=1)
    for place, pick in enumerate(picks):
        Z[:, pick] = np.arange(len(picks)) == place
    return Z


def reduction(A, picks):
    """By how much each column would reduce the squared error: ||E* e_i||^2 / ||e_i||^2."""
    E = rest(A, picks)
    scores = np.zeros(A.shape[1])
    for i, e in enumerate(E.T):
        if i not in picks and np.linalg.norm(e) > 1e-13 * np.linalg.norm(A):
            scores[i] = np.linalg.norm(E.conj().T @ e) ** 2 / np.linalg.norm(e) ** 2
    return scores


def length(A, picks):
    """The length of what is left of each column."""
    scores = np.linalg.norm(rest(A, picks), axis=0)
    scores[list(picks)] = 0
    return scores


def greedy(score):
    def choose(A, k):
        picks = []
        for _ in range(k):
            picks.append(int(np.argmax(score(A, picks))))
        return picks

    return choose


def volume(A, picks):
    return math.prod(np.linalg.svd(A[:, list(picks)], compute_uv=False))


def best_growth(A, picks):
    """The most that swapping one pick for another column grows the volume of the picks."""
    now = volume(A, picks)
    others = [j for j in range(A.shape[1]) if j not in picks]
    swaps = [
        [*picks[:place], j, *picks[place + 1 :]] for place in range(len(picks)) for j in others
    ]
    return max((volume(A, swap) / now for swap in swaps), default=0.0)


def optimum(A, k):
    """The relative error of the best approximation of rank k."""
    sigma = np.linalg.svd(A, compute_uv=False)
    return np.linalg.norm(sigma[k:]) / np.linalg.norm(sigma)


def best_middle(A, rows, columns):
    """C U R with U = pinv(C) A pinv(R), as it is written."""
    C, R = A[:, list(columns)], A[list(rows), :]
    return C @ (np.linalg.pinv(C) @ A @ np.linalg.pinv(R)) @ R


def kahan(n, c=0.285, tilt=1e3):
    """Kahan's matrix, its diagonal tilted a little so that pivoting keeps the order."""
    s = math.sqrt(1 - c**2)
    K = np.triu(-c * np.ones((n, n)), 1) + np.eye(n)
    K = s ** np.arange(n)[:, None] * K
    return K + np.diag(tilt * np.finfo(float).eps * np.arange(n, 0, -1))


def coverage(S, picks):
    """The sum over all points i of the best S[i, j] among the picks j, negative ones as 0."""
    return math.fsum(
        max(0.0, *(S[i, j] for j in picks)) if len(picks) else 0.0 for i in range(len(S))
    )


def greedy_location(S, k):
    """Facility location by exhaustive greedy choice, the first of equals."""
    picks = []
    for _ in range(k):
        left = [j for j in range(len(S)) if j not in picks]
        picks.append(max(left, key=lambda j: (coverage(S, [*picks, j]), -j)))
    return picks


def best_location(S, k):
    """The best coverage of all sets of k."""
    return max(coverage(S, picks) for picks in itertools.combinations(range(len(S)), k))


def unit(X):
    size = np.linalg.norm(X, axis=1, keepdims=True)
    return X / np.where(size > 0, size, 1)


def planted(m, n, spectrum, draw, complex_=False):
    """An m x n matrix with these singular values."""
    r = len(spectrum)
    sides = []
    for side in (m, n):
        noise = draw.standard_normal((side, r))
        if complex_:
            noise = noise + 1j * draw.standard_normal((side, r))
        sides.append(np.linalg.qr(noise)[0])
    return (sides[0] * spectrum) @ sides[1].conj().T


WRONG_CSS = {
    "the least reduction": lambda A, k: list(np.argsort(reduction(A, []))[:k]),
    "the longest columns": lambda A, k: list(np.argsort(-np.linalg.norm(A, axis=0))[:k]),
    "scores of the first step": lambda A, k: list(np.argsort(-reduction(A, []))[:k]),
    "not divided by the length": greedy(
        lambda A, p: (
            np.linalg.norm(rest(A, p).conj().T @ rest(A, p), axis=0) * (reduction(A, p) > 0)
        )
    ),
    "divided by the length once": greedy(lambda A, p: reduction(A, p) * length(A, p)),
    "pivoted QR": greedy(length),
    "the same column twice": lambda A, k: [int(np.argmax(reduction(A, [])))] * k,
    "counted from one": lambda A, k: [(i + 1) % A.shape[1] for i in greedy(reduction)(A, k)],
}

WRONG_CPQR = {
    "no projection": lambda A, k: list(np.argsort(-np.linalg.norm(A, axis=0))[:k]),
    "the shortest": lambda A, k: list(np.argsort(np.linalg.norm(A, axis=0))[:k]),
    "greedy column subset selection": greedy(reduction),
    "the same column twice": lambda A, k: [int(np.argmax(length(A, [])))] * k,
    "the last pick only projected out": greedy(
        lambda A, p: np.where(np.isin(np.arange(A.shape[1]), p), 0, length(A, p[-1:]))
    ),
}
