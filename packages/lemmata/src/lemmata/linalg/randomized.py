"""Randomised subspace iteration: the range of A seen through random vectors, sharpened by powers.

Halko, Martinsson & Tropp 2011, with an orthonormalisation after every power, without which a few
powers leave nothing but the largest singular value.
"""

from lemmata.arrays import Array, adjoint
from lemmata.linalg.operators import Operator
from lemmata.linalg.orthonormal import host
from lemmata.linalg.subspace import Draw, Goal, Subspace

MOST = 100  # powers, where none are said


def iterated(operator: Operator, width: int, n_iter: int, draw: Draw) -> Subspace:
    """The span of (A* A)^n_iter A* Omega, Omega Gaussian with `width` columns."""
    Q = started(operator, width, draw)
    for _ in range(n_iter):
        Q = operator.xp.linalg.qr(operator.normal_times(Q))[0]
    return measured(operator, Q)[0]


def iterated_within(operator: Operator, k: int, width: int, goal: Goal, draw: Draw) -> Subspace:
    """The same, with as many powers as it takes to be certain of `goal`."""
    found, Z = measured(operator, started(operator, width, draw))
    before, tests, next_test = found.missed(k), 0, 0
    for power in range(1, MOST + 1):
        found, Z = measured(operator, operator.xp.linalg.qr(Z)[0])
        missed = found.missed(k)
        if goal.hopeless(found, missed):
            break
        if 4 * (before - missed) <= goal.allowed(missed) and power >= next_test:
            tests, next_test = tests + 1, 2 * power  # a test costs as much as some powers
            found.bound_outside(goal, tests, draw)
            if goal.reached(found, k):
                break
        before = missed
    return found


def started(operator: Operator, width: int, draw: Draw) -> Array:
    """An orthonormal basis of A* Omega."""
    Y = operator.adjoint_times(draw((operator.shape[0], width)))
    return operator.xp.linalg.qr(Y)[0]


def measured(operator: Operator, Q: Array) -> tuple[Subspace, Array]:
    """The span of Q with what G = A* A does to it, and G Q, which the next power starts from."""
    xp = operator.xp
    Z = operator.normal_times(Q)
    T = host(adjoint(xp, Q) @ Z)
    _, B = xp.linalg.qr(Z - Q @ (adjoint(xp, Q) @ Z))
    return Subspace(operator, [Q], (T + T.conj().T) / 2, host(B)), Z
