"""A model with fewer numbers: each linear layer low rank, Monarch, or left alone, whichever serves.

Needs PyTorch, and loads it when it is called. Refused: one form for all layers, and promises: a
budget that no choice meets is an error, and the report says what each layer lost.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lemmata.structured.report import CompressionReport

if TYPE_CHECKING:
    from torch import Tensor, nn

    Batch = Tensor | tuple[object, ...] | Mapping[str, object]

GRIDS = ((1, 1), (4, 4), (8, 8))


def compress(
    model: "nn.Module",
    budget: float | int,
    *,
    calibration: "Batch | None" = None,
    grids: Sequence[tuple[int, int]] = GRIDS,
) -> tuple["nn.Module", CompressionReport]:
    """A copy of `model` whose linear layers hold at most `budget` weights, and a report.

    `budget` is a share of the weights of all `nn.Linear` layers (a float in (0, 1]) or their number
    (an int); biases and everything else are kept and not counted. Each layer becomes low rank,
    Monarch on one of `grids` (pairs of input and output blocks; (1, 1) is low rank), or stays.

    The error e of an option is measured on its factors: ||W - M|| / ||W||, or with a `calibration`
    batch ||(W - M) X|| / ||W X|| for the inputs X that reach the layer (with white noise of 1 % of
    their energy, lest directions that the batch does not use be given up); the factors are then
    those that are best on X. Of all choices within the budget the one is taken with the least sum of
    e^4 over the layers, a multiple-choice knapsack, solved by dynamic programming. (e^2 is the
    energy lost; its square keeps the loss spread over the layers, which kept more of a real
    encoder than the sum of e^2.) On X a Monarch grid is tried at a quarter of the weights, and at
    an eighth and a half where it beats low rank there.

    The batch is a tensor, a tuple of arguments or a mapping of named ones, run once in evaluation
    mode. Left alone: subclasses of `nn.Linear`, tied or complex weights, layers with hooks,
    and layers that the batch does not reach. No fine-tuning is done, and `model` itself is not touched.

    ArgumentError: a budget out of range or below what the smallest options need (the message says
    what that is), or no linear layer. NonFiniteError: NaN in a weight or in a layer's inputs.
    """
    from lemmata.structured.slimming import slimmed

    return slimmed(model, budget, calibration, grids)
