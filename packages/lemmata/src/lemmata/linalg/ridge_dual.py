"""A ridge regression that keeps its samples and changes by one at a time, O(n^2 + n d) each.

For few samples of many features: what a reader likes, say. The inverse of XX* + penalty I grows
and shrinks by a row and a column; where that would cost digits it is computed anew.
"""

from dataclasses import dataclass, field, replace

import array_api_compat

from lemmata.arrays import Array, Namespace, adjoint, conjugate, epsilon_of, matrices, real_part
from lemmata.errors import ArgumentError
from lemmata.linalg.ridge_design import design, one_matrix, positive_penalty
from lemmata.linalg.ridge_sample import checked_sample, inverse_to_update


@dataclass(frozen=True, slots=True)
class DualRidge:
    """The state of a fit, n x n, and its samples. Make one with `fit`.

    `add` and `remove` answer a new state, equal to a fit of the samples that it then holds; the
    old one stays as it was. A target is a number, or a vector (t,) where the fit had several.
    """

    xp: Namespace
    penalty: float
    has_intercept: bool
    single: bool  # whether a target is a number
    samples: Array  # (n, d), less `origin`
    origin: Array  # (d,): the mean of the first fit's samples, 0 without an intercept
    targets: Array  # (n, t)
    sample_weights: Array  # (n,), positive
    inverse: Array  # (n, n): (XX* + penalty diag(1 / sample_weights))^-1
    offset: Array = field(init=False)  # (1, t): what makes `dual` sum to 0; 0 without an intercept
    dual: Array = field(init=False)  # (n, t): inverse @ (targets - offset)

    def __post_init__(self) -> None:
        xp, offset = self.xp, self.xp.zeros_like(self.targets[:1, :])
        if self.has_intercept:
            row = xp.sum(self.inverse, axis=0, keepdims=True)
            offset = (row @ self.targets) / xp.sum(row)
        object.__setattr__(self, "offset", offset)
        object.__setattr__(self, "dual", self.inverse @ (self.targets - offset))

    @classmethod
    def fit(
        cls,
        X: Array,
        y: Array,
        penalty: float = 1.0,
        *,
        intercept: bool = True,
        sample_weight: Array | None = None,
    ) -> "DualRidge":
        """From samples `X` (n, d) and targets `y` (n,) or (n, t).

        `penalty` and each of `sample_weight` must be positive.
        """
        penalty = positive_penalty(penalty)
        problem = one_matrix(design(X, y, intercept, sample_weight))
        xp, s = problem.xp, problem.sample_weights()
        if not bool(xp.all(s > 0)):
            raise ArgumentError("sample_weight must be positive here; leave out what weighs 0")
        s = xp.astype(s, problem.X.dtype, copy=False)
        return cls(
            xp=xp,
            penalty=penalty,
            has_intercept=intercept,
            single=problem.single,
            samples=problem.X,
            origin=problem.center,
            targets=problem.Y + problem.base,
            sample_weights=s,
            inverse=_inverse(xp, problem.X, s, penalty),
        )

    @property
    def dual_weights(self) -> Array:
        """(n,), or (n, t): weights = samples* dual_weights, and they sum to 0 over an intercept."""
        return self._like_targets(self.dual)

    @property
    def weights(self) -> Array:
        """(d,), or (d, t)."""
        return self._like_targets(adjoint(self.xp, self.samples) @ self.dual)

    @property
    def intercept(self) -> Array:
        """A number, or (t,)."""
        kernel = self.origin[None, :] @ adjoint(self.xp, self.samples)
        return self._like_targets(self.offset - kernel @ self.dual)[0, ...]

    @property
    def loo_residuals(self) -> Array:
        """Like the targets: target - prediction of a fit without that sample; NaN if n is 1."""
        xp = self.xp
        diagonal = xp.linalg.diagonal(self.inverse)
        if self.has_intercept:
            if self.samples.shape[0] == 1:
                return self._like_targets(self.dual) + float("nan")
            column = xp.sum(self.inverse, axis=1)
            diagonal = diagonal - column * conjugate(xp, column) / xp.sum(column)
        return self._like_targets(self.dual / diagonal[:, None])

    def predict(self, X: Array) -> Array:
        """Predictions for `X` (q, d): (q,), or (q, t)."""
        _, X = matrices("X", X)
        kernel = (X - self.origin) @ adjoint(self.xp, self.samples)
        return self._like_targets(kernel @ self.dual + self.offset)

    def add(self, x: Array, y: Array | float, weight: float = 1.0) -> "DualRidge":
        """With one more sample `x` (d,) of target `y`, at the end."""
        xp = self.xp
        x, y = checked_sample(xp, x, y, weight, self.samples[0, :], self.targets[0, :])
        x = x - self.origin
        s = xp.asarray([weight], dtype=x.dtype, device=array_api_compat.device(x))
        samples = xp.concat((self.samples, x[None, :]))
        targets = xp.concat((self.targets, y[None, :]))
        sample_weights = xp.concat((self.sample_weights, s))
        inner = self.samples @ conjugate(xp, x)[:, None]
        corner = float(real_part(xp, x[None, :] @ conjugate(xp, x)[:, None])[0, 0])
        corner += self.penalty / weight
        across = self.inverse @ inner
        schur = corner - float(real_part(xp, adjoint(xp, inner) @ across)[0, 0])
        if schur < epsilon_of(xp, x) ** (1 / 3) * corner:
            return self._holding(samples, targets, sample_weights)
        block = self.inverse + (across / schur) @ adjoint(xp, across)
        edge = -across / schur
        last = xp.ones_like(block[:1, :1]) / schur
        top = xp.concat((block, edge), axis=1)
        bottom = xp.concat((adjoint(xp, edge), last), axis=1)
        return self._holding(samples, targets, sample_weights, xp.concat((top, bottom)))

    def remove(self, index: int) -> "DualRidge":
        """Without the sample at `index`; those after it move up."""
        xp, n = self.xp, self.samples.shape[0]
        if not 0 <= index < n or n == 1:
            raise ArgumentError(
                f"index must name one of the {n} samples, and leave one, got {index}"
            )
        samples, targets, sample_weights = (
            _without(xp, array, index)
            for array in (self.samples, self.targets, self.sample_weights)
        )
        rows = _without(xp, self.inverse, index)
        kept = _without(xp, xp.matrix_transpose(rows), index)
        kept = xp.matrix_transpose(kept)
        column = rows[:, index : index + 1]
        pivot = self.inverse[index : index + 1, index : index + 1]
        inverse = kept - column @ (adjoint(xp, column) / pivot)
        before, after = (real_part(xp, xp.linalg.diagonal(M)) for M in (kept, inverse))
        if bool(xp.any(after < epsilon_of(xp, rows) ** (1 / 3) * before)):
            return self._holding(samples, targets, sample_weights)
        return self._holding(samples, targets, sample_weights, inverse)

    def _holding(
        self, samples: Array, targets: Array, sample_weights: Array, inverse: Array | None = None
    ) -> "DualRidge":
        """The fit of these samples, the inverse computed anew where it is not given."""
        if inverse is None:
            inverse = _inverse(self.xp, samples, sample_weights, self.penalty)
        return replace(
            self, samples=samples, targets=targets, sample_weights=sample_weights, inverse=inverse
        )

    def _like_targets(self, array: Array) -> Array:
        return array[:, 0] if self.single else array


def _inverse(xp: Namespace, samples: Array, sample_weights: Array, penalty: float) -> Array:
    device = array_api_compat.device(samples)
    identity = xp.eye(samples.shape[0], dtype=samples.dtype, device=device)
    kernel = samples @ adjoint(xp, samples)
    return inverse_to_update(xp, kernel + identity * (penalty / sample_weights))


def _without(xp: Namespace, array: Array, index: int) -> Array:
    return xp.concat((array[:index, ...], array[index + 1 :, ...]))
