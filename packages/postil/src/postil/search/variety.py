"""A list that does not say one thing ten times: the same paper held twice, and versions of one paper.

Marginal relevance (Carbonell and Goldstein 1998) over the words that two papers share: each place goes to
the paper with the best score less what it repeats of those above it. Facility location over the candidates
weighed by their scores (Lemmata's `select_representatives`) measured the same within noise, and needs the
likeness of every pair and NumPy, which a reader without vectors does not load.
"""

from collections.abc import Callable, Sequence

from postil.paper import Paper
from postil.text.accents import fold
from postil.text.names import name_words


def are_twins(one: Paper, other: Paper) -> bool:
    """Whether two records are of the same paper: an id in common, or title and an author."""
    if not {one.id, *one.homes}.isdisjoint({other.id, *other.homes}):
        return True
    if _bare(one.title) != _bare(other.title):
        return False
    families, others = _families(one), _families(other)
    return not families or not others or not families.isdisjoint(others)


def _bare(title: str) -> str:
    return "".join(filter(str.isalnum, fold(title)))


def _families(paper: Paper) -> frozenset[str]:
    return frozenset(words[-1] for name in paper.authors if (words := name_words(name)))


def varied(
    scores: Sequence[float],
    likeness: Callable[[int, int], float],
    limit: int,
    dislike: float,
) -> list[int]:
    """Places of at most `limit` candidates, best first, none like those before it if others are near as good.

    Args:
        scores: of the candidates, in any order.
        likeness: how much two of them repeat each other, from 0 to 1.
        limit: how many to choose.
        dislike: what a full repetition costs, in the scores' own unit.
    """
    left = sorted(range(len(scores)), key=lambda at: -scores[at])
    worth = dict(enumerate(scores))
    repeated = dict.fromkeys(left, 0.0)
    chosen: list[int] = []
    while left and len(chosen) < limit:
        best = max(left, key=lambda at: worth[at] - dislike * repeated[at])
        left.remove(best)
        chosen.append(best)
        for at in left:
            repeated[at] = max(repeated[at], likeness(best, at))
    return chosen
