"""What PyTorch did: operations of its products, and the largest tensor that it made."""

from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode


def flops(function, *args, **more):
    """Floating operations in products of matrices, by PyTorch's own counter."""
    with FlopCounterMode(display=False) as counter:
        function(*args, **more)
    return counter.get_total_flops()


class _Largest(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.numbers = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        made = [leaf for leaf in tree_leaves(out) if hasattr(leaf, "numel")]
        given = {leaf.data_ptr() for leaf in tree_leaves(args) if hasattr(leaf, "data_ptr")}
        fresh = [leaf.numel() for leaf in made if leaf.data_ptr() not in given]
        self.numbers = max([self.numbers, *fresh])
        return out


def largest(function, *args, **more):
    """How many numbers the largest tensor has that `function` makes; views of its arguments aside."""
    with _Largest() as seen:
        function(*args, **more)
    return seen.numbers
