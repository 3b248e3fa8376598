"""The nearest Monarch matrix on given inputs: errors count as much as the inputs use them.

With the Gram matrix G = E[x x*] of the inputs, E||A x - M x||^2 = tr((A - M) G (A - M)*). The
output blocks are independent of each other, the input blocks are not, unless G is block-diagonal.
Refused: gradient descent, as each input block has a closed form when the others stand still.
"""

from dataclasses import dataclass

from lemmata.arguments import integer
from lemmata.arrays import (
    Array,
    Namespace,
    adjoint,
    conjugate,
    epsilon_of,
    largest,
    matrices,
    real_part,
)
from lemmata.errors import ArgumentError, DtypeError, ShapeError
from lemmata.structured.grid import Grid
from lemmata.structured.projection import MonarchProjection


def monarch_project_weighted(
    A: Array,
    gram: Array,
    nblocks: tuple[int, int],
    rank: int = 1,
    *,
    pad: bool = False,
    sweeps: int = 20,
    tol: float = 1e-4,
) -> MonarchProjection:
    """A Monarch matrix M near `A` (m, n) on inputs x with Gram matrix `gram` = E[x x*] (n, n).

    Minimises tr((A - M) gram (A - M)*) by alternating least squares over the k input blocks: with
    the others fixed, block i has the best rank-b approximations of s x p matrices in the metric of
    its own diagonal block of `gram`, in closed form; no step makes the error larger. It starts from
    the optimum for the block-diagonal part of `gram` and stops after `sweeps` rounds, or when a
    round gains less than `tol` of the error. The optimum, at once, if `gram` is block-diagonal
    with blocks of p, k = 1 (activation-aware low rank) among them; elsewhere a local one.

    Directions that the inputs do not use (eigenvalues of a diagonal block up to rounding) become 0
    in M: add a little of the identity to `gram` if other inputs will come. `rel_error` is in the
    weighted norm, 0 where A is 0 on the inputs. A whole `rank` only; one matrix, not a stack.

    ShapeError or DtypeError: `gram` is not (n, n) or of another dtype; else as `monarch_project`.
    ArgumentError: `gram` is not Hermitian or has a negative eigenvalue.
    """
    xp, A = matrices("A", A)
    if A.ndim != 2:
        raise ShapeError(f"A must be one matrix (m, n), got shape {tuple(A.shape)}")
    grid = Grid.fit((int(A.shape[0]), int(A.shape[1])), nblocks, rank, pad)
    if grid.spread > 1:
        raise ArgumentError(f"rank must be a whole number >= 1, got {rank!r}")
    if integer("sweeps", sweeps) < 0 or not tol >= 0:
        raise ArgumentError(f"sweeps and tol must be at least 0, got {sweeps} and {tol}")
    largest(xp, "A", A, (-2, -1))
    problem = _Problem.of(xp, grid, grid.fill(xp, A), _checked_gram(xp, A, gram))
    energy = problem.energy(problem.targets, problem.pull(problem.targets))
    lefts, rights, errors = problem.started()
    pull = problem.pull(errors)
    lost = problem.energy(errors, pull)
    for _ in range(sweeps if grid.k > 1 else 0):
        for i in range(grid.k):
            lefts[i], rights[i] = problem.best(i, pull, lefts[i] @ rights[i])
            error = problem.targets[i] - lefts[i] @ rights[i]
            pull = pull + (error - errors[i]) @ problem.rows(i)
            errors[i] = error
        before, lost = lost, problem.energy(errors, pull)
        if not float(before - lost) > tol * float(before):
            break
    B1, B2 = _balanced_factors(xp, grid, lefts, rights)
    ratio = lost / xp.where(energy > 0, energy, xp.ones_like(energy))
    return MonarchProjection(B1, B2, xp.sqrt(ratio), grid.shape)


@dataclass(frozen=True, slots=True)
class _Problem:
    """The target by input block, (l, s, p) each, and the metric."""

    xp: Namespace
    grid: Grid
    targets: list[Array]
    gram: Array
    roots: list[
        tuple[Array, Array]
    ]  # of each diagonal block: G = L L*, and the pseudo-inverse of L

    @classmethod
    def of(cls, xp: Namespace, grid: Grid, A: Array, gram: Array) -> "_Problem":
        digits = xp.reshape(A, (grid.s, grid.l, grid.k, grid.p))
        targets = [xp.permute_dims(digits[:, :, i, :], (1, 0, 2)) for i in range(grid.k)]
        missing = grid.k * grid.p - gram.shape[0]
        if missing:
            gram = _bordered(xp, gram, missing)
        p = grid.p
        roots = [_root(xp, gram[i * p : i * p + p, i * p : i * p + p]) for i in range(grid.k)]
        return cls(xp, grid, targets, gram, roots)

    def started(self) -> tuple[list[Array], list[Array], list[Array]]:
        """The optimum for the block-diagonal part of the Gram matrix, and what it leaves."""
        pairs = [
            self._truncated(target @ L, inverse)
            for target, (L, inverse) in zip(self.targets, self.roots, strict=True)
        ]
        lefts, rights = [left for left, _ in pairs], [right for _, right in pairs]
        errors = [
            target - left @ right
            for target, left, right in zip(self.targets, lefts, rights, strict=True)
        ]
        return lefts, rights, errors

    def rows(self, i: int) -> Array:
        """The rows of the Gram matrix that belong to block i, (p, n)."""
        p = self.grid.p
        return self.gram[i * p : i * p + p, :]

    def pull(self, errors: list[Array]) -> Array:
        """E G, (l, s, n): how much each number of M is asked to move."""
        return self.xp.concat(errors, axis=-1) @ self.gram

    def best(self, i: int, pull: Array, current: Array) -> tuple[Array, Array]:
        """Block i's best slices while the other blocks stay as they are."""
        p = self.grid.p
        L, inverse = self.roots[i]
        # what is asked of block i, with the share that it has already put back in
        asked = pull[..., i * p : i * p + p] @ adjoint(self.xp, inverse)
        return self._nearest(asked + current @ L, inverse)

    def energy(self, errors: list[Array], pull: Array) -> Array:
        """tr(E G E*) from E and E G, not below 0."""
        joined = self.xp.concat(errors, axis=-1)
        total = self.xp.sum(real_part(self.xp, conjugate(self.xp, joined) * pull))
        return self.xp.where(total > 0, total, self.xp.zeros_like(total))

    def _truncated(self, whitened: Array, inverse: Array) -> tuple[Array, Array]:
        """Rank-b slices N, as left @ right, with N L nearest to `whitened` (l, s, p)."""
        U, sigma, Vh = self.xp.linalg.svd(whitened, full_matrices=False)
        b = self.grid.width
        return U[..., :b] * sigma[..., None, :b], Vh[..., :b, :] @ inverse

    def _nearest(self, whitened: Array, inverse: Array) -> tuple[Array, Array]:
        """As `_truncated`, from the smaller Gram matrix of each slice: a few times faster.

        Directions below sqrt(eps) of a slice's largest are lost, which a round can afford.
        """
        b, turned = self.grid.width, adjoint(self.xp, whitened)
        if whitened.shape[-1] <= whitened.shape[-2]:
            V = self.xp.linalg.eigh(turned @ whitened)[1][..., -b:]
            return whitened @ V, adjoint(self.xp, V) @ inverse
        U = self.xp.linalg.eigh(whitened @ turned)[1][..., -b:]
        return U, (adjoint(self.xp, U) @ whitened) @ inverse


def _balanced_factors(
    xp: Namespace, grid: Grid, lefts: list[Array], rights: list[Array]
) -> tuple[Array, Array]:
    """B1 and B2 with the square roots of each slice's singular values on either side."""
    left, right = xp.stack(lefts, axis=1), xp.stack(rights, axis=1)  # (l, k, s, b), (l, k, b, p)
    Q1, R1 = xp.linalg.qr(left)
    Q2, R2 = xp.linalg.qr(adjoint(xp, right))
    U, sigma, Vh = xp.linalg.svd(R1 @ adjoint(xp, R2), full_matrices=False)
    root = xp.sqrt(sigma)
    left, right = Q1 @ (U * root[..., None, :]), (root[..., None] * Vh) @ adjoint(xp, Q2)
    return grid.factors(xp, left[None, ...], right[None, ...])


def _checked_gram(xp: Namespace, A: Array, gram: Array) -> Array:
    other, gram = matrices("gram", gram)
    n = A.shape[1]
    if tuple(gram.shape) != (n, n):
        raise ShapeError(f"gram must have shape {(n, n)}, got {tuple(gram.shape)}")
    if other is not xp or gram.dtype != A.dtype:
        raise DtypeError(f"gram must be of the dtype of A, {A.dtype}, got {gram.dtype}")
    peak = float(largest(xp, "gram", gram, (-2, -1))[0, 0])
    skew = float(xp.max(xp.abs(gram - adjoint(xp, gram))))
    if skew > 1e3 * n * epsilon_of(xp, A) * peak:
        raise ArgumentError(f"gram must be Hermitian, got an entry that is {skew:g} off")
    return (gram + adjoint(xp, gram)) / 2


def _root(xp: Namespace, block: Array) -> tuple[Array, Array]:
    values, vectors = xp.linalg.eigh(block)
    top = values[-1]
    rounding = 1e3 * block.shape[0] * epsilon_of(xp, block) * top
    if bool(values[0] < -xp.abs(rounding)):
        raise ArgumentError(f"gram must have no negative eigenvalue, got {float(values[0]):g}")
    used = values > rounding
    root = xp.sqrt(xp.where(used, values, xp.ones_like(values)))
    nothing = xp.zeros_like(values)
    forward = vectors * xp.where(used, root, nothing)[None, :]
    back = vectors * xp.where(used, 1 / root, nothing)[None, :]
    return forward, adjoint(xp, back)


def _bordered(xp: Namespace, gram: Array, missing: int) -> Array:
    n = gram.shape[0]
    below = xp.zeros((missing, n), dtype=gram.dtype, device=gram.device)
    beside = xp.zeros((n + missing, missing), dtype=gram.dtype, device=gram.device)
    return xp.concat([xp.concat([gram, below], axis=0), beside], axis=1)
