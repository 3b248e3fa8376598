"""Latent semantic analysis: papers in the leading directions of their weighted terms.

Counts are weighted by log(1 + n) and by how unevenly a term is spread (one less its entropy over the texts,
as a share of the greatest; Dumais 1991), each text is brought to unit length, and the leading right singular
vectors of the matrix are kept. A paper's vector is its weighted text in these directions, whether it was
there as they were learnt or came later (`lemmata.linalg.fold_in`); a query's likewise. Widths and weights
were chosen by measurement (docs/postil/search.md).

    terms.txt        a stem a line
    weights.f32      (terms,)
    directions.f16   (terms, width)
    learnt.json      checksums of the three
"""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from sys import intern
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from postil.paper import Paper
from postil.search.schema import FORMAT as WORDS
from postil.search.vectors.encoder import PaperLog, Report
from postil.search.vectors.failures import VectorsDamaged
from postil.search.vectors.rows import mapped
from postil.search.vectors.terms import Counts, Vocabulary, paper_text, stems

SAMPLE = 50_000
"""Papers that directions are learnt from, at most."""

WIDTHS = ((20_000, 160), (1 << 62, 256))
"""Up to how many papers, how many directions."""

_TOLERANCE = 1e-2  # of the residual, relative to the best
_GROWN = 2.0  # times as many papers as were there at the last learning: time to learn again
_FILES = ("terms.txt", "weights.f32", "directions.f16")


def width_for(papers: int) -> int:
    """How many directions a library of so many papers is worth."""
    width = next(width for most, width in WIDTHS if papers <= most)
    # with nearly as many directions as papers, every paper is like itself alone
    return min(width, max(papers // 8, 8))


class Basis:
    """Weights of terms, and the directions that texts are seen in."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        weights: NDArray[np.float32],
        directions: NDArray[np.float16],
    ) -> None:
        self.vocabulary = vocabulary
        self._weights = weights
        self._directions = directions
        self._wide: Any = None

    @property
    def width(self) -> int:
        """How many directions there are."""
        return int(self._directions.shape[1])

    @classmethod
    def learn(cls, texts: Sequence[Sequence[str]], width: int) -> "Basis":
        """From the stems of texts; fewer directions where the texts have no more.

        Lemmata's `truncated_svd` with a residual within 1 % of the best.
        """
        from lemmata.linalg import truncated_svd

        vocabulary = Vocabulary.of(texts)
        counts = vocabulary.counts(texts)
        weights = unevenness(counts)
        weighted = weighted_rows(counts, weights)
        width = min(width, *weighted.shape)
        if not width or not weighted.nnz:
            return cls(vocabulary, weights, np.zeros((len(vocabulary), 1), dtype=np.float16))
        found = truncated_svd(weighted, width, tol=_TOLERANCE, rng=0)
        return cls(vocabulary, weights, found.Vt.T.astype(np.float16))

    def papers(self, papers: Sequence[Paper]) -> NDArray[np.float32]:
        """The vectors (n, width) of papers; zeros where no term of one is known."""
        return self.fold([stems(paper_text(paper)) for paper in papers])

    def fold(self, texts: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """Unit vectors (n, width) of texts, given as stems."""
        from lemmata.linalg import fold_in

        if not len(self.vocabulary):
            return np.zeros((len(texts), self.width), dtype=np.float32)
        rows = weighted_rows(self.vocabulary.counts(texts), self._weights)
        return unit(np.asarray(fold_in(self._decomposition(), rows), dtype=np.float32))

    def query(self, text: str) -> NDArray[np.float32] | None:
        """The vector of a query; None where no word of it is known."""
        columns, often = self.vocabulary.counted(stems(text))
        if not columns:
            return None
        at = np.array(columns)
        weighed = np.log1p(np.array(often, dtype=np.float32)) * self._weights[at]
        found = weighed @ self._directions[at].astype(np.float32)
        length = float(np.linalg.norm(found))
        return found / length if length > 0 else None

    def _decomposition(self) -> Any:
        """The directions as Lemmata folds into them; the left side is not kept, and not needed."""
        if self._wide is None:
            from lemmata.linalg import SVDResult

            directions = np.ascontiguousarray(self._directions.T, dtype=np.float32)
            values = np.ones(self.width, dtype=np.float32)
            left = np.zeros((0, self.width), dtype=np.float32)
            self._wide = SVDResult(left, values, directions, None, 0.0, 0.0, 0.0, 0.0, 0, "kept")
        return self._wide

    def write(self, folder: Path) -> None:
        """Keep it in a folder, the checksums last."""
        (folder / "terms.txt").write_text("\n".join(self.vocabulary.words), "utf-8")
        self._weights.astype(np.float32).tofile(folder / "weights.f32")
        self._directions.astype(np.float16).tofile(folder / "directions.f16")
        sums = {name: crc32((folder / name).read_bytes()) for name in _FILES}
        note = {"width": self.width, "sums": sums}
        (folder / "learnt.json").write_text(json.dumps(note), "utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Basis":
        """What `write` kept.

        Raises:
            VectorsDamaged: a file is missing, or is not what was written.
        """
        try:
            note = json.loads((folder / "learnt.json").read_bytes())
            for name in _FILES:
                if crc32((folder / name).read_bytes()) != note["sums"][name]:
                    raise VectorsDamaged(f"{folder / name} is not what was written.")
            words = (folder / "terms.txt").read_text("utf-8").split("\n")
            width = int(note["width"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise VectorsDamaged(f"{folder} cannot be read ({error}).") from error
        vocabulary = Vocabulary([word for word in words if word])
        weights = mapped(folder / "weights.f32", np.float32, (len(vocabulary),))
        directions = mapped(folder / "directions.f16", np.float16, (len(vocabulary), width))
        return cls(vocabulary, weights, directions)


def unevenness(counts: Counts) -> NDArray[np.float32]:
    """One less the entropy of each term over the texts, as a share of the greatest: 0 where it is even."""
    texts, terms = counts.shape
    if texts < 2:
        return np.ones(terms, dtype=np.float32)
    overall = np.bincount(counts.indices, counts.data, terms)
    share = counts.data / overall[counts.indices]
    entropy = -np.bincount(counts.indices, share * np.log(share), terms)
    return np.clip(1 - entropy / math.log(texts), 0, 1).astype(np.float32)


def weighted_rows(counts: Counts, weights: NDArray[np.float32]) -> Counts:
    """Weighted counts, each row of unit length (or zero)."""
    found = counts.copy()
    found.data = np.log1p(found.data) * weights[found.indices]
    rows = np.repeat(np.arange(found.shape[0]), np.diff(found.indptr))
    lengths = np.sqrt(np.bincount(rows, np.square(found.data), found.shape[0]))
    found.data = (found.data / np.where(lengths > 0, lengths, 1)[rows]).astype(np.float32)
    return found


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows brought to unit length; zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found = np.zeros_like(vectors)
    np.divide(vectors, lengths, out=found, where=lengths > 1e-12)
    return found


class LearntOrigin:
    """The origin of the space `lsa`."""

    name = "lsa"
    identity = f"lsa of the words of index {WORDS}"
    batch = 2_000

    def begin(self, log: PaperLog, folder: Path, report: Report) -> Basis:
        """Learn from a sample of the log's papers."""
        papers = log.count()
        texts: list[list[str]] = []
        wanted = min(papers, SAMPLE)
        numbers = np.random.default_rng(0).permutation(log.last_change()) + 1
        for start in range(0, len(numbers), 1_000):
            if len(texts) >= wanted:
                break
            held = log.load([int(number) for number in numbers[start : start + 1_000]])
            # one string for all the places that a stem stands in: a tenth of the memory
            texts += [list(map(intern, stems(paper_text(paper)))) for paper in held]
            report("learning", min(len(texts), wanted), wanted)
        basis = Basis.learn(texts[:SAMPLE], width_for(papers))
        basis.write(folder)
        return basis

    def load(self, folder: Path) -> Basis:
        """What was learnt."""
        return Basis.read(folder)

    def outgrown(self, learnt_from: int, papers: int) -> bool:
        """Whether the library has doubled."""
        return papers > _GROWN * learnt_from and papers > 50
