"""From a method's name to an answer whose residual is known: which way, in which precision.

A subspace is looked for in single precision where that is enough for the tolerance, and again in
double where rounding turns out to be in the way; the answer is always taken in the precision of A.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lemmata.linalg.gram_basis import by_gram
from lemmata.linalg.krylov import krylov_of_depth, krylov_within
from lemmata.linalg.operators import Operator, in_precision
from lemmata.linalg.propack import by_propack
from lemmata.linalg.randomized import iterated, iterated_within
from lemmata.linalg.subspace import Draw, Factors, Goal, Subspace, projected, residual_of

NARROW, WIDE = 8, 32  # columns of a Krylov block: few converge in fewer products, many run faster
SHORT = 256  # a side up to which the Gram matrix is cheaper than any iteration
LONGEST = 8192  # a side beyond which the Gram matrix is out of the question
LOOSE = 1e-5  # a tolerance from which on single precision may do for the subspace
BESIDE = 10  # columns that a random start carries beside the k, at least


@dataclass(frozen=True, slots=True)
class Answer:
    """Factors, their residual, and a lower bound of the best one that fails with `failure`."""

    factors: Factors
    residual: float
    best: float
    failure: float
    method: str


@dataclass(slots=True)
class Search:
    """The search for the k leading directions of an operator with n <= m."""

    operator: Operator
    k: int
    goal: Goal
    oversample: int | None
    n_iter: int | None
    generator: Any
    used: list[Operator] = field(default_factory=list)

    def products(self) -> int:
        """The columns that A or A* has been multiplied with so far."""
        return sum(operator.products for operator in {self.operator, *self.used})

    def run(self, method: str) -> Answer:
        """The answer of `method`; of the first that is certified where it is auto."""
        answers = []
        for name in self.order() if method == "auto" else (method,):
            answers.append(self.answer(name))
            if answers[-1].residual <= (1 + self.goal.tol) * answers[-1].best:
                break
        nearest = min(answers, key=lambda answer: answer.residual)
        bound = max(answers, key=lambda answer: answer.best)  # of the matrix, not of the method
        return replace(nearest, best=min(bound.best, nearest.residual), failure=bound.failure)

    def order(self) -> Iterator[str]:
        """The methods that auto tries: the cheapest for the shape first."""
        n = self.operator.shape[1]
        if n <= min(max(SHORT, 4 * self.k), LONGEST):
            yield "gram"
        yield "krylov"

    def answer(self, method: str) -> Answer:
        for operator in self.precisions(method):
            self.used.append(operator)
            found = self.subspace(method, operator)
            lost = self.goal.hopeless(found, found.missed(self.k))
            if not lost:
                break
        if found.top is None and not lost:
            found.bound_outside(self.goal, 1, self.drawing(found.operator))
        # where squares have lost the digits, all of the subspace is looked at without them
        V = found.whole() if lost else found.best_directions(self.k)
        factors = projected(self.operator, V, self.k)
        residual = residual_of(self.operator, factors)
        likely, sure = found.least_missed(self.k), factors.next_energy
        least, failure = (likely, found.failure) if likely > sure else (sure, 0.0)
        return Answer(factors, residual, min(math.sqrt(least), residual), failure, method)

    def precisions(self, method: str) -> Iterator[Operator]:
        """The operator in the precisions to be tried, one after the other."""
        operator, xp = self.operator, self.operator.xp
        double = in_precision(xp, operator.dtype, 64)
        wide = operator.dtype == double
        if method == "krylov" and self.goal.tol >= LOOSE and wide:
            yield operator.astype(in_precision(xp, operator.dtype, 32))
        # the Gram matrix squares what single precision has lost, and PROPACK often gives up in it
        if method in ("krylov", "randomized") or wide:
            yield operator
        if not wide:
            yield operator.astype(double)

    def subspace(self, method: str, operator: Operator) -> Subspace:
        k, n = self.k, operator.shape[1]
        draw = self.drawing(operator)
        if method == "gram":
            return by_gram(operator, k)
        if method == "propack":
            return by_propack(operator, k, self.generator)
        if method == "krylov":
            block = min(max(NARROW, k // 4), WIDE)
            if self.n_iter is None:
                return krylov_within(operator, k, block, self.goal, draw)
            return krylov_of_depth(operator, k, block, self.n_iter, draw)
        beside = max(BESIDE, k // 10) if self.oversample is None else self.oversample
        if self.n_iter is None:
            return iterated_within(operator, k, min(n, k + beside), self.goal, draw)
        return iterated(operator, min(n, k + beside), self.n_iter, draw)

    def drawing(self, operator: Operator) -> Draw:
        """Standard normal arrays in the operator's library and precision."""
        complex_ = bool(operator.xp.isdtype(operator.dtype, "complex floating"))

        def draw(shape: tuple[int, int]) -> Any:
            values = self.generator.standard_normal(shape, dtype=np.float32)
            if complex_:
                values = values + 1j * self.generator.standard_normal(shape, dtype=np.float32)
            return operator.array(values)

        return draw
