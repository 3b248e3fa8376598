"""Decoding with as much memory as one likes: keys and values, every k-th layer, or nothing.

Attention is a recurrence over keys in any order (Su, kexue.fm/archives/10017), so that a layer needs
a state of constant size, if what is below it at earlier tokens is computed again each time it is
asked for. Layers then nest: the price is a binomial coefficient, and `decoding_cost.py` predicts it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from lemmata.attention.caches import KVCache
from lemmata.attention.decoder import Block, CausalDecoder
from lemmata.attention.decoding_cost import Shape, Work, check_policy, stored_levels
from lemmata.attention.multihead import Tables, placed
from lemmata.attention.online_softmax import SoftmaxState
from lemmata.errors import ShapeError

Policy: TypeAlias = Literal["full", "every_k", "none"]


class Decoding:
    """A decoder one token after the other, with a policy of what it remembers.

    * "full": keys and values of every layer and token.
    * "every_k": the output of every k-th block at every token, `every` = k; what lies between is
      computed again from the one below.
    * "none": token numbers only, and a state of constant size for each layer.

    All three are the same function. `work` counts what was done, `stored` the numbers kept between
    steps, `most_held` the most that recurrences held at once besides.
    """

    def __init__(
        self, decoder: CausalDecoder, policy: Policy = "full", *, every: int | None = None
    ) -> None:
        check_policy(policy, every)
        self.decoder, self.policy = decoder, policy
        self.kept = stored_levels(decoder.layers, policy, every)
        self.work = Work()
        self.most_held = self._held = 0
        self._tokens: list[Tensor] = []
        self._caches: list[KVCache] = []
        self._outputs: dict[int, list[Tensor]] = {level: [] for level in self.kept}

    @property
    def stored(self) -> int:
        """Numbers kept between steps, besides those of tokens."""
        caches = sum(c.keys.tensor.numel() + c.values.tensor.numel() for c in self._caches)
        return caches + sum(y.numel() for outputs in self._outputs.values() for y in outputs)

    @torch.no_grad()
    def step(self, tokens: Tensor) -> Tensor:
        """Logits (batch, vocabulary) after one further token of each sequence, `tokens` (batch,)."""
        self.decoder.checked(tokens, 1)
        if self._tokens and tokens.shape != self._tokens[0].shape:
            raise ShapeError(
                f"tokens must have shape {tuple(self._tokens[0].shape)} like those before, "
                f"got {tuple(tokens.shape)}"
            )
        self._tokens.append(tokens)
        if self.policy == "full":
            x = self._step_with_caches(tokens)
        else:
            now = len(self._tokens) - 1
            for level in self.kept:
                self._outputs[level].append(self._output(level, now))
            x = self._output(self.decoder.layers, now)
        self.work += Work(logits=1)
        return self.decoder.logits(x)[:, 0]

    def _step_with_caches(self, tokens: Tensor) -> Tensor:
        blocks = list(self._blocks())
        if not self._caches:
            self._caches = [block.attention.initial_state(len(tokens)) for block in blocks]
        x = self._embedded(len(self._tokens) - 1)
        for number, block in enumerate(blocks):
            attended, cache = block.attention(block.before_attention(x), self._caches[number])
            self._caches[number] = cache
            x = block.finished(x, attended)
            self.work += Work(keys=1, pairs=cache.position, bodies=1)
        return x

    def _output(self, level: int, token: int) -> Tensor:
        """What block number `level` (from 1; 0 is the embedding) says at a token, (batch, 1, width)."""
        if level == 0:
            return self._embedded(token)
        if token < len(self._outputs.get(level, ())):
            return self._outputs[level][token]
        block = list(self._blocks())[level - 1]
        x = self._output(level - 1, token)
        q = block.attention.queries(block.before_attention(x), self._tables(block, token, x))
        state, rows = _nothing(block, q)
        for before in range(token, -1, -1):
            with self._holding(x, q, state):
                below = x if before == token else self._output(level - 1, before)
            state = self._updated(state, rows, block, below, before)
        self.work += Work(bodies=1)
        attended = state.output().reshape(q.shape)
        return block.finished(x, block.attention.joined(attended))

    def _updated(
        self, state: SoftmaxState, rows: Tensor, block: Block, below: Tensor, token: int
    ) -> SoftmaxState:
        """The state after the key of one more token."""
        tables = self._tables(block, token, below)
        k, v = block.attention.keys_values(block.before_attention(below), tables)
        self.work += Work(keys=1, pairs=1)
        return state.update(rows @ k.mT * block.attention.scale, v)

    @contextmanager
    def _holding(self, x: Tensor, q: Tensor, state: SoftmaxState) -> Iterator[None]:
        """Counts what a recurrence holds while the one below it runs."""
        parts = (x, q, state.peak, state.weight, state.total)
        numbers = sum(part.numel() for part in parts)
        self._held += numbers
        self.most_held = max(self.most_held, self._held)
        yield
        self._held -= numbers

    def _embedded(self, token: int) -> Tensor:
        self.work += Work(embeddings=1)
        x: Tensor = self.decoder.embedding(self._tokens[token])[:, None]
        return x

    def _blocks(self) -> Iterator[Block]:
        for block in self.decoder.blocks:
            assert isinstance(block, Block)
            yield block

    def _tables(self, block: Block, token: int, like: Tensor) -> Tables:
        return placed(None, float(token), 1, block.attention.rotary, like)[0]


def shape_of(decoder: CausalDecoder) -> Shape:
    """The sizes that the cost of a decoder depends on."""
    block = next(iter(decoder.blocks))
    assert isinstance(block, Block)
    attention = block.attention
    return Shape(
        decoder.vocabulary,
        decoder.width,
        decoder.layers,
        attention.heads,
        attention.kv_heads,
        attention.head_width,
        decoder.expansion,
    )


def _nothing(block: Block, q: Tensor) -> tuple[SoftmaxState, Tensor]:
    """An empty state, and the queries as rows of the groups that share keys."""
    attention = block.attention
    groups = (q.shape[0], attention.kv_heads, attention.heads // attention.kv_heads)
    rows = q.reshape(*groups, attention.head_width)
    return SoftmaxState.empty(groups, q.shape[-1], dtype=q.dtype, device=q.device), rows
