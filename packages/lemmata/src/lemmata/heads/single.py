"""One transformer that reads the clean tokens and denoises the next: no head beside it.

Refused: the noisy token in the cache, which only ever holds clean ones; a noisy step is a call whose
state is thrown away.
"""

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from lemmata.attention.caches import KVCache
from lemmata.attention.multihead import Attention
from lemmata.attention.rope import Rotary, text_tables
from lemmata.errors import ArgumentError
from lemmata.heads.copies import attend_copies
from lemmata.heads.noise import ancestral, drawn_levels, noisy, velocity
from lemmata.heads.predictor import level_embedding, waves
from lemmata.heads.tokens import Standard, at_least, check_tensor, non_negative, normal
from lemmata.mixer import check_sequence


class SingleTransformer(nn.Module):
    """Next-token diffusion in the transformer itself, by noisy copies of every token.

    Scientific Spaces, kexue.fm/archives/10197. Tokens of `token` numbers; `layers` blocks of `width`
    with `heads` heads; `copies` noisy copies of each token a training call, each at its own level.
    A copy has the position of its token, sees the clean tokens before it, and itself. Call
    `standard.fit(tokens)` before training.
    """

    def __init__(
        self,
        token: int,
        width: int,
        layers: int,
        heads: int,
        *,
        copies: int = 4,
        expansion: int = 4,
        **factory: Any,
    ) -> None:
        super().__init__()
        self.token, self.width, self.copies = at_least(1, token=token, width=width, copies=copies)
        layers, heads, expansion = at_least(1, layers=layers, heads=heads, expansion=expansion)
        if width % heads or width // heads % 2:
            raise ArgumentError(f"heads must cut width = {width} into even parts, got {heads}")
        self.rotary = Rotary(width // heads)
        self.standard = Standard(self.token, **factory)
        self.begin = nn.Parameter(torch.randn(width, **factory))
        self.read = nn.Linear(token, width, **factory)
        self.read_noisy = nn.Linear(token, width, **factory)
        self.level = level_embedding(width, factory)
        self.blocks = nn.ModuleList(
            _Block(width, heads, expansion, self.rotary, factory) for _ in range(layers)
        )
        self.norm = nn.RMSNorm(width, eps=1e-6, **factory)
        self.write = nn.Linear(width, token, **factory)

    def loss(self, x: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
        """(batch, n) for tokens `x` (batch, n, token): squared error of velocities over the copies."""
        check_sequence("x", x, self.token, self.begin.dtype)
        x = self.standard(x)
        level, noise = drawn_levels(x, self.copies, generator)
        wrong = self(x, noisy(x, noise, level), level) - velocity(x, noise, level)
        loss: Tensor = wrong.square().sum(-1).mean(0)
        return loss

    def forward(self, x: Tensor, copies: Tensor, level: Tensor) -> Tensor:
        """Velocities (copies, batch, n, token) of noisy `copies`, all at once.

        `x` (batch, n, token) are the clean tokens on the standard scale, `level` (copies, batch, n).
        """
        begin = self.begin.expand(len(x), 1, -1)
        past = torch.cat((begin, self.read(x[:, :-1])), 1)  # the last is read by no copy
        now = self._noisy(copies, level)
        n = x.shape[1]
        tables = text_tables(self.rotary, 0.0, n + 1, x.dtype, x.device)
        for block in self.blocks:
            past, now = block(past, now, tables)
        y: Tensor = self.write(self.norm(now))
        return y

    @torch.no_grad()
    def sample(
        self,
        batch: int,
        length: int,
        *,
        prompt: Tensor | None = None,
        steps: int = 50,
        temperature: float = 1.0,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """`length` tokens (batch, length, token) after those of `prompt` (batch, m, token), if any.

        Each step is one token through the blocks, beside the keys and values of the clean ones.
        """
        batch, length, steps = at_least(1, batch=batch, length=length, steps=steps)
        temperature = non_negative("temperature", temperature)
        states = self._read(self.begin.expand(batch, 1, -1), [None] * len(self.blocks))
        if prompt is not None:
            check_tensor("prompt", prompt, self.token, self.begin.dtype)
            states = self._read(self.read(self.standard(prompt)), states)
        found = []
        for _ in range(length):
            begin = normal(self.begin.new_empty(batch, 1, self.token), generator)
            predict = partial(self.velocity_after, states)
            x = ancestral(predict, begin, steps, temperature, generator)
            found.append(x)
            states = self._read(self.read(x), states)
        return self.standard.back(torch.cat(found, 1))

    def velocity_after(self, states: list[Any], x: Tensor, level: Tensor) -> Tensor:
        """Of noisy tokens `x` (batch, 1, token) at `level` (batch, 1), after what `states` have read."""
        now = self._noisy(x, level)
        for block, state in zip(self._layers, states, strict=True):
            now, _ = block.after(now, state)
        y: Tensor = self.write(self.norm(now))
        return y

    def _read(self, past: Tensor, states: list[Any]) -> list[Any]:
        """The states after clean tokens."""
        after = []
        for block, state in zip(self._layers, states, strict=True):
            past, then = block.after(past, state)
            after.append(then)
        return after

    @property
    def _layers(self) -> list[Any]:
        return list(self.blocks)

    def _noisy(self, x: Tensor, level: Tensor) -> Tensor:
        told: Tensor = self.read_noisy(x) + self.level(waves(level, x.dtype))
        return told


class _Block(nn.Module):
    """Attention and a feed-forward layer for two streams, of one set of weights."""

    def __init__(
        self, width: int, heads: int, expansion: int, rotary: Rotary, factory: dict[str, Any]
    ) -> None:
        super().__init__()
        self.attention = Attention(width, heads, rotary=rotary, **factory)
        self.before_attention = nn.RMSNorm(width, eps=1e-6, **factory)
        self.feed_forward = nn.Sequential(
            nn.RMSNorm(width, eps=1e-6, **factory),
            nn.Linear(width, expansion * width, **factory),
            nn.SiLU(),
            nn.Linear(expansion * width, width, **factory),
        )

    def forward(
        self, past: Tensor, now: Tensor, tables: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Clean (batch, n, width), at positions from 0, and noisy (copies, batch, n, width), from 1."""
        copies, _, n, _ = now.shape
        attention = self.attention
        cos, sin = tables
        x = self.before_attention(past)
        clean_heads = self._heads(x, (cos[:n], sin[:n]))
        y = self.before_attention(now.transpose(0, 1).flatten(1, 2))
        again = (cos[1:].repeat(copies, 1), sin[1:].repeat(copies, 1))
        noisy_heads = [torch.unflatten(part, 2, (copies, n)) for part in self._heads(y, again)]
        # copy i of the stream is of token i + 1: of the clean ones it sees those up to i
        seen, denoised = _attend_shifted(clean_heads, noisy_heads, attention.scale)
        past = past + attention.joined(seen)
        joined = torch.unflatten(attention.joined(denoised.flatten(2, 3)), 1, (copies, n))
        now = now + joined.transpose(0, 1)
        return past + self.feed_forward(past), now + self.feed_forward(now)

    def after(self, x: Tensor, state: KVCache | None) -> tuple[Tensor, KVCache]:
        """Tokens (batch, n, width) after those of `state`, and the state with them."""
        y, then = self.attention(self.before_attention(x), state)
        x = x + y
        return x + self.feed_forward(x), then

    def _heads(self, x: Tensor, tables: tuple[Tensor, Tensor]) -> list[Tensor]:
        return [self.attention.queries(x, tables), *self.attention.keys_values(x, tables)]


def _attend_shifted(
    clean_heads: list[Tensor], noisy_heads: list[Tensor], scale: float
) -> tuple[Tensor, Tensor]:
    """`attend_copies` where the last clean token, that nobody sees, is left out."""
    q, k, v = (torch.nn.functional.pad(part, (0, 0, 0, 1)) for part in clean_heads)
    a, b, c = noisy_heads
    seen, denoised = attend_copies((q, k, v), (a, b, c), scale)
    return seen[:, :, :-1], denoised
