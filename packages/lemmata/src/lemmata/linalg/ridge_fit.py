"""Ridge regression in closed form, with everything that the closed form gives away for nothing.

Leave-one-out residuals, effective degrees of freedom and the share of every training sample in
every prediction come out of the decomposition that finds the weights. Refused: iterative solvers,
which give none of these; and normal equations where they would cost more than a third of the
digits (the singular value decomposition is taken there).
"""

from dataclasses import dataclass

from lemmata.arrays import Array, Namespace, adjoint, matrices
from lemmata.errors import ShapeError
from lemmata.linalg.ridge_design import Design, checked_penalty, design
from lemmata.linalg.ridge_solvers import Route, Solution, by_gram, by_svd, decomposed


@dataclass(frozen=True, slots=True)
class Ridge:
    """A fitted ridge regression. "Like y" is (..., n), or (..., n, t) for t targets."""

    weights: Array  # (..., d), or (..., d, t)
    intercept: Array  # (...), or (..., t); 0 without one
    penalty: float
    residuals: Array  # like y: y - prediction
    leverages: Array  # (..., n): the diagonal of the hat matrix, the intercept's part included
    loo_residuals: Array  # like y: y - prediction of a fit without that sample
    dual_weights: Array  # like y: weights = samples* dual_weights
    effective_dof: Array  # (...): the trace of the hat matrix, 1 for the intercept included
    route: Route
    samples: Array  # (..., n, d): the X of the fit
    center: Array  # (..., d): its weighted mean, 0 without an intercept
    base: Array  # (...), or (..., t): the weighted mean of y, 0 without an intercept

    def predict(self, X: Array) -> Array:
        """Predictions for `X` (..., q, d): (..., q), or (..., q, t)."""
        _, X = self._features(X)
        if self.weights.ndim == self.samples.ndim:
            return X @ self.weights + self.intercept[..., None, :]
        return (X @ self.weights[..., None])[..., 0] + self.intercept[..., None]

    def contributions(self, X: Array) -> Array:
        """What each training sample adds to each prediction: (..., q, n), or (..., q, n, t).

        Their sum over n, plus `base`, is the prediction: contribution i of a row x is
        dual_weights_i <samples_i - center, x - center>.
        """
        xp, X = self._features(X)
        kernel = X - self.center[..., None, :]
        kernel = kernel @ adjoint(xp, self.samples - self.center[..., None, :])
        if self.weights.ndim == self.samples.ndim:
            return kernel[..., None] * self.dual_weights[..., None, :, :]
        return kernel * self.dual_weights[..., None, :]

    def _features(self, X: Array) -> tuple[Namespace, Array]:
        xp, X = matrices("X", X)
        if X.shape[-1] != self.samples.shape[-1]:
            raise ShapeError(
                f"X must have {self.samples.shape[-1]} features, got shape {tuple(X.shape)}"
            )
        return xp, X


def ridge(
    X: Array,
    y: Array,
    penalty: float = 1.0,
    *,
    intercept: bool = True,
    sample_weight: Array | None = None,
) -> Ridge:
    """min over w, b of sum_i s_i |y_i - x_i w - b|^2 + penalty ||w||^2, in closed form.

    `X` is (..., n, d); `y` is (..., n), or (..., n, t) for t targets at once; `sample_weight`
    (..., n) holds the s_i >= 0, all 1 if left out. The intercept b is not penalised. Real or
    complex, 32 or 64 bits a component. With penalty 0 it is the least-squares fit of least norm,
    singular values up to max(n, d) * machine epsilon * sigma_1 taken for 0, as in `pinv`.

    The smaller of X*X + penalty I (route "primal") and XX* + penalty I ("dual") is inverted where
    its condition number is at most epsilon^(-1/3), else the singular value decomposition of X is
    taken ("svd"), at a few times the cost; `route` says which. Both cost O(n d min(n, d)),
    whatever the number of targets.

    `loo_residuals` are exact: those of n fits without one sample each, the intercept fitted anew
    each time. They are NaN where the others do not determine a prediction (a single sample and an
    intercept). PyTorch and JAX differentiate through the route that is taken; "svd" wants distinct
    singular values for it. The choice looks at values, so not inside jax.jit.

    Hoerl & Kennard 1970 (doi:10.1080/00401706.1970.10488634); leave-one-out: Allen 1974
    (doi:10.1080/00401706.1974.10489157) and Golub, Heath & Wahba 1979
    (doi:10.1080/00401706.1979.10489751).

    Raises DtypeError, ShapeError, NonFiniteError, ArgumentError.
    """
    penalty = checked_penalty(penalty)
    problem = design(X, y, intercept, sample_weight)
    return assembled(problem, penalty, solved(problem, penalty))


def assembled(problem: Design, penalty: float, solution: Solution) -> Ridge:
    """The result that a caller sees, targets without an axis of their own where they had none."""
    xp = problem.xp
    offset = xp.sum(problem.center[..., None] * solution.weights, axis=-2)
    return Ridge(
        weights=problem.like_targets(solution.weights),
        intercept=problem.like_targets(problem.base - offset),
        penalty=penalty,
        residuals=problem.like_targets(solution.residuals),
        leverages=solution.leverages,
        loo_residuals=problem.like_targets(solution.loo_residuals),
        dual_weights=problem.like_targets(solution.dual),
        effective_dof=xp.sum(solution.leverages, axis=-1),
        route=solution.route,
        samples=problem.samples,
        center=problem.center,
        base=problem.like_targets(problem.base),
    )


def solved(problem: Design, penalty: float) -> Solution:
    """By the smaller Gram matrix if that is well conditioned, else by the SVD."""
    return by_gram(problem, penalty) or by_svd(decomposed(problem), penalty)
