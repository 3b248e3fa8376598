"""What a linear layer could become, and at what measured error. PyTorch.

Refused: errors estimated from a formula or from the singular values of something else. Every
option is weighed by the error of its own factors, on the inputs of the layer where those are known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import array_api_compat.torch as xp
import torch
from torch import Tensor

from lemmata.structured.grid import Grid
from lemmata.structured.projection import MonarchProjection, monarch_project
from lemmata.structured.weighted import monarch_project_weighted

SHARES = (1 / 16, 1 / 8, 3 / 16, 1 / 4, 5 / 16, 3 / 8, 1 / 2, 5 / 8, 3 / 4)
PROBE = 1 / 4  # the share at which a grid is tried before the others, where a trial is dear
TRIED = (1 / 8, 1 / 4, 1 / 2)
TRIAL_SWEEPS = 3  # of alternating least squares for an option that is only tried
LOW_RANK = (1, 1)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A form, its numbers and its squared relative error; the dense layer has no grid."""

    nblocks: tuple[int, int] | None
    rank: int
    n_params: int
    lost: float

    @property
    def form(self) -> str:
        """What people call it."""
        if self.nblocks is None:
            return "dense"
        if self.nblocks == LOW_RANK:
            return f"low rank {self.rank}"
        return f"Monarch {self.nblocks[0]}x{self.nblocks[1]}, rank {self.rank}"


def candidates(
    weight: Tensor, gram: Tensor | None, grids: Sequence[tuple[int, int]]
) -> list[Candidate]:
    """The dense layer, low rank at every share of its numbers, and each grid worth trying."""
    found = [Candidate(None, 0, weight.numel(), 0.0)]
    if LOW_RANK in grids:
        found += _low_rank(weight, gram)
    for nblocks in grids:
        if nblocks == LOW_RANK:
            continue
        if gram is None:
            found += _unweighted(weight, nblocks)
        else:
            found += _weighted(weight, gram, nblocks, found)
    return found


def project(
    weight: Tensor, gram: Tensor | None, nblocks: tuple[int, int], rank: int, sweeps: int
) -> MonarchProjection:
    """The factors of an option, in the precision of `weight`."""
    if gram is None:
        return monarch_project(weight, nblocks, rank, pad=True)
    return monarch_project_weighted(weight, gram, nblocks, rank, pad=True, sweeps=sweeps)


def _low_rank(weight: Tensor, gram: Tensor | None) -> list[Candidate]:
    """Eckart and Young's errors at every rank, from one decomposition."""
    if gram is None:
        return _unweighted(weight, LOW_RANK)
    values, vectors = torch.linalg.eigh(gram)
    return _unweighted(weight @ (vectors * values.clamp(min=0).sqrt()), LOW_RANK)


def _unweighted(weight: Tensor, nblocks: tuple[int, int]) -> list[Candidate]:
    """The errors on one grid at every rank, from one decomposition a slice."""
    sizes = list(_sizes(weight, nblocks, SHARES))
    if not sizes:
        return []
    shape = int(weight.shape[0]), int(weight.shape[1])
    grid = Grid.fit(shape, nblocks, 1, pad=True)
    energies = torch.linalg.svdvals(grid.cut(xp, grid.fill(xp, weight))).square()
    left = energies.flatten(0, -2).sum(0).flip(0).cumsum(0).flip(0)
    whole = max(float(left[0]), torch.finfo(left.dtype).tiny)
    lost = [*(left / whole).tolist(), 0.0]
    return [Candidate(nblocks, rank, n_params, lost[rank]) for rank, n_params in sizes]


def _weighted(
    weight: Tensor, gram: Tensor, nblocks: tuple[int, int], rivals: Sequence[Candidate]
) -> list[Candidate]:
    """The errors on one grid: at a quarter of the numbers, at half and an eighth if ahead there."""

    def measured(rank: int, n_params: int) -> Candidate:
        error = float(project(weight, gram, nblocks, rank, TRIAL_SWEEPS).rel_error)
        return Candidate(nblocks, rank, n_params, error**2)

    found = [measured(*size) for size in _sizes(weight, nblocks, (PROBE,))]
    reach = PROBE * weight.numel()
    low = [c.lost for c in rivals if c.nblocks == LOW_RANK and c.n_params <= reach]
    if not found or (low and found[0].lost > min(low)):
        return found
    rest = [size for size in _sizes(weight, nblocks, TRIED) if size[0] != found[0].rank]
    return found + [measured(*size) for size in rest]


def _sizes(
    weight: Tensor, nblocks: tuple[int, int], shares: Sequence[float]
) -> Iterator[tuple[int, int]]:
    """(rank, numbers) near each share of the dense layer's numbers, and fewer than those."""
    n_out, n_in = weight.shape
    if nblocks[0] > n_in or nblocks[1] > n_out:
        return
    unit = Grid.fit((n_out, n_in), nblocks, 1, pad=True)
    ranks = sorted({max(1, int(share * weight.numel() / unit.n_params)) for share in shares})
    for rank in ranks:
        n_params = rank * unit.n_params
        if rank <= min(unit.p, unit.s) and n_params < weight.numel():
            yield rank, n_params
