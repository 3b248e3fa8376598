"""Measures of a ranking against judgements.

Grades are gains as they stand (linear, as in trec_eval), what is not judged gains nothing, a grade of 0 or
less is not relevant, and the discount of rank r is log2(r + 1).
"""

from collections.abc import Mapping, Sequence
from math import log2

Judgements = Mapping[str, int]


def ndcg(ranking: Sequence[str], judgements: Judgements, depth: int = 10) -> float:
    """Normalised discounted cumulative gain of the first `depth`; 0 where nothing is relevant.

    The ideal ranking is taken over all judged documents. Järvelin and Kekäläinen 2002.
    """
    gains = (max(0, judgements.get(document, 0)) for document in ranking[:depth])
    ideal = sorted((grade for grade in judgements.values() if grade > 0), reverse=True)[:depth]
    best = _discounted(ideal)
    return _discounted(list(gains)) / best if best else 0.0


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def recall(ranking: Sequence[str], judgements: Judgements, depth: int = 100) -> float:
    """The share of the relevant documents that are among the first `depth`."""
    relevant = {document for document, grade in judgements.items() if grade > 0}
    return len(relevant.intersection(ranking[:depth])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], judgements: Judgements, depth: int = 10) -> float:
    """One over the rank of the first relevant document among the first `depth`, else 0."""
    for rank, document in enumerate(ranking[:depth], start=1):
        if judgements.get(document, 0) > 0:
            return 1.0 / rank
    return 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all values do not exceed; 0 for no values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]
