"""Words and meaning as one order.

The words say which papers come into question; their scores and the cosines of each space of vectors are
added with shares that sum to one. What the first papers of that order have in common then joins the question
(Rocchio's feedback, in the spaces of vectors alone, where it costs a few products), and the sum is taken
again. Scores are divided by the best one. Cosines are taken above what papers at large have, so that a space
that knows little of a question moves nothing, and one whose vectors all lie close counts like any other.
Ranks (reciprocal rank fusion), standard scores and feedback in words were measured and refused;
docs/postil/search.md has the figures.

NumPy is needed here, and only where a space of vectors is ready.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from postil.search.vectors import Vectors

SHARES = {
    frozenset({"lsa"}): {"lsa": 0.35},
    frozenset({"model"}): {"model": 0.5},
    frozenset({"lsa", "model"}): {"lsa": 0.2, "model": 0.4},
}
"""What each space counts for; the words have the rest. From benchmarks/postil/quality_shares.py: on the
simplex, .36 is best for six collections together for what is learnt from the library. With a model, the two
collections that were really judged ask for more meaning than this, questions for one known paper for less."""

FEEDBACK_PAPERS = 5
FEEDBACK = 1.0
_AT_LARGE = 128


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one space: the vector (width,) that it has for the text."""

    space: "Vectors"
    vector: "NDArray[np.float32]"


@dataclass(frozen=True, slots=True)
class Candidates:
    """The papers that come into question, in the order of their words.

    Attributes:
        numbers: their store numbers (n,).
        words: what their words score (n,), 0 where they have none of the words.
        named: the papers (n,) that the question names, by their title or their authors. No vector puts
            another paper before them: meaning counts for each of them what it counts for the best.
    """

    numbers: "NDArray[np.int64]"
    words: "NDArray[np.float64]"
    named: "NDArray[np.bool_]"


def questions(spaces: Sequence["Vectors"], text: str) -> list[Question]:
    """The question in each space that is ready and knows something of it."""
    found = []
    for space in spaces:
        if space.ready() and (vector := space.of_query(text)) is not None:
            found.append(Question(space, vector))
    return found


def order(candidates: Candidates, asked: Sequence[Question]) -> "NDArray[np.intp]":
    """Places of the candidates, best first; equals stay in the order of their words."""
    return np.argsort(-fused(candidates, nearer(candidates, asked)), kind="stable")


def nearer(candidates: Candidates, asked: Sequence[Question]) -> list[Question]:
    """The questions with what the first papers have in common."""
    first = np.argsort(-fused(candidates, asked), kind="stable")
    return [fed_back(question, candidates.numbers[first]) for question in asked]


def fused(candidates: Candidates, asked: Sequence[Question]) -> "NDArray[np.float64]":
    """One score (n,) for each candidate, at most 1."""
    total = np.zeros(len(candidates.numbers))
    for part in parts(candidates, asked).values():
        total += part
    return total


def parts(candidates: Candidates, asked: Sequence[Question]) -> "dict[str, NDArray[np.float64]]":
    """What `words`, and each space by its name, add to the score (n,) of each candidate."""
    shares = SHARES[frozenset(question.space.name for question in asked)]
    best = candidates.words.max(initial=0.0)
    found = {"words": (1 - sum(shares.values())) * candidates.words / (best or 1.0)}
    for question in asked:
        scores = meaning(question, candidates.numbers)
        if candidates.named.any():
            scores[candidates.named] = scores.max()
        found[question.space.name] = shares[question.space.name] * scores
    return found


def meaning(question: Question, numbers: "NDArray[np.int64]") -> "NDArray[np.float64]":
    """What papers (n,) mean to a question: from 0, what papers at large do, to 1, the question itself.

    A paper that has no vector yet gets the mean of the others.
    """
    if not len(numbers):
        return np.zeros(0)
    large = np.linspace(1, numbers.max(), _AT_LARGE).astype(np.int64)
    all_numbers = np.concatenate([numbers, large])
    cosines = question.space.scores(question.vector, all_numbers).astype(np.float64)
    level = _mean(cosines[len(numbers) :])
    scores: NDArray[np.float64] = np.clip((cosines[: len(numbers)] - level) / (1 - level), 0.0, 1.0)
    scores[np.isnan(scores)] = _mean(scores)
    return scores


def _mean(values: "NDArray[np.float64]") -> float:
    """The mean of what is known of `values` (n,), short of 1; 0 where nothing is."""
    known = values[~np.isnan(values)]
    return min(float(known.mean()), 0.99) if len(known) else 0.0


def fed_back(question: Question, ranked: "NDArray[np.int64]") -> Question:
    """The question moved towards the first papers of an order.

    J. Rocchio, "Relevance feedback in information retrieval" (1971), with nothing that is not relevant.
    """
    if not len(ranked):
        return question
    towards = question.space.of_papers(ranked[:FEEDBACK_PAPERS]).mean(axis=0)
    if towards.shape != question.vector.shape:
        return question  # the space was exchanged for another since it was asked
    moved = question.vector + FEEDBACK * _unit(towards)
    return Question(question.space, _unit(moved))


def _unit(vector: "NDArray[np.float32]") -> "NDArray[np.float32]":
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length > 0 else vector
