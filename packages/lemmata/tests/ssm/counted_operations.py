"""Counts what PyTorch does: a number an entry that comes out, 2 m n k a matrix product."""

import math

import torch
from torch.utils._python_dispatch import TorchDispatchMode

MOVES = (
    "view _unsafe_view reshape expand permute transpose slice select cat clone copy_ _to_copy zeros "
    "ones empty arange detach unsqueeze squeeze alias as_strided view_as_complex view_as_real split "
    "constant_pad_nd full zeros_like ones_like flip split_with_sizes t _conj unbind stack".split()
)


class Operations(TorchDispatchMode):
    """Within it, `count` grows by what every operation costs."""

    def __init__(self):
        super().__init__()
        self.count = 0.0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        answer = function(*args, **(kwargs or {}))
        name = function.overloadpacket.__name__
        if isinstance(answer, torch.Tensor) and name not in MOVES:
            cost = answer.numel() * (4.0 if answer.is_complex() else 1.0)
            if name in ("mm", "bmm"):
                cost *= 2 * args[0].shape[-1]
            elif "fft" in name:
                cost *= math.log2(max(2, args[0].shape[-1]))
            self.count += cost
        return answer


def operations(function):
    """What `function()` costs."""
    with torch.no_grad(), Operations() as counted:
        function()
    return counted.count
