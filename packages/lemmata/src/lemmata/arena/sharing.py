"""Several processes as one: each computes its rows of the same batch, sums are added up.

Refused: `DistributedDataParallel`, whose means of means weigh the rows of an uneven batch unevenly.
"""

from collections.abc import Iterable, Sequence

import torch
import torch.distributed as dist
from torch import Tensor
from torch.nn import Parameter


def own(rows: Tensor) -> Tensor:
    """The rows of this process, of those of a batch: all of them where it is alone."""
    if not dist.is_initialized():
        return rows
    return rows[dist.get_rank() :: dist.get_world_size()]


def summed(values: Sequence[float]) -> list[float]:
    """Each value added up over the processes."""
    if not dist.is_initialized():
        return list(values)
    total = torch.tensor(values, dtype=torch.float64)
    dist.all_reduce(total)
    found: list[float] = total.tolist()
    return found


def sum_gradients(parameters: Iterable[Parameter], divisor: float) -> None:
    """Gradients added up over the processes and divided; a weight that none uses keeps none.

    A gradient of 0 is not none: the optimizer's decay would shrink a weight that one process alone
    leaves as it is.
    """
    wanted = [p for p in parameters if p.requires_grad]
    if dist.is_initialized():
        used = summed([float(p.grad is not None) for p in wanted])
        wanted = [p for p, number in zip(wanted, used, strict=True) if number]
        zeros = (torch.zeros_like(p) if p.grad is None else p.grad for p in wanted)
        flat = torch.cat([gradient.flatten().double() for gradient in zeros])
        dist.all_reduce(flat)
        parts = torch.split(flat, [p.numel() for p in wanted])
        for p, part in zip(wanted, parts, strict=True):
            p.grad = part.view_as(p).to(p.dtype)
    for p in wanted:
        if p.grad is not None:
            p.grad /= divisor


def is_first() -> bool:
    """Whether this process is the one that writes files and tells of progress."""
    return not dist.is_initialized() or dist.get_rank() == 0
