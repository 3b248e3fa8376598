"""A small causal decoder: embedding, blocks of attention and a feed-forward layer, logits.

It is there to be decoded with different caches (`decoding.py`) and to be trained on small tasks.
"""

from typing import Any

import torch
from torch import Tensor, nn

from lemmata.attention.multihead import Attention, at_least_one
from lemmata.attention.rope import Rotary
from lemmata.errors import ArgumentError, DtypeError, ShapeError


class Block(nn.Module):
    """x + attention(norm x), then x + feed-forward(norm x)."""

    def __init__(self, attention: Attention, expansion: int, **factory: Any) -> None:
        super().__init__()
        width = attention.width
        self.attention = attention
        self.before_attention = nn.RMSNorm(width, eps=1e-6, **factory)
        self.before_feed_forward = nn.RMSNorm(width, eps=1e-6, **factory)
        self.feed_forward = nn.Sequential(
            nn.Linear(width, expansion * width, bias=False, **factory),
            nn.SiLU(),
            nn.Linear(expansion * width, width, bias=False, **factory),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(batch, length, width) to the same."""
        return self.finished(x, self.attention(self.before_attention(x))[0])

    def finished(self, x: Tensor, attended: Tensor) -> Tensor:
        """The block's output from its input and what attention made of it."""
        x = x + attended
        y: Tensor = x + self.feed_forward(self.before_feed_forward(x))
        return y


class CausalDecoder(nn.Module):
    """Logits of the next token, (batch, length) of token numbers to (batch, length, vocabulary).

    `layers` blocks of `width` with `heads` heads, `kv_heads` of them with keys of their own, a
    feed-forward layer `expansion` times as wide; rotary positions over the whole head (`rotary`).
    """

    def __init__(
        self,
        vocabulary: int,
        width: int,
        layers: int,
        heads: int,
        kv_heads: int | None = None,
        *,
        expansion: int = 4,
        rotary: Rotary | None = None,
        **factory: Any,
    ) -> None:
        super().__init__()
        self.vocabulary, self.width = at_least_one(vocabulary=vocabulary, width=width)
        self.layers, self.expansion = at_least_one(layers=layers, expansion=expansion)
        if width % at_least_one(heads=heads)[0] or width // heads % 2:
            raise ArgumentError(f"heads must cut width = {width} into even parts, got {heads}")
        rotary = Rotary(width // heads) if rotary is None else rotary
        self.embedding = nn.Embedding(vocabulary, width, **factory)
        self.blocks = nn.ModuleList(
            Block(Attention(width, heads, kv_heads, rotary=rotary, **factory), expansion, **factory)
            for _ in range(layers)
        )
        self.norm = nn.RMSNorm(width, eps=1e-6, **factory)
        self.head = nn.Linear(width, vocabulary, bias=False, **factory)

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits after every token; ShapeError, DtypeError or ArgumentError for bad tokens."""
        x = self.embedding(self.checked(tokens, 2))
        for block in self.blocks:
            x = block(x)
        return self.logits(x)

    def logits(self, x: Tensor) -> Tensor:
        """From the last block's output."""
        y: Tensor = self.head(self.norm(x))
        return y

    def checked(self, tokens: Any, axes: int) -> Tensor:
        """`tokens` if they are numbers of the vocabulary, (batch,) or (batch, length >= 1)."""
        if not isinstance(tokens, Tensor) or tokens.dtype not in (torch.int64, torch.int32):
            kind = tokens.dtype if isinstance(tokens, Tensor) else type(tokens).__name__
            raise DtypeError(f"tokens must be a torch.Tensor of int64 or int32, got {kind}")
        if tokens.ndim != axes or 0 in tokens.shape:
            shape = ("batch", "length")[:axes]
            raise ShapeError(
                f"tokens must have shape ({', '.join(shape)}) with no empty axis, "
                f"got {tuple(tokens.shape)}"
            )
        inside = torch.compiler.is_compiling() or (
            int(tokens.min()) >= 0 and int(tokens.max()) < self.vocabulary
        )
        if not inside:
            raise ArgumentError(f"tokens must be in [0, {self.vocabulary}), got others")
        return tokens
