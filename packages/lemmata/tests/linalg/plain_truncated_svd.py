"""The truncated SVD straight from Eckart and Young, and the row updates by a decomposition anew.

Slow on purpose and in double precision; nothing here is shared with the library. Beside them are
wrong implementations that the checkers must reject.
"""

import numpy as np


def truncated(A, k):
    """The best approximation of rank k, U diag(s) V*, from the whole decomposition."""
    U, s, Vh = np.linalg.svd(A, full_matrices=False)
    total = np.zeros(A.shape, U.dtype)
    for i in range(k):
        total += s[i] * np.outer(U[:, i], Vh[i])
    return total


def best_residual(A, k):
    """sqrt(sum of sigma_i^2, i > k)."""
    s = np.linalg.svd(A, compute_uv=False)
    return float(np.sqrt(sum(float(x) ** 2 for x in s[k:])))


def singular_values(A, k):
    return np.linalg.svd(A, compute_uv=False)[:k]


def centred(A):
    """Each column less its mean, one number at a time."""
    B = np.array(A, dtype=np.complex128 if np.iscomplexobj(A) else float)
    for j in range(B.shape[1]):
        B[:, j] -= sum(B[:, j]) / B.shape[0]
    return B


def smallest_bound(G, d, tau, k):
    """Largest sum of k eigenvalues of any PSD matrix that agrees with G on its first d columns.

    By trying the extreme: the block that is not known made `tau` times the identity.
    """
    M = np.array(G)
    M[d:, d:] = tau * np.eye(len(G) - d)
    return float(np.sum(np.sort(np.linalg.eigvalsh(M))[::-1][:k]))


def _changed(change):
    def wrong(A, k, U, s, Vt):
        return change(np.array(U), np.array(s), np.array(Vt))

    return wrong


def _rotated(U, s, Vt):
    c = np.sqrt(0.5)
    turn = np.eye(len(s))
    turn[:2, :2] = [[c, -c], [c, c]]
    return U @ turn, s, turn.T @ Vt


# what a result may have wrong: each changes the right factors into wrong ones
WRONG_FACTORS = {
    "a triplet forgotten": _changed(lambda U, s, Vt: (U[:, :-1], s[:-1], Vt[:-1])),
    "the last value doubled": _changed(lambda U, s, Vt: (U, np.append(s[:-1], 2 * s[-1]), Vt)),
    "eigenvalues for singular values": _changed(lambda U, s, Vt: (U, s**2, Vt)),
    "ascending": _changed(lambda U, s, Vt: (U[:, ::-1], s[::-1], Vt[::-1])),
    "V for its adjoint": _changed(
        lambda U, s, Vt: (U, s, Vt.conj() * 1j if np.iscomplexobj(Vt) else -Vt)
    ),
    "U not of length one": _changed(lambda U, s, Vt: (U * 1.001, s, Vt)),
    "a pair rotated": _changed(_rotated),
    "the second triplet twice": _changed(
        lambda U, s, Vt: (U[:, [1, 1, *range(2, len(s))]], s, Vt[[1, 1, *range(2, len(s))]])
    ),
}
