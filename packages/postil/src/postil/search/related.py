"""Papers related to one: by its keywords, by what it means, and by the phrases it shares, and why.

The keywords are the paper's words weighed by how often it has them and how few others do, as Cool Papers
takes them. They find candidates in the index, the vectors find more, and the phrases that a candidate has in
common with the paper decide among them. Authors and categories take no part: who reads on from a paper knows
those, and what is not used can judge (benchmarks/postil/related.py, which found the constants here).
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log1p, sqrt
from typing import TYPE_CHECKING

from tantivy import Occur, Query

from postil.errors import NotHeld
from postil.paper import Paper
from postil.paper_id import PaperId
from postil.search.lexical import Generation, IndexDamaged, LexicalIndex, guarded
from postil.search.variety import are_twins, varied
from postil.search.wording import Pair, Wording
from postil.store.protocol import Store

if TYPE_CHECKING:
    from postil.search.vectors import Vectors

CANDIDATES = 50  # by keywords
NEAREST = 20  # by each space of vectors
_PHRASES_IN_FULL = 0.2  # a candidate with this share of the paper's phrases has as good as all
_COMMON = 5  # a word that one in so many papers has is no keyword
_USUAL_OVERLAP = 0.25  # of the pairs of words of two papers on one subject
_KEYWORDS_TOLD = 12
_SHARES_TOLD = 4


@dataclass(frozen=True, slots=True)
class Recipe:
    """What goes into the order, beside a best score by keywords of 1.

    Attributes:
        keywords: how many of a paper's words ask for candidates.
        vectors: the weight of a cosine, for each space.
        phrases: the weight of the phrases in common.
        dislike: what a candidate loses that says the same as one above it.
    """

    keywords: int = 60
    vectors: float = 0.5
    phrases: float = 0.5
    dislike: float = 1.0


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word or phrase as the paper writes it; the strongest has the weight 1."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Relative:
    """A related paper; `shares` are the words of both, empty where meaning alone found it."""

    paper: Paper
    score: float
    shares: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relatives:
    """What is related to a paper, best first.

    Attributes:
        paper: the paper asked about.
        keywords: what it was found by, the strongest first.
        papers: the related ones.
        spaces: the names of the vectors that took part.
        milliseconds: how long all of it took.
    """

    paper: Paper
    keywords: tuple[Keyword, ...]
    papers: tuple[Relative, ...]
    spaces: tuple[str, ...]
    milliseconds: float


class Related:
    """Finds what is related to a paper of a store."""

    def __init__(
        self,
        store: Store,
        index: LexicalIndex,
        spaces: "Sequence[Vectors]" = (),
        recipe: Recipe | None = None,
    ) -> None:
        self._store = store
        self._index = index
        self._spaces = spaces
        self._recipe = recipe or Recipe()

    @property
    def spaces(self) -> "Sequence[Vectors]":
        """The vectors that take part where they are ready."""
        return self._spaces

    def of(self, paper_id: PaperId, limit: int = 20) -> Relatives:
        """The papers most related to one.

        Raises:
            NotHeld: the store has no such paper.
            IndexDamaged: the index cannot be read; `Search.catch_up` repairs it.
            DataFolderError: the store cannot be read.
        """
        started = time.perf_counter()
        number = self._store.numbers([paper_id]).get(paper_id)
        papers = [] if number is None else self._store.load([number])
        if number is None or not papers:
            raise NotHeld(f"{paper_id} is not held here: import it, or look at arxiv.org.")
        paper, generation = papers[0], self._index.generation()
        subject = _Subject(Wording.of(paper), generation, self._recipe.keywords)
        spaces = [space for space in self._spaces if space.ready()]
        candidates = self._candidates(generation, subject, number, spaces)
        chosen = self._chosen(paper, subject, candidates, limit)
        milliseconds = (time.perf_counter() - started) * 1000
        names = tuple(space.name for space in spaces)
        return Relatives(paper, subject.told(), chosen, names, milliseconds)

    def _candidates(
        self,
        generation: Generation | None,
        subject: "_Subject",
        number: int,
        spaces: "Sequence[Vectors]",
    ) -> dict[int, float]:
        """Scores by keywords and vectors, by store number."""
        scores = {}
        if generation is not None and subject.weights:
            scores = self._by_keywords(generation, subject)
            scores.pop(number, None)
        highest, lowest = max(scores.values(), default=1.0), min(scores.values(), default=0.0)
        scores = {at: score / highest for at, score in scores.items()}
        for space in spaces:
            found = _by_vector(space, subject, number, scores)
            for at, likeness in found.items():
                # What keywords did not find scores at most as their last does.
                scores.setdefault(at, lowest / highest)
                scores[at] += self._recipe.vectors * likeness
        return scores

    def _by_keywords(self, generation: Generation, subject: "_Subject") -> dict[int, float]:
        try:
            return guarded(lambda: _ranked(generation, subject))
        except IndexDamaged:
            self._index.distrust()
            raise

    def _chosen(
        self, paper: Paper, subject: "_Subject", scores: Mapping[int, float], limit: int
    ) -> tuple[Relative, ...]:
        numbers = sorted(scores, key=lambda at: (-scores[at], at))
        held = [(p, scores[at]) for at, p in self._loaded(numbers) if not are_twins(paper, p)]
        compared = []
        for candidate, score in held:
            wording = Wording.of(candidate)
            worth = score + self._recipe.phrases * subject.phrases_in(wording)
            compared.append((worth, candidate, wording))
        # Only the better half can come into the list; to compare all pairs of all would take longer.
        compared.sort(key=lambda each: -each[0])
        best = compared[: 2 * limit]
        places = varied(
            [worth for worth, _, _ in best],
            lambda one, other: _repetition(best[one][2].overlap(best[other][2])),
            limit,
            self._recipe.dislike,
        )
        return tuple(
            Relative(candidate, worth, subject.shared_with(wording))
            for worth, candidate, wording in (best[at] for at in places)
        )

    def _loaded(self, numbers: Sequence[int]) -> Iterable[tuple[int, Paper]]:
        # An index ahead of or behind the store may name papers that are not there.
        papers = self._store.load(numbers)
        if len(papers) == len(numbers):
            return zip(numbers, papers, strict=True)
        known = self._store.numbers([paper.id for paper in papers])
        return [(known[paper.id], paper) for paper in papers]


def _repetition(overlap: float) -> float:
    """What of an overlap is repetition, from 0 to 1: papers on one subject share some phrases too."""
    return max(0.0, (overlap - _USUAL_OVERLAP) / (1 - _USUAL_OVERLAP))


class _Subject:
    """The paper that others are compared with: its words and what each is worth."""

    def __init__(self, wording: Wording, generation: Generation | None, keywords: int) -> None:
        self.wording = wording
        self._rarity = _rarities(wording.counts, generation) if generation else {}
        worth = {stem: wording.counts[stem] * rarity for stem, rarity in self._rarity.items()}
        ordered = sorted(worth, key=lambda stem: (-worth[stem], stem))
        # In a small library every word may be common; in a large one the common ones only cost time.
        telling = [s for s in ordered if self._rarity[s] > log1p(_COMMON)] or ordered
        best = telling[:keywords]
        self.weights = {stem: sqrt(wording.counts[stem]) for stem in best}
        self._all_phrases = sum(map(self._pair_worth, wording.pairs))

    def phrases_in(self, other: Wording) -> float:
        """How much of the paper's phrases another has, from 0 to 1."""
        if not self._all_phrases:
            return 0.0
        shared = sum(map(self._pair_worth, self.wording.pairs & other.pairs))
        return min(1.0, shared / (_PHRASES_IN_FULL * self._all_phrases))

    def shared_with(self, other: Wording) -> tuple[str, ...]:
        """The strongest words and phrases of both, as this paper writes them."""
        stems = self.weights.keys() & other.counts.keys()
        pairs = self.wording.pairs & other.pairs
        return tuple(self._strongest(self.wording.phrases(stems, pairs), _SHARES_TOLD))

    def told(self) -> tuple[Keyword, ...]:
        """The strongest keywords, in phrases where the paper has them twice."""
        counted = Counter((a.stem, b.stem) for a, b in pairwise(self.wording.tokens) if b.joined)
        pairs = [pair for pair, times in counted.items() if times > 1]
        found = self._strongest(self.wording.phrases(self.weights, pairs), _KEYWORDS_TOLD)
        highest = max(found.values(), default=1.0)
        return tuple(Keyword(text, weight / highest) for text, weight in found.items())

    def _strongest(self, phrases: Mapping[str, Sequence[str]], most: int) -> dict[str, float]:
        """The best phrases with their weights; none that only repeats words of one before it."""
        worth = {text: sum(map(self._worth, stems)) for text, stems in phrases.items()}
        chosen: dict[str, float] = {}
        said: set[str] = set()
        for text in sorted(worth, key=lambda text: -worth[text]):
            if len(chosen) < most and _tells(text) and not said.issuperset(phrases[text]):
                chosen[text] = worth[text]
                said.update(phrases[text])
        return chosen

    def _worth(self, stem: str) -> float:
        return self.weights[stem] * self._rarity[stem]

    def _pair_worth(self, pair: Pair) -> float:
        return self._rarity.get(pair[0], 0.0) + self._rarity.get(pair[1], 0.0)


def _tells(text: str) -> bool:
    """Whether a piece of text says something by itself: RL and 词义 do, an index of a formula does not."""
    return len(text) > 2 or text.isupper() or not text.isascii()


def _rarities(stems: Iterable[str], generation: Generation) -> dict[str, float]:
    """How much it says that a paper has a stem: from ln 2, where all papers do, to ln(1 + half of them)."""
    searcher = generation.searcher
    papers = searcher.num_docs
    found = {stem: searcher.doc_freq("text", stem) for stem in stems}
    # A word of one paper alone relates it to nothing.
    return {stem: log1p(papers / held) for stem, held in found.items() if 1 < held <= papers}


def _ranked(generation: Generation, subject: _Subject) -> dict[int, float]:
    """The best candidates by keywords, by store number, with their scores."""
    schema, searcher = generation.index.schema, generation.searcher
    terms = [
        (
            Occur.Should,
            Query.boost_query(Query.term_query(schema, "text", stem, index_option="freq"), weight),
        )
        for stem, weight in subject.weights.items()
    ]
    hits = searcher.search(Query.boolean_query(terms), CANDIDATES + 1, count=False).hits
    numbers = searcher.fast_field_values("number", [address for _, address in hits])
    return {
        number: float(score)
        for number, (score, _) in zip(numbers, hits, strict=True)
        if isinstance(number, int) and score is not None
    }


def _by_vector(
    space: "Vectors", subject: _Subject, number: int, known: Mapping[int, float]
) -> dict[int, float]:
    """The cosines of what is near in a space, and of the candidates known already; none below 0."""
    import numpy as np  # late, as a reader without vectors needs none of it

    vector = space.of_papers(np.array([number], np.int64))[0]
    if not vector.any():
        asked = space.of_query(subject.wording.text)
        if asked is None:
            return {}
        vector = asked
    near, cosines = space.nearest(vector, NEAREST + 1)
    found = dict(zip(near.tolist(), cosines.tolist(), strict=True))
    others = np.array([at for at in known if at not in found], np.int64)
    if others.size:
        scored = np.nan_to_num(space.scores(vector, others))
        found.update(zip(others.tolist(), scored.tolist(), strict=True))
    found.pop(number, None)
    return {at: max(0.0, likeness) for at, likeness in found.items()}
