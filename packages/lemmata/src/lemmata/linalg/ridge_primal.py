"""A ridge regression that takes samples in and gives them back, O(d^2) each, and keeps none.

Refused: updating means and second moments apart, whose difference cancels. The centred scatter
itself changes by a matrix of rank 1 for a sample, its mean and all.
"""

from dataclasses import dataclass, field, replace

import array_api_compat

from lemmata.arrays import Array, Namespace, adjoint, conjugate, epsilon_of, matrices, real_part
from lemmata.errors import ArgumentError
from lemmata.linalg.ridge_design import design, one_matrix, positive_penalty
from lemmata.linalg.ridge_sample import checked_sample, inverse_to_update


@dataclass(frozen=True, slots=True)
class PrimalRidge:
    """The state of a fit: d x d, whatever the number of samples. Make one with `fit`.

    `add` and `remove` answer a new state, equal to a fit of the samples that it stands for; the
    old one stays as it was. A target is a number, or a vector (t,) where the fit had several.
    """

    xp: Namespace
    penalty: float
    has_intercept: bool
    single: bool  # whether a target is a number
    inverse: Array  # (d, d): (X*X + penalty I)^-1 of the centred and weighted samples
    moment: Array  # (d, t): X*Y of the same
    center: Array  # (d,): the mean of the samples, 0 without an intercept
    base: Array  # (t,): the mean of the targets, 0 without an intercept
    total: float  # the sum of the sample weights
    solution: Array = field(init=False)  # (d, t): inverse @ moment

    def __post_init__(self) -> None:
        object.__setattr__(self, "solution", self.inverse @ self.moment)

    @classmethod
    def fit(
        cls,
        X: Array,
        y: Array,
        penalty: float = 1.0,
        *,
        intercept: bool = True,
        sample_weight: Array | None = None,
    ) -> "PrimalRidge":
        """From samples `X` (n, d) and targets `y` (n,) or (n, t); `penalty` must be positive."""
        penalty = positive_penalty(penalty)
        problem = one_matrix(design(X, y, intercept, sample_weight))
        xp, A = problem.xp, problem.weighted(problem.X)
        identity = xp.eye(A.shape[-1], dtype=A.dtype, device=array_api_compat.device(A))
        return cls(
            xp=xp,
            penalty=penalty,
            has_intercept=intercept,
            single=problem.single,
            inverse=inverse_to_update(xp, adjoint(xp, A) @ A + penalty * identity),
            moment=adjoint(xp, A) @ problem.weighted(problem.Y),
            center=problem.center,
            base=problem.base,
            total=float(xp.sum(problem.sample_weights())),
        )

    @property
    def weights(self) -> Array:
        """(d,), or (d, t)."""
        return self.solution[:, 0] if self.single else self.solution

    @property
    def intercept(self) -> Array:
        """A number, or (t,)."""
        b = self.base - (self.center[None, :] @ self.solution)[0, :]
        return b[0] if self.single else b

    def predict(self, X: Array) -> Array:
        """Predictions for `X` (q, d): (q,), or (q, t)."""
        _, X = matrices("X", X)
        Y = (X - self.center) @ self.solution + self.base
        return Y[:, 0] if self.single else Y

    def add(self, x: Array, y: Array | float, weight: float = 1.0) -> "PrimalRidge":
        """With one more sample `x` (d,) of target `y`."""
        return self._moved(x, y, weight, 1.0)

    def remove(self, x: Array, y: Array | float, weight: float = 1.0) -> "PrimalRidge":
        """Without a sample that was in, of the same `weight`.

        ArgumentError where so much of the fit hangs on this sample that a third of the digits or
        more would be lost, or where it cannot have been in: fit the others anew.
        """
        return self._moved(x, y, weight, -1.0)

    def _moved(self, x: Array, y: Array | float, weight: float, sign: float) -> "PrimalRidge":
        """The scatter changes by gain * deviation deviation*, the inverse by Sherman-Morrison."""
        xp = self.xp
        x, y = checked_sample(xp, x, y, weight, self.center, self.base)
        total = self.total + sign * weight
        if total <= 8 * epsilon_of(xp, x) * self.total:
            raise ArgumentError(
                f"weight must leave something of the total {self.total:g}, got {weight:g}; "
                "the last sample cannot be removed"
            )
        from_center, from_base = x - self.center, y - self.base
        gain = sign * weight * (self.total / total if self.has_intercept else 1.0)
        deviation = conjugate(xp, from_center)[:, None]
        turned = self.inverse @ deviation
        pivot = 1 + gain * float(real_part(xp, adjoint(xp, deviation) @ turned)[0, 0])
        if pivot < epsilon_of(xp, x) ** (1 / 3):
            raise ArgumentError(
                f"x must not decide the fit alone, got a leverage of 1 - {pivot:.1e}; "
                "fit the samples that remain anew"
            )
        step = sign * weight / total if self.has_intercept else 0.0
        return replace(
            self,
            inverse=self.inverse - (gain / pivot) * (turned @ adjoint(xp, turned)),
            moment=self.moment + gain * (deviation @ from_base[None, :]),
            center=self.center + step * from_center,
            base=self.base + step * from_base,
            total=total,
        )
