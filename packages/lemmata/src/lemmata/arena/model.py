"""The model that every architecture of the arena shares: only its mixers differ.

Refused: an encoder of its own for each architecture, which compares more than the architectures.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from lemmata.arena.tasks import at_least
from lemmata.errors import ArgumentError, DtypeError
from lemmata.mixer import Mixer
from lemmata.stack import Stack


class SequenceModel(nn.Module):
    """Tokens to answers: embedding, `layers` mixers from `make`, and a linear layer.

    `both` ways: every second layer reads backwards, so that with two layers each token knows all;
    otherwise the model is causal. An answer a sequence is read from the mean over its tokens. A
    token number `vocabulary` is the mask, and `predicted` says what each token is, for
    self-pretraining. `per_token` answers at every token.
    """

    def __init__(
        self,
        vocabulary: int,
        classes: int,
        make: Callable[[], Any],
        layers: int = 2,
        *,
        both: bool = False,
        per_token: bool = False,
        expansion: int = 2,
    ) -> None:
        super().__init__()
        self.vocabulary, self.classes = at_least(1, vocabulary=vocabulary, classes=classes)
        (layers,) = at_least(1, layers=layers)
        if both and layers < 2:
            raise ArgumentError(f"layers must be at least 2 to read both ways, got {layers}")
        mixers = [make() for _ in range(layers)]
        if not isinstance(mixers[0], Mixer):
            raise DtypeError(f"make must give a Mixer, got {type(mixers[0]).__name__}")
        self.both, self.per_token = both, per_token
        self.body = Stack(mixers, expansion=expansion)
        self.embedding = nn.Embedding(self.vocabulary + 1, self.body.width)
        self.predict = nn.Linear(self.body.width, self.vocabulary)
        self.answer = nn.Linear(self.body.width, self.classes)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Logits of the answers: (n, classes), or (n, length, classes) where `per_token`."""
        x = self.read(tokens, lengths)
        if not self.per_token:
            real = torch.arange(tokens.shape[1], device=tokens.device) < lengths[:, None]
            x = torch.where(real[..., None], x, 0.0).sum(1) / lengths[:, None]
        y: Tensor = self.answer(x)
        return y

    def predicted(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Logits (n, length, vocabulary) of what a token is, or the next where the model is causal."""
        y: Tensor = self.predict(self.read(tokens, lengths))
        return y

    def read(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """What the last layer says of each token, (n, length, width); padding is not defined."""
        x: Tensor = self.embedding(tokens)
        if not self.both:
            found: Tensor = self.body(x)[0]
            return found
        back = backwards(lengths, tokens.shape[1])[..., None].expand_as(x)
        for number in range(len(self.body.mixers)):
            if number % 2:
                x = self.body.layer(number, x.gather(1, back))
                x = x.gather(1, back)
            else:
                x = self.body.layer(number, x)
        last: Tensor = self.body.last(x)
        return last

    def fresh_answer(self) -> None:
        """Begin the answering layer anew, as after self-pretraining."""
        self.answer.reset_parameters()


def backwards(lengths: Tensor, most: int) -> Tensor:
    """Places (n, most) that turn the real tokens of each row round and leave padding: an involution."""
    place = torch.arange(most, device=lengths.device).expand(len(lengths), -1)
    return torch.where(place < lengths[:, None], lengths[:, None] - 1 - place, place)
