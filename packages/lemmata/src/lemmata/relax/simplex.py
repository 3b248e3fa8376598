"""Maps from scores to probabilities: softmax, sparsemax, and entmax between and beyond them.

One family: p = [1 + (alpha - 1)(x - c)]_+ ^ (1 / (alpha - 1)), which is exp(x - c) at alpha = 1.
Written with c instead of the papers' tau it has no 0/0 near alpha = 1, and Newton's method on the
power mean of p finds c in a few steps. PyTorch tensors take c at alpha = 1.5 and 2 from the `entmax`
package where it is installed, as nothing is faster there. Refused: bisection (50 passes).
"""

import math

import array_api_compat

from lemmata.arrays import Array, Namespace, constant, epsilon_of
from lemmata.errors import ArgumentError, ShapeError
from lemmata.relax import package_torch
from lemmata.relax.projection import onto_simplex
from lemmata.relax.rows import RANGE, Rows, blockwise, rows_of
from lemmata.relax.threshold import LONG, ROUNDS, attached


def softmax(x: Array, axis: int = -1) -> Array:
    """exp(x) / sum exp(x) along `axis`, for scores of any size. -infinity masks a score.

    Raises ArgumentError (a row of masks only), DtypeError, ShapeError (an empty axis),
    NonFiniteError. Half precision is computed in float32.
    """
    rows = _scores(x, axis)
    return rows.back(rows.values if rows.empty else _softmax(rows))


def sparsemax(x: Array, axis: int = -1) -> Array:
    """The probability vector nearest to `x` along `axis`: sparse, entmax at alpha = 2.

    Martins & Astudillo 2016, arXiv:1602.02068. Equal to project_simplex(x), but -infinity masks a
    score. Gradient s * (g - <s, g> / <s, 1>), s the indicator of the support. Raises as `softmax`.
    """
    return entmax(x, 2.0, axis)


def entmax(x: Array, alpha: float = 1.5, axis: int = -1) -> Array:
    """argmax over probabilities p of <p, x> + H_alpha(p), H_alpha Tsallis' entropy, along `axis`.

    Peters, Niculae & Martins 2019, arXiv:1905.05702. alpha = 1 is softmax, 2 is sparsemax; for
    alpha > 1 low scores get exactly 0, more of them the greater alpha >= 1 is. c is found to
    rounding for every alpha, and the support with it.

    Any array library; -infinity masks a score; half precision is computed in float32. PyTorch
    differentiates by x, as often as need be, by the closed form diag(s) - s s^T / <s, 1>,
    s = p^(2 - alpha) on the support: at a kink that of the smaller support. Raises as `softmax`.
    """
    if not 1 <= alpha < math.inf:
        raise ArgumentError(f"alpha must be finite and at least 1, got {alpha}")
    rows = _scores(x, axis)
    if rows.empty:
        return rows.back(rows.values)
    if alpha == 1:
        return rows.back(_softmax(rows))
    if alpha == 2:
        return rows.back(onto_simplex(rows, 1.0))
    return rows.back(_entmax(rows, alpha - 1))


def _scores(x: Array, axis: int) -> Rows:
    rows = rows_of("x", x, axis, masks=True)
    if rows.n == 0:
        raise ShapeError(f"x of shape {tuple(x.shape)} has no scores along axis {axis}")
    return rows


def _softmax(rows: Rows) -> Array:
    xp = rows.xp
    if array_api_compat.is_torch_array(rows.values):
        return xp.softmax(rows.values, dim=-1)
    e = xp.exp(rows.offsets(rows.peak, RANGE, math.inf))
    return e / xp.sum(e, axis=-1, keepdims=True)


def _entmax(rows: Rows, a: float) -> Array:
    xp, n = rows.xp, rows.n
    z = rows.offsets(rows.peak, 1 / a, math.inf)  # lower ones are 0 whatever c is
    if a == 0.5 and array_api_compat.is_torch_array(z) and package_torch.is_there():
        now = 2 * (1 - package_torch.largest_probability(z, 1.5) ** 0.5)
    else:
        flat = xp.reshape(constant(z), (-1, n))
        if n > LONG:
            each = [flat[i, :] for i in range(flat.shape[0])]
            found = [_root(xp, row[row > -1 / a][None, :], n, a) for row in each]
        else:
            found = [_root(xp, flat, n, a)]
        now = xp.reshape(xp.concat(found, axis=0), rows.peak.shape)

    def slope(xp: Namespace, d: Array) -> Array:
        return _power(xp, a, d)[1]

    now = attached(xp, z, now, slope)
    return blockwise(xp, lambda part: _power(xp, a, part - now)[0], z)


def _root(xp: Namespace, z: Array, n: int, a: float) -> Array:
    """c of each row, (r, m) to (r, 1): the root of (sum p)^a = 1, Newton from the left.

    The power mean is convex in c for alpha <= 2, so that no step goes too far. Beyond, p has an
    infinite slope where a score enters the support: the bracket 0 <= c <= (1 - n^-a)/a is halved.
    """
    low = xp.zeros_like(z[:, :1])
    high = low - math.expm1(-a * math.log(n)) / a
    now, done = low, xp.isnan(low)
    for _ in range(ROUNDS):
        p, s = _power(xp, a, z - now)
        total = xp.sum(p, axis=-1, keepdims=True)
        excess = total - 1
        low = xp.where(excess >= 0, now, low)
        high = xp.where(excess <= 0, now, high)
        step = (
            xp.expm1(a * xp.log(total)) / a * total ** (1 - a) / xp.sum(s, axis=-1, keepdims=True)
        )
        ahead = now + step
        usable = (ahead >= low) & (ahead <= high) & (a <= 1)
        new = xp.where(usable, ahead, (low + high) / 2)
        done = done | (xp.abs(excess) <= 4 * epsilon_of(xp, z)) | (new == now)
        now = xp.where(done, now, new)
        if bool(xp.all(done)):
            break
    return now


def _power(xp: Namespace, a: float, d: Array) -> tuple[Array, Array]:
    """(1 + a d)_+ ^ (1/a) and its derivative by d; 0 and 0 off the support."""
    base = 1 + a * d
    inside = base > 0
    if a == 0.5:
        root = xp.where(inside, base, 0.0)
        return root * root, root
    base = xp.where(inside, base, 1.0)
    p = xp.where(inside, xp.exp(xp.log1p(xp.where(inside, a * d, 0.0)) / a), 0.0)
    return p, p / base
