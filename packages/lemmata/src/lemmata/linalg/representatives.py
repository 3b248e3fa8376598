"""Representatives: a few of many vectors that stand for all of them.

Facility location is the default because it is what the word means: every vector should have a
representative near it. Pivoted QR is not offered: on unit vectors its first pick is settled by
rounding and each further one is an outlier, and random picks cover better.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from lemmata.arguments import check_choice, count
from lemmata.arrays import Array, Namespace, constant, floating, is_complex, largest, namespace
from lemmata.errors import ArgumentError, DtypeError, ShapeError
from lemmata.linalg.column_subset import column_subset
from lemmata.linalg.facility_location import (
    ceiling_of,
    coverage_by_pick,
    greedy,
    ordered,
    owners,
    settled,
)
from lemmata.linalg.similarities import Given, Similarities, cosines
from lemmata.linalg.spectrum import in_range

Choice: TypeAlias = Literal["facility", "css"]
Similarity: TypeAlias = Literal["cosine", "given"]


@dataclass(frozen=True, slots=True)
class Representatives:
    """k of n vectors, and how well they stand for all.

    indices (k,)      no two the same; by facility, the one that adds most first
    coverage          the mean over all vectors of the similarity to the nearest representative,
                      negative ones counted as 0
    assignment (n,)   the place in `indices` of the nearest representative of each vector; -1 where
                      k = 0
    gains (k,)        what each adds to the coverage, in order; by facility they never rise
    optimum_at_most   no k vectors have a higher coverage than this
    """

    indices: Array
    coverage: float
    assignment: Array
    gains: Array
    optimum_at_most: float

    @property
    def certificate(self) -> float:
        """A proved share of the best possible coverage: by facility above 1 - 1/e = 0.632."""
        return self.coverage / self.optimum_at_most if self.optimum_at_most > 0 else 1.0


def select_representatives(
    X: Array, k: int, method: Choice = "facility", *, similarity: Similarity = "cosine"
) -> Representatives:
    """`k` of the rows of `X` (n, d) that represent all of them best, by cosine. Deterministic.

    facility  maximises the coverage: the greedy choice (Nemhauser, Wolsey & Fisher 1978), then
              each pick moved to the best place among the vectors that it represents until none
              moves. At least 1 - (1 - 1/k)^k of the best possible coverage.
    css       minimises the least-squares error of all (unit) rows from the chosen ones: greedy
              column subset selection, for use with the coefficients of `interpolative`. Beyond
              the rank of X the choice is arbitrary.

    With similarity="given", `X` is (n, n) and X[i, j] says how well j represents i, symmetric or
    not; facility only. A zero row resembles nothing, itself included. Up to n = 5,792 all n^2
    similarities are kept, for one product of n^2 d flops and little more; beyond, memory stays at
    some blocks of 4 million, and the product is made a few times over.

    0 <= k <= n. No gradient. Raises ShapeError, DtypeError, NonFiniteError, ArgumentError.
    """
    xp, X = _vectors(X, similarity)
    check_choice("method", method, get_args(Choice))
    if method == "css" and similarity == "given":
        raise ArgumentError("method='css' needs the vectors, not similarity='given'")
    n = int(X.shape[0])
    k = count("k", k, n, f"the number of rows of X of shape {tuple(X.shape)}")
    if k == 0:
        return _none(xp, X)
    if similarity == "given":
        source: Similarities = Given(xp, xp.matrix_transpose(X))
    else:
        X = _unit(xp, X)
        source = cosines(xp, X)
    if method == "facility":
        found = greedy(source, k)
        picks, bound = settled(source, found.picks), found.bound
        picks = ordered(source, picks)
    else:
        span = column_subset(xp, xp.matrix_transpose(X), k, 0.0)
        picks = span.picks + span.fillers(k - len(span.picks))
        bound = ceiling_of(source, picks)
    added = coverage_by_pick(source, picks)
    coverage = float(xp.sum(added))
    return Representatives(
        indices=source.indices(picks),
        coverage=coverage / n,
        assignment=owners(source, picks),
        gains=added / n,
        optimum_at_most=max(bound, coverage) / n,
    )


def _vectors(X: Array, similarity: str) -> tuple[Namespace, Array]:
    xp = namespace("X", X)
    check_choice("similarity", similarity, get_args(Similarity))
    if X.ndim != 2:
        raise ShapeError(f"X must have shape (n, d), got {tuple(X.shape)}")
    if similarity == "given" and X.shape[0] != X.shape[1]:
        raise ShapeError(f"X must be (n, n) with similarity='given', got {tuple(X.shape)}")
    X = constant(floating(xp, "X", X))
    if is_complex(xp, X):
        raise DtypeError(f"X must be real, got dtype {X.dtype}")
    if similarity == "given" and 0 not in X.shape:
        largest(xp, "X", X, (-2, -1))
    return xp, X


def _unit(xp: Namespace, X: Array) -> Array:
    """The rows of `X` at length 1, and 0 where they are 0."""
    if 0 in X.shape:
        return X
    X = in_range(xp, "X", X, -1)
    length = xp.sqrt(xp.vecdot(X, X))[:, None]
    return X / xp.where(length > 0, length, 1.0)


def _none(xp: Namespace, X: Array) -> Representatives:
    whole = xp.arange(X.shape[0], dtype=xp.int64, device=X.device)
    nobody = xp.zeros_like(whole) - 1
    return Representatives(whole[:0], 0.0, nobody, xp.sum(X, axis=1)[:0], 0.0)
