"""Many penalties from one decomposition, and the one that predicts a left-out sample best."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lemmata.arguments import check_choice
from lemmata.arrays import Array, squares
from lemmata.errors import ArgumentError
from lemmata.linalg.ridge_design import Design, checked_penalty, design, one_matrix
from lemmata.linalg.ridge_fit import Ridge, assembled
from lemmata.linalg.ridge_solvers import Decomposition, Solution, by_svd, decomposed, over_penalty


@dataclass(frozen=True, slots=True)
class RidgePath:
    """The scores of every penalty, and the fit of the best. Lower scores are better."""

    penalties: tuple[float, ...]
    loo_error: tuple[float, ...]  # weighted mean of |leave-one-out residual|^2
    gcv: tuple[float, ...]  # generalised cross-validation
    effective_dof: tuple[float, ...]
    best: int  # the index of the penalty that was chosen
    fit: Ridge  # with that penalty


def ridge_path(
    X: Array,
    y: Array,
    penalties: Sequence[float],
    *,
    select: Literal["loo", "gcv"] = "loo",
    intercept: bool = True,
    sample_weight: Array | None = None,
) -> RidgePath:
    """`ridge` for each of `penalties` from one decomposition, and a choice among them.

    `X` is one matrix (n, d), `y` (n,) or (n, t); targets share the penalty, their errors are
    averaged. "loo" is the weighted mean of the squared leave-one-out residuals (PRESS; Allen 1974,
    doi:10.1080/00401706.1974.10489157), "gcv" is |residuals|^2 / n over the square of
    1 - effective_dof / n (Golub, Heath & Wahba 1979, doi:10.1080/00401706.1979.10489751), which
    does not change when samples are rotated into one another. Of equal scores the larger penalty
    is taken; a score that is undefined (NaN) is never the best. Beyond the SVD a penalty costs
    O((n + d) min(n, d)) for each target.

    Raises DtypeError, ShapeError, NonFiniteError, ArgumentError.
    """
    check_choice("select", select, ("loo", "gcv"))
    levels = tuple(checked_penalty(penalty) for penalty in penalties)
    if not levels:
        raise ArgumentError("penalties must hold at least one penalty, got none")
    problem = one_matrix(design(X, y, intercept, sample_weight))
    found = decomposed(problem, min(levels))
    solutions = [by_svd(found, level) for level in levels]
    loo = tuple(_mean_square(problem, solution.loo_residuals) for solution in solutions)
    gcv = tuple(_gcv(found, s, level) for s, level in zip(solutions, levels, strict=True))
    best = _least(loo if select == "loo" else gcv, levels)
    dof = tuple(float(problem.xp.sum(solution.leverages)) for solution in solutions)
    fit = assembled(problem, levels[best], solutions[best])
    return RidgePath(levels, loo, gcv, dof, best, fit)


def _least(scores: Sequence[float], levels: Sequence[float]) -> int:
    defined = [i for i, score in enumerate(scores) if not math.isnan(score)]
    if not defined:
        raise ArgumentError(
            "X must let a left-out sample be predicted: no penalty has a score (a single sample?)"
        )
    return min(defined, key=lambda i: (scores[i], -levels[i]))


def _gcv(found: Decomposition, solution: Solution, penalty: float) -> float:
    """(|e|^2 / n) / (tr(I - H) / n)^2; both vanish with the penalty where X can interpolate."""
    problem, xp = found.problem, found.problem.xp
    if bool(xp.any(found.outside > 0)):
        size, left = _mean_square(problem, solution.residuals), 1 - solution.leverages
    else:
        inside, left = over_penalty(found, penalty)
        size = float(xp.sum(squares(xp, inside))) / (
            float(xp.sum(problem.sample_weights())) * problem.Y.shape[-1]
        )
    mean_left = float(xp.mean(left))
    return size / mean_left**2 if mean_left > 0 else math.nan


def _mean_square(problem: Design, residuals: Array) -> float:
    """The mean of |residual|^2 over samples, by their weights, and over targets."""
    return _mean(problem, squares(problem.xp, problem.weighted(residuals)))


def _mean(problem: Design, weighted: Array) -> float:
    xp = problem.xp
    total = float(xp.sum(problem.sample_weights())) * int(problem.Y.shape[-1])
    return float(xp.sum(weighted)) / total
