"""The forms of softmax attention beside PyTorch's own: time, error, and what is held at once.

    OMP_NUM_THREADS=1 python benchmarks/lemmata/online_softmax.py [--json]

One head of width 64, single precision, causal, one thread. `error` is against softmax in double
precision, relative to the largest output; `numbers held` is the largest tensor made on the way
(PyTorch's fused kernel does not tell what it holds inside).
"""

import os
from collections.abc import Callable, Iterator
from functools import partial

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from beside import report, take_turns
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from lemmata.attention import attend
from lemmata.attention.forms import FORMS

torch.set_num_threads(1)
WIDTH, SIZES = 64, (512, 2048)
EXACT = "in double precision"


class Held(TorchDispatchMode):
    """Remembers the largest tensor that is made, views of what was given aside."""

    numbers = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        out = func(*args, **(kwargs or {}))
        given = {leaf.data_ptr() for leaf in tree_leaves(args) if isinstance(leaf, Tensor)}
        for leaf in tree_leaves(out):
            if isinstance(leaf, Tensor) and leaf.data_ptr() not in given:
                self.numbers = max(self.numbers, leaf.numel())
        return out


def held(function: Callable[[], Tensor]) -> int:
    """The largest tensor that a call makes, in numbers."""
    with Held() as seen:
        function()
    return seen.numbers


def forms(n: int) -> dict[str, Callable[[], Tensor]]:
    """Each way to compute one causal head over n tokens."""
    torch.manual_seed(0)
    q, k, v = (torch.randn(1, 1, n, WIDTH) for _ in range(3))
    future = torch.ones(n, n, dtype=torch.bool).triu(1)

    def written_out() -> Tensor:
        return ((q @ k.mT) * WIDTH**-0.5).masked_fill(future, -torch.inf).softmax(-1) @ v

    return {
        **{
            f"attend, {form}": partial(attend, q, k, v, form=form, causal=True, block=256)
            for form in FORMS
        },
        "torch softmax, written out": written_out,
        "torch SDPA": partial(scaled_dot_product_attention, q, k, v, is_causal=True),
        EXACT: partial(attend, q.double(), k.double(), v.double(), causal=True),
    }


def rows() -> Iterator[dict[str, object]]:
    for n in SIZES:
        functions = forms(n)
        exact = functions.pop(EXACT)()
        with torch.no_grad():
            times = take_turns(functions, 5)
            for name, function in functions.items():
                error = float((function().double() - exact).abs().max() / exact.abs().max())
                yield {
                    "tokens": n,
                    "form": name,
                    "ms": times[name],
                    "error": error,
                    "numbers held": held(function),
                }


if __name__ == "__main__":
    report("online_softmax", rows(), ("torch",))
