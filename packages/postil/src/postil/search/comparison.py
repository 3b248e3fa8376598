"""Two rankings of one collection, query by query.

A run is TREC's, `query Q0 document rank score name` a line, which every search library can write: ours can
be held against any. Whether a difference of means is more than luck says the paired bootstrap: queries
are drawn again with replacement, the differences' mean is taken each time, and the middle 95 % of these means
is the interval. B. Efron & R. Tibshirani, "An Introduction to the Bootstrap" (1993), section 13.3.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from postil.errors import BadFile
from postil.search.metrics import Judgements, ndcg

_DRAWS = 10_000
_SEED = 20261122
_COVERED = 0.95

Measure = Callable[[Sequence[str], Judgements], float]


@dataclass(frozen=True, slots=True)
class Run:
    """Rankings of documents for queries, by their ids."""

    name: str
    rankings: Mapping[str, Sequence[str]]

    @classmethod
    def read(cls, path: Path) -> "Run":
        """Read a run; documents of a query are put in the order of their ranks.

        Raises:
            BadFile: it cannot be read, or a line is no line of a run.
        """
        found: dict[str, list[tuple[int, str]]] = {}
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise BadFile(f"{path} cannot be read as a run.") from error
        for at, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                query, _, document, rank, _, _ = line.split()
                found.setdefault(query, []).append((int(rank), document))
            except ValueError as error:
                raise BadFile(
                    f"{path}, line {at}: “query Q0 document rank score name” is needed."
                ) from error
        rankings = {query: [name for _, name in sorted(rows)] for query, rows in found.items()}
        return cls(path.stem, rankings)

    def write(self, path: Path) -> None:
        """Write the run; a document's score falls with its rank by one.

        Raises:
            BadFile: it cannot be written.
        """
        rows = [
            f"{query} Q0 {document} {rank} {len(ranking) - rank + 1} {self.name}\n"
            for query, ranking in self.rankings.items()
            for rank, document in enumerate(ranking, start=1)
        ]
        try:
            path.write_text("".join(rows), encoding="utf-8")
        except OSError as error:
            raise BadFile(f"{path} cannot be written: {error.strerror}.") from error


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a run does against another.

    Attributes:
        against: the name of the other.
        mean: the measure's mean for the run.
        other: its mean for the other.
        difference: the first less the second.
        low, high: the ends of the interval that holds 95 % of the differences of queries drawn again.
        better, worse: for how many queries the run does better, and for how many worse.
        queries: each query with both values, the greatest gain first.
    """

    against: str
    mean: float
    other: float
    difference: float
    low: float
    high: float
    better: int
    worse: int
    queries: tuple[tuple[str, float, float], ...]

    def record(self) -> dict[str, object]:
        """The comparison as JSON can hold it."""
        return {
            "against": self.against,
            "mean": self.mean,
            "other": self.other,
            "difference": self.difference,
            "interval": [self.low, self.high],
            "better": self.better,
            "worse": self.worse,
            "queries": {query: [ours, theirs] for query, ours, theirs in self.queries},
        }


def compare(
    run: Run, other: Run, judgements: Mapping[str, Judgements], measure: Measure = ndcg
) -> Comparison:
    """Compare two runs over the queries that have a relevant document.

    A query that a run does not have counts as found nothing.

    Raises:
        BadFile: no query has a relevant document.
    """
    judged = {q: grades for q, grades in judgements.items() if any(g > 0 for g in grades.values())}
    if not judged:
        raise BadFile("No query of the collection has a relevant document: check qrels/test.tsv.")
    pairs = [
        (
            query,
            measure(run.rankings.get(query, ()), grades),
            measure(other.rankings.get(query, ()), grades),
        )
        for query, grades in judged.items()
    ]
    differences = [ours - theirs for _, ours, theirs in pairs]
    low, high = interval(differences)
    return Comparison(
        other.name,
        sum(ours for _, ours, _ in pairs) / len(pairs),
        sum(theirs for _, _, theirs in pairs) / len(pairs),
        sum(differences) / len(pairs),
        low,
        high,
        sum(difference > 0 for difference in differences),
        sum(difference < 0 for difference in differences),
        tuple(sorted(pairs, key=lambda pair: (pair[2] - pair[1], pair[0]))),
    )


def interval(differences: Sequence[float]) -> tuple[float, float]:
    """Where the mean of differences lies in 95 % of the samples drawn from them, the same every time."""
    import numpy as np  # late: commands that compare nothing do without

    values = np.asarray(differences, np.float64)
    draw = np.random.default_rng(_SEED)
    chosen = draw.integers(0, len(values), (_DRAWS, len(values)))
    tail = (1 - _COVERED) / 2
    low, high = np.quantile(values[chosen].mean(axis=1), [tail, 1 - tail])
    return float(low), float(high)
