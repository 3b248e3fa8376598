"""What decoding costs under each policy, in closed form: exactly what `Decoding` counts.

The output of a layer at token i asks for that of the layer below at i, i - 1, ..., 1. With nothing
remembered, layer l at token i therefore asks for C(i + l - 1, l) embeddings, and n tokens for
C(n + l, l + 1): polynomials in n whose degree is the number of layers between two that are kept.
"""

from dataclasses import astuple, dataclass
from itertools import pairwise
from math import comb

from lemmata.arguments import check_choice, integer
from lemmata.errors import ArgumentError

POLICIES = ("full", "every_k", "none")


@dataclass(frozen=True, slots=True)
class Work:
    """How often each thing is done, for a sequence; all layers together."""

    embeddings: int = 0
    keys: int = 0  # projections of one token to the keys and values of one layer
    pairs: int = 0  # one query of all heads against one key
    bodies: int = 0  # query, output and feed-forward of one layer at one token
    logits: int = 0

    def __add__(self, other: "Work") -> "Work":
        return Work(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a decoder."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    kv_heads: int
    head_width: int
    expansion: int = 4

    def multiply_adds(self, work: Work) -> int:
        """In products of matrices, for one sequence."""
        queries = self.heads * self.head_width
        return (
            work.keys * 2 * self.width * self.kv_heads * self.head_width
            + work.pairs * 2 * queries
            + work.bodies * 2 * self.width * (queries + self.expansion * self.width)
            + work.logits * self.width * self.vocabulary
        )


@dataclass(frozen=True, slots=True)
class DecodingCost:
    """The predicted cost of decoding so many tokens of one sequence."""

    work: Work
    multiply_adds: int
    stored: int  # numbers kept between steps, at the end
    held: int  # numbers that the recurrences hold at once besides


def decoding_cost(
    shape: Shape, tokens: int, policy: str = "full", *, every: int | None = None
) -> DecodingCost:
    """What `Decoding(decoder, policy, every=every)` does and keeps over `tokens` steps, exactly.

    ArgumentError for a policy or numbers that `Decoding` would not take.
    """
    check_policy(policy, every)
    if integer("tokens", tokens) < 1:
        raise ArgumentError(f"tokens must be at least 1, got {tokens}")
    n, layers = tokens, shape.layers
    if policy == "full":
        work = Work(n, n * layers, layers * n * (n + 1) // 2, n * layers, n)
        stored = 2 * layers * n * shape.kv_heads * shape.head_width
        return DecodingCost(work, shape.multiply_adds(work), stored, 0)
    kept = stored_levels(layers, policy, every)
    bounds = [0, *kept, layers]
    runs = [above - below for below, above in pairwise(bounds)]
    pairs = sum(comb(n + depth + 1, depth + 2) for run in runs for depth in range(run))
    bodies = sum(comb(n + depth, depth + 1) for run in runs for depth in range(run))
    work = Work(comb(n + runs[0], runs[0] + 1), pairs, pairs, bodies, n)
    frame = shape.width + shape.heads * (2 * shape.head_width + 2)
    return DecodingCost(
        work, shape.multiply_adds(work), len(kept) * n * shape.width, max(runs) * frame
    )


def check_policy(policy: str, every: int | None) -> None:
    """ArgumentError unless `policy` is known, with `every` for every_k and for no other."""
    check_choice("policy", policy, POLICIES)
    if (every is None) == (policy == "every_k"):
        raise ArgumentError(f"every must be given for every_k and only there, got {every}")
    if every is not None and integer("every", every) < 1:
        raise ArgumentError(f"every must be at least 1, got {every}")


def stored_levels(layers: int, policy: str, every: int | None) -> list[int]:
    """The numbers (from 1) of the blocks whose outputs are kept; the last one's are not needed."""
    if policy != "every_k" or every is None:
        return []
    return list(range(every, layers, every))
