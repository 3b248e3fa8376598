"""A ridge regression that keeps its samples and changes by one at a time, O(n^2 + n d) each.

For few samples of many features: what a reader likes, say. The inverse of XX* + penalty I grows
and shrinks by a row and a column; where that would cost digits it is computed anew.
"""

from dataclasses import dataclass, replace

import array_api_compat

from lemmata.arrays import Array, Namespace, epsilon_of, matrices
from lemmata.errors import ArgumentError
from lemmata.linalg.adjoint import adjoint, conjugate, real_part
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
        state = cls(
            xp=xp,
            penalty=penalty,
            has_intercept=intercept,
            single=problem.single,
            samples=problem.X,
            origin=problem.center,
            targets=problem.Y + problem.base,
            sample_weights=xp.astype(s, problem.X.dtype, copy=False),
            inverse=problem.X @ adjoint(xp, problem.X),  # of the right shape; replaced at once
        )
        return state._refitted()

    @property
    def dual_weights(self) -> Array:
        """(n,), or (n, t): weights = samples* dual_weights, and they sum to 0 over an intercept."""
        a = self.inverse @ (self.targets - self._offset())
        return a[:, 0] if self.single else a

    @property
    def weights(self) -> Array:
        """(d,), or (d, t)."""
        W = adjoint(self.xp, self.samples) @ (self.inverse @ (self.targets - self._offset()))
        return W[:, 0] if self.single else W

    @property
    def intercept(self) -> Array:
        """A number, or (t,)."""
        W = adjoint(self.xp, self.samples) @ (self.inverse @ (self.targets - self._offset()))
        b = self._offset()[0, :] - (self.origin[None, :] @ W)[0, :]
        return b[0] if self.single else b

    @property
    def loo_residuals(self) -> Array:
        """Like the targets: target - prediction of a fit without that sample; NaN if n is 1."""
        xp = self.xp
        a = self.inverse @ (self.targets - self._offset())
        diagonal = xp.linalg.diagonal(self.inverse)
        if self.has_intercept:
            if self.samples.shape[0] == 1:
                return (a if not self.single else a[:, 0]) + float("nan")
            column = xp.sum(self.inverse, axis=1)
            diagonal = diagonal - column * conjugate(xp, column) / xp.sum(column)
        loo = a / diagonal[:, None]
        return loo[:, 0] if self.single else loo

    def predict(self, X: Array) -> Array:
        """Predictions for `X` (q, d): (q,), or (q, t)."""
        _, X = matrices("X", X)
        a = self.inverse @ (self.targets - self._offset())
        Y = ((X - self.origin) @ adjoint(self.xp, self.samples)) @ a + self._offset()
        return Y[:, 0] if self.single else Y

    def add(self, x: Array, y: Array | float, weight: float = 1.0) -> "DualRidge":
        """With one more sample `x` (d,) of target `y`, at the end."""
        xp = self.xp
        x, y = checked_sample(xp, x, y, weight, self.samples[0, :], self.targets[0, :])
        x = x - self.origin
        s = xp.asarray([weight], dtype=x.dtype, device=array_api_compat.device(x))
        grown = replace(
            self,
            samples=xp.concat((self.samples, x[None, :])),
            targets=xp.concat((self.targets, y[None, :])),
            sample_weights=xp.concat((self.sample_weights, s)),
        )
        inner = self.samples @ conjugate(xp, x)[:, None]
        corner = float(real_part(xp, x[None, :] @ conjugate(xp, x)[:, None])[0, 0])
        corner += self.penalty / weight
        across = self.inverse @ inner
        schur = corner - float(real_part(xp, adjoint(xp, inner) @ across)[0, 0])
        if schur < epsilon_of(xp, x) ** (1 / 3) * corner:
            return grown._refitted()
        block = self.inverse + (across / schur) @ adjoint(xp, across)
        edge = -across / schur
        last = xp.ones_like(block[:1, :1]) / schur
        top = xp.concat((block, edge), axis=1)
        bottom = xp.concat((adjoint(xp, edge), last), axis=1)
        return replace(grown, inverse=xp.concat((top, bottom)))

    def remove(self, index: int) -> "DualRidge":
        """Without the sample at `index`; those after it move up."""
        xp, n = self.xp, self.samples.shape[0]
        if not 0 <= index < n or n == 1:
            raise ArgumentError(
                f"index must name one of the {n} samples, and leave one, got {index}"
            )
        shrunk = replace(
            self,
            samples=_without(xp, self.samples, index),
            targets=_without(xp, self.targets, index),
            sample_weights=_without(xp, self.sample_weights, index),
        )
        rows = _without(xp, self.inverse, index)
        kept = _without(xp, xp.matrix_transpose(rows), index)
        kept = xp.matrix_transpose(kept)
        column = rows[:, index : index + 1]
        pivot = self.inverse[index : index + 1, index : index + 1]
        inverse = kept - column @ (adjoint(xp, column) / pivot)
        before, after = (real_part(xp, xp.linalg.diagonal(M)) for M in (kept, inverse))
        if bool(xp.any(after < epsilon_of(xp, rows) ** (1 / 3) * before)):
            return shrunk._refitted()
        return replace(shrunk, inverse=inverse)

    def _offset(self) -> Array:
        """The intercept, (1, t): what makes the dual weights sum to 0."""
        xp = self.xp
        if not self.has_intercept:
            return xp.zeros_like(self.targets[:1, :])
        row = xp.sum(self.inverse, axis=0, keepdims=True)
        return (row @ self.targets) / xp.sum(row)

    def _refitted(self) -> "DualRidge":
        xp = self.xp
        device = array_api_compat.device(self.samples)
        identity = xp.eye(self.samples.shape[0], dtype=self.samples.dtype, device=device)
        ridge = identity * (self.penalty / self.sample_weights)
        kernel = self.samples @ adjoint(xp, self.samples)
        return replace(self, inverse=inverse_to_update(xp, kernel + ridge))


def _without(xp: Namespace, array: Array, index: int) -> Array:
    return xp.concat((array[:index, ...], array[index + 1 :, ...]))
