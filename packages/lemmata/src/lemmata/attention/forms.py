"""Attention to given queries, keys and values in four forms, each a way to sum one state.

They cost the same products; they differ in what is held at once: all scores (dense), one key's
(recurrent), a block's (blockwise), or one state for each block (tree).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor

from lemmata.arguments import check_choice, integer
from lemmata.attention.online_softmax import SoftmaxState, merge_all
from lemmata.errors import ArgumentError, DtypeError, ShapeError
from lemmata.mixer import check_finite

AttendForm: TypeAlias = Literal["dense", "recurrent", "blockwise", "tree"]
FORMS: tuple[AttendForm, ...] = ("dense", "recurrent", "blockwise", "tree")


def attend(  # noqa: PLR0913 - the arguments of attention
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    form: AttendForm = "dense",
    causal: bool = False,
    mask: Tensor | None = None,
    scale: float | None = None,
    block: int = 128,
) -> Tensor:
    """softmax(scale q k^T) v, (..., n, e) for `q` (..., n, d), `k` (..., m, d), `v` (..., m, e).

    With `causal` the queries are the last n of the m tokens: query i sees keys up to m - n + i.
    `mask` (broadcast to (..., n, m)) is True where a query may see a key. A row that may see
    nothing answers 0, with gradient 0. `scale` is 1 / sqrt(d) unless given; `block` is how many
    keys (and queries, in the blockwise form) are taken at once. Half precision is summed in single.

    Raises ShapeError, DtypeError, NonFiniteError or ArgumentError; leading axes are not broadcast.
    """
    state = attention_state(q, k, v, form=form, causal=causal, mask=mask, scale=scale, block=block)
    return state.output().to(v.dtype)


def attention_state(  # noqa: PLR0913 - the arguments of attention
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    form: AttendForm = "dense",
    causal: bool = False,
    mask: Tensor | None = None,
    scale: float | None = None,
    block: int = 128,
) -> SoftmaxState:
    """The state of `attend` before the division: to be merged with that of other keys."""
    check_choice("form", form, FORMS)
    if integer("block", block) < 1:
        raise ArgumentError(f"block must be at least 1, got {block}")
    problem = _Problem.of(q, k, v, causal, mask, scale)
    return _COMPUTED[form](problem, block)


@dataclass(frozen=True, slots=True)
class _Problem:
    """Checked queries (already scaled), keys, values, and who may see whom."""

    q: Tensor
    k: Tensor
    v: Tensor
    first: int | None  # the last key that query 0 sees, None for all
    mask: Tensor | None

    @classmethod
    def of(cls, q: Any, k: Any, v: Any, causal: bool, mask: Any, scale: float | None) -> "_Problem":
        _check(q, k, v)
        if scale is None:
            scale = 1 / math.sqrt(q.shape[-1])
        if not math.isfinite(scale):
            raise ArgumentError(f"scale must be finite, got {scale}")
        if q.dtype in (torch.float16, torch.bfloat16):
            q, k, v = q.float(), k.float(), v.float()
        pairs = (*q.shape[:-1], k.shape[-2])
        return cls(
            q * scale, k, v, k.shape[-2] - q.shape[-2] if causal else None, _seen(mask, pairs)
        )

    def state(self, rows: slice, keys: slice) -> SoftmaxState:
        """The state of some rows after some keys."""
        scores = self.q[..., rows, :] @ self.k[..., keys, :].mT
        if self.mask is not None:
            scores = scores.masked_fill(~self.mask[..., rows, keys], -math.inf)
        if self.first is not None:
            row = torch.arange(rows.start, rows.stop, device=scores.device)[:, None]
            key = torch.arange(keys.start, keys.stop, device=scores.device)
            scores = scores.masked_fill(key > row + self.first, -math.inf)
        return SoftmaxState.of(scores, self.v[..., keys, :])

    def keys_of(self, rows: slice) -> int:
        """How many of the first keys some of the rows may see."""
        m = self.k.shape[-2]
        return m if self.first is None else min(m, max(0, rows.stop + self.first))

    def empty(self, rows: slice) -> SoftmaxState:
        shape = (*self.q.shape[:-2], rows.stop - rows.start)
        return SoftmaxState.empty(shape, self.v.shape[-1], dtype=self.v.dtype, device=self.v.device)


def _dense(problem: _Problem, _: int) -> SoftmaxState:
    return problem.state(_rows(problem), slice(0, problem.k.shape[-2]))


def _recurrent(problem: _Problem, _: int) -> SoftmaxState:
    return _in_turn(problem, _rows(problem), 1)


def _blockwise(problem: _Problem, block: int) -> SoftmaxState:
    """Blocks of rows, each against the blocks of keys that it may see."""
    done = [_in_turn(problem, rows, block) for rows in _blocks(problem.q.shape[-2], block)]
    return SoftmaxState(
        torch.cat([state.peak for state in done], -1),
        torch.cat([state.weight for state in done], -1),
        torch.cat([state.total for state in done], -2),
    )


def _tree(problem: _Problem, block: int) -> SoftmaxState:
    rows = _rows(problem)
    return merge_all(problem.state(rows, keys) for keys in _blocks(problem.k.shape[-2], block))


def _in_turn(problem: _Problem, rows: slice, block: int) -> SoftmaxState:
    state = problem.empty(rows)
    for keys in _blocks(problem.keys_of(rows), block):
        state = state.merge(problem.state(rows, keys))
    return state


_COMPUTED: dict[str, Callable[[_Problem, int], SoftmaxState]] = {
    "dense": _dense,
    "recurrent": _recurrent,
    "blockwise": _blockwise,
    "tree": _tree,
}


def _rows(problem: _Problem) -> slice:
    return slice(0, problem.q.shape[-2])


def _blocks(length: int, block: int) -> list[slice]:
    return [slice(begin, min(begin + block, length)) for begin in range(0, length, block)]


def _check(q: Any, k: Any, v: Any) -> None:
    for name, given in (("q", q), ("k", k), ("v", v)):
        if not isinstance(given, Tensor) or not given.is_floating_point():
            kind = given.dtype if isinstance(given, Tensor) else type(given).__name__
            raise DtypeError(f"{name} must be a floating torch.Tensor, got {kind}")
        if given.ndim < 2 or 0 in given.shape:
            raise ShapeError(
                f"{name} must have shape (..., length, width) with no empty axis, "
                f"got {tuple(given.shape)}"
            )
        check_finite(name, given)
    if not q.dtype == k.dtype == v.dtype:
        raise DtypeError(f"q, k and v must have one dtype, got {q.dtype}, {k.dtype}, {v.dtype}")
    shapes = f"q {tuple(q.shape)}, k {tuple(k.shape)}, v {tuple(v.shape)}"
    if not q.shape[:-2] == k.shape[:-2] == v.shape[:-2]:
        raise ShapeError(f"q, k and v must have the same leading axes, got {shapes}")
    if q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ShapeError(f"q and k must share their width, k and v their length, got {shapes}")


def _seen(mask: Any, pairs: tuple[int, ...]) -> Tensor | None:
    """The mask over all pairs of a query and a key."""
    if mask is None:
        return None
    if not isinstance(mask, Tensor) or mask.dtype != torch.bool:
        kind = mask.dtype if isinstance(mask, Tensor) else type(mask).__name__
        raise DtypeError(f"mask must be a torch.Tensor of bool, got {kind}")
    if len(pairs) < mask.ndim or any(
        size not in (1, whole) for size, whole in zip(mask.shape[::-1], pairs[::-1], strict=False)
    ):
        raise ShapeError(f"mask must broadcast to (..., n, m) = {pairs}, got {tuple(mask.shape)}")
    return mask.expand(pairs)
