"""How far one positive quantity is a power of another: Adam's root second moment and curvature.

Both span decades, so that everything is measured in logarithms. A correlation alone says too
little: the root of v follows the curvature h with slope 1 where v is h^2, but with slope 1/2 where v
is h, and both correlate perfectly.
"""

from dataclasses import dataclass

from lemmata.arrays import Array, Namespace, floating, namespace
from lemmata.errors import ShapeError


@dataclass(frozen=True, slots=True)
class Agreement:
    """log root against log |curvature| over the entries where both are positive.

    The numbers are NaN where fewer than three entries are left, or one side does not vary.
    """

    correlation: float  # Pearson's
    rank_correlation: float  # Spearman's: whether the order agrees, whatever the power
    slope: float  # least squares of log root on log |curvature|: the power
    scale: float  # median of root / |curvature|
    used: int
    left_out: int  # entries where either is 0


def agreement(root: Array, curvature: Array) -> Agreement:
    """Compare `root`, (n,), such as Adam's sqrt(v), with `curvature`, (n,), such as diag(H).

    Noise in the curvature (Hutchinson's estimate) flattens the slope and lowers both correlations.
    """
    xp = namespace("root", root)
    root, curvature = floating(xp, "root", root), floating(xp, "curvature", curvature)
    if root.ndim != 1 or tuple(root.shape) != tuple(curvature.shape):
        raise ShapeError(
            f"root and curvature must have the same shape (n,), got {tuple(root.shape)} and "
            f"{tuple(curvature.shape)}"
        )
    kept = xp.nonzero(xp.logical_and(root > 0, curvature != 0))[0]
    size = xp.abs(xp.take(curvature, kept))
    root = xp.take(root, kept)
    used = int(kept.shape[0])
    left_out = int(curvature.shape[0]) - used
    if used < 3:
        nan = float("nan")
        return Agreement(nan, nan, nan, nan, used, left_out)
    x, y = _centred(xp, xp.log(size)), _centred(xp, xp.log(root))
    ratio = xp.sort(root / size)
    return Agreement(
        correlation=_cosine(x, y),
        rank_correlation=_cosine(_centred(xp, _ranks(xp, size)), _centred(xp, _ranks(xp, root))),
        slope=_over(float(x @ y), float(x @ x)),
        scale=float(ratio[(used - 1) // 2] + ratio[used // 2]) / 2,
        used=used,
        left_out=left_out,
    )


def _centred(xp: Namespace, values: Array) -> Array:
    return values - xp.mean(values)


def _ranks(xp: Namespace, values: Array) -> Array:
    """Ranks from 1, the mean of theirs for equal values."""
    ordered = xp.sort(values)
    below = xp.searchsorted(ordered, values, side="left")
    upto = xp.searchsorted(ordered, values, side="right")
    return xp.astype(below + upto + 1, values.dtype) / 2


def _cosine(x: Array, y: Array) -> float:
    return _over(float(x @ y), (float(x @ x) * float(y @ y)) ** 0.5)


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
