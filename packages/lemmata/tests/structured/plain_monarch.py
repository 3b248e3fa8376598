"""Monarch matrices straight from their definition: permutation matrices, loops, one entry at a time.

Slow on purpose and in double precision; nothing here is shared with the library. Beside them are
the mistakes that have been made with these matrices, which every checker must reject.
"""

from functools import cache

import numpy as np
from scipy.linalg import block_diag


@cache
def permutation(first, second):
    """The matrix that takes digit pairs written (first, second) to (second, first)."""
    P = np.zeros((first * second, first * second))
    for i in range(first):
        for j in range(second):
            P[j * first + i, i * second + j] = 1
    return P


def monarch(B1, B2):
    """M = P' L P R: R takes the k input blocks, P regroups (r, l) to (l, r), L the l blocks."""
    _, r, s = B2.shape
    number = B2.shape[0]
    R = block_diag(*(B.T for B in B1))
    L = block_diag(*(B.T for B in B2))
    return permutation(number, s) @ L @ permutation(r, number) @ R


def entry(B1, B2, row, column):
    """M[(sigma, j), (i, pi)], a sum over the numbers that output j and input i share."""
    (_, p, q), (number, _, _) = B1.shape, B2.shape
    (sigma, j), (i, pi) = divmod(row, number), divmod(column, p)
    total = 0
    for inner in range(q):
        place = i * q + inner  # of what block i of B1 puts out
        if place % number == j:
            total += B1[i, pi, inner] * B2[j, place // number, sigma]
    return total


def product(x, B1, B2):
    return x @ monarch(B1, B2).T


def slice_of(A, nblocks, i, j):
    """What output block j (every l-th row, from j) takes from input block i."""
    p = A.shape[1] // nblocks[0]
    return A[j :: nblocks[1], i * p : (i + 1) * p]


def optimum(A, nblocks, rank):
    """The least squared error: what Eckart and Young say of each slice, by eigenvalues."""
    lost = 0.0
    for i in range(nblocks[0]):
        for j in range(nblocks[1]):
            S = slice_of(A, nblocks, i, j)
            lost += np.sort(np.linalg.eigvalsh(S.conj().T @ S))[:-rank].clip(min=0).sum()
    return lost


def design(product_of, shape):
    """The matrix of a linear map from factors of `shape` to vec(M), found by feeding it units."""
    units = np.eye(int(np.prod(shape)))
    return np.array([product_of(unit.reshape(shape)).ravel() for unit in units]).T


def brute_force(A, first, second, starts=4, rounds=30):
    """The least squared error that alternating least squares over whole factors finds."""
    draw = np.random.default_rng(0)
    best = np.inf
    for _ in range(starts):
        B1 = draw.standard_normal(first)
        for _ in range(rounds):
            J = design(lambda B2, B1=B1: monarch(B1, B2), second)
            B2 = np.linalg.lstsq(J, A.ravel(), rcond=None)[0].reshape(second)
            J = design(lambda B1, B2=B2: monarch(B1, B2), first)
            B1 = np.linalg.lstsq(J, A.ravel(), rcond=None)[0].reshape(first)
        best = min(best, np.linalg.norm(A - monarch(B1, B2)) ** 2)
    return best


def project(A, nblocks, rank, root=np.sqrt, keep=0, conjugate=False):
    """Factors by loops over slices; the arguments after `rank` make it wrong in one place."""
    (k, number), (m, n) = nblocks, A.shape
    B1 = np.zeros((k, n // k, number * rank), A.dtype)
    B2 = np.zeros((number, k * rank, m // number), A.dtype)
    for i in range(k):
        for j in range(number):
            U, sigma, Vh = np.linalg.svd(slice_of(A, nblocks, i, j))
            V = Vh.conj() if conjugate else Vh
            for b in range(rank):
                at = b + keep if b + keep < len(sigma) else None
                if at is None:
                    continue
                B1[i, :, b * number + j] = root(sigma[at]) * V[at]
                B2[j, i * rank + b, :] = np.sqrt(sigma[at]) * U[:, at]
    return B1, B2


def _fewer(A, nblocks, rank):
    B1, B2 = project(A, nblocks, rank)
    number = nblocks[1]
    B1[:, :, (rank - 1) * number :] = 0
    return B1, B2


def _consecutive_rows(A, nblocks, rank):
    """Output blocks taken as consecutive rows: the reshaped matrix's axes confused."""
    m, number = A.shape[0], nblocks[1]
    order = np.arange(m).reshape(number, m // number).T.ravel()
    return project(A[order], nblocks, rank)


def _strided_columns(A, nblocks, rank):
    n, k = A.shape[1], nblocks[0]
    order = np.arange(n).reshape(n // k, k).T.ravel()
    return project(A[:, order], nblocks, rank)


def _transposed_target(A, nblocks, rank):
    return (
        project(A.T, nblocks, rank)
        if A.shape[0] == A.shape[1]
        else project(A, nblocks, rank, keep=1)
    )


def _blocks_transposed(A, nblocks, rank):
    B1, B2 = project(A, nblocks, rank)
    return np.swapaxes(B1, 1, 2).reshape(B1.shape), np.swapaxes(B2, 1, 2).reshape(B2.shape)


def _ranks_before_blocks(A, nblocks, rank):
    B1, B2 = project(A, nblocks, rank)
    k, p, _ = B1.shape
    number = nblocks[1]
    return B1.reshape(k, p, rank, number).swapaxes(2, 3).reshape(B1.shape), B2


WRONG_PROJECTIONS = {
    "the singular value on one side, its root on the other": lambda A, n, b: project(
        A, n, b, root=lambda s: s
    ),
    "the root on one side only": lambda A, n, b: project(A, n, b, root=lambda s: 1.0),
    "a conjugate too many": lambda A, n, b: project(A, n, b, conjugate=True),
    "the largest singular value left out": lambda A, n, b: project(A, n, b, keep=1),
    "one rank too few": _fewer,
    "consecutive rows for strided ones": _consecutive_rows,
    "strided columns for consecutive ones": _strided_columns,
    "the transposed matrix": _transposed_target,
    "transposed blocks": _blocks_transposed,
    "ranks and blocks confused": _ranks_before_blocks,
}


def _without_permutation(x, B1, B2):
    h = np.concatenate([x[i * B.shape[0] : (i + 1) * B.shape[0]] @ B for i, B in enumerate(B1)])
    r = B2.shape[1]
    y = [h[j * r : (j + 1) * r] @ B for j, B in enumerate(B2)]
    return np.stack(y, axis=1).ravel()


def _without_output_permutation(x, B1, B2):
    number, _, s = B2.shape
    return permutation(s, number) @ product(x, B1, B2)


def _transposed_regrouping(x, B1, B2):
    number, r, _ = B2.shape
    h = np.concatenate([x[i * B.shape[0] : (i + 1) * B.shape[0]] @ B for i, B in enumerate(B1)])
    g = h.reshape(number, r) if number == r else h.reshape(r, number)[::-1].T
    return np.stack([g[j] @ B for j, B in enumerate(B2)], axis=1).ravel()


WRONG_PRODUCTS = {
    "no permutation in the middle": _without_permutation,
    "no permutation at the end": _without_output_permutation,
    "digits in the wrong order": _transposed_regrouping,
    "factors exchanged": lambda x, B1, B2: (
        product(x, B2, B1) if B1.shape == B2.shape else product(x, B1, B2) * 1.001
    ),
    "conjugated factors": lambda x, B1, B2: product(x, B1.conj() * 1.001, B2),
    "twice": lambda x, B1, B2: 2 * product(x, B1, B2),
}


def weighted_error(A, M, G):
    """tr((A - M) G (A - M)*) relative to tr(A G A*), one pair of inputs at a time."""
    lost = whole = 0.0
    for i in range(len(G)):
        for j in range(len(G)):
            lost += G[i, j] * np.vdot(A[:, j] - M[:, j], A[:, i] - M[:, i])
            whole += G[i, j] * np.vdot(A[:, j], A[:, i])
    return float(np.sqrt(max(np.real(lost), 0) / np.real(whole)))


def weighted_brute_force(A, G, first, second, starts=4, rounds=60):
    """The least weighted squared error that whole-factor alternating least squares finds."""
    draw, C = np.random.default_rng(1), np.linalg.cholesky(G)
    best = np.inf
    for _ in range(starts):
        B1 = draw.standard_normal(first)
        for _ in range(rounds):
            J = design(lambda B2, B1=B1: monarch(B1, B2) @ C, second)
            B2 = np.linalg.lstsq(J, (A @ C).ravel(), rcond=None)[0].reshape(second)
            J = design(lambda B1, B2=B2: monarch(B1, B2) @ C, first)
            B1 = np.linalg.lstsq(J, (A @ C).ravel(), rcond=None)[0].reshape(first)
        best = min(best, np.linalg.norm((A - monarch(B1, B2)) @ C) ** 2)
    return best / np.linalg.norm(A @ C) ** 2


def chain(x, digits, out_digits, tables):
    """A Monarch matrix of rank 1 and any order, digit by digit.

    `tables[t]` maps a tuple (input digits still to come, input digit, output digits done, output
    digit) to a number, for the digit `len(digits) - 1 - t`.
    """
    state = {tuple(index): x[np.ravel_multi_index(index, digits)] for index in np.ndindex(*digits)}
    for t, table in enumerate(tables):
        place = len(digits) - 1 - t
        following = {}
        for index, value in state.items():
            before, digit, done = index[:place], index[place], index[place + 1 :]
            for out in range(out_digits[place]):
                key = (*before, out, *done)
                following[key] = following.get(key, 0) + table[before, digit, done, out] * value
        state = following
    y = np.zeros(int(np.prod(out_digits)), dtype=np.result_type(x, float))
    for index, value in state.items():
        y[np.ravel_multi_index(index, out_digits)] = value
    return y
