"""A space over papers that are in no store: how evaluation has what readers have, by the same code."""

from collections.abc import Sequence
from pathlib import Path

from postil.paper import Paper
from postil.search.vectors.encoder import Origin, Report
from postil.search.vectors.following import SpaceFollower
from postil.search.vectors.lsa import LearntOrigin
from postil.search.vectors.space import Space
from postil.store.protocol import Change


def build_space(
    papers: Sequence[Paper],
    folder: Path,
    origin: Origin | None = None,
    report: Report = lambda doing, done, total: None,
) -> Space:
    """A space over papers, where a paper's number is its place from 1.

    Args:
        papers: the papers.
        folder: an empty folder, or one of an earlier call with the same papers.
        origin: where the vectors come from; learnt from the papers themselves by default.
        report: told how far it is.

    Raises:
        EncoderUnavailable, EncoderRefused: the encoder gives no vectors.
    """
    origin = origin or LearntOrigin()
    SpaceFollower(_Listed(papers), folder / origin.name, origin).catch_up(report)
    space = Space(folder / origin.name, origin)
    space.refresh(always=True)
    return space


class _Listed:
    """Papers as a log in which each was added once, in this order."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._papers = papers
        self._facts: dict[str, str] = {"identity": "listed"}

    def changes(self, after: int, limit: int) -> list[Change]:
        chosen = self._papers[after : after + limit]
        return [Change(at, at, paper) for at, paper in enumerate(chosen, start=after + 1)]

    def last_change(self) -> int:
        return len(self._papers)

    def count(self) -> int:
        return len(self._papers)

    def load(self, numbers: Sequence[int]) -> list[Paper]:
        return [self._papers[n - 1] for n in numbers if 0 < n <= len(self._papers)]

    def recall(self, key: str) -> str | None:
        return self._facts.get(key)

    def remember(self, key: str, value: str) -> None:
        self._facts[key] = value
