"""A request as the stand-in's faults and interfaces see it, and the log that politeness is judged by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from urllib.parse import parse_qsl, unquote, urlsplit


class Part(StrEnum):
    """The interface that an address belongs to."""

    OAI = "oai"
    LIST = "list"
    CATCHUP = "catchup"
    FEED = "feed"
    API = "api"
    NOWHERE = "nowhere"


_PARTS = {
    "oai": Part.OAI,
    "list": Part.LIST,
    "catchup": Part.CATCHUP,
    "rss": Part.FEED,
    "atom": Part.FEED,
    "api": Part.API,
}


@dataclass(frozen=True, slots=True)
class Request:
    """A GET. `steps` are the parts of the path, `query` the rest as it came."""

    address: str
    part: Part
    steps: tuple[str, ...]
    query: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, address: str, headers: Mapping[str, str]) -> "Request":
        """The request for a path with its query."""
        split = urlsplit(address)
        steps = tuple(unquote(step) for step in split.path.split("/") if step)
        part = _PARTS.get(steps[0], Part.NOWHERE) if steps else Part.NOWHERE
        return cls(address, part, steps, split.query, dict(headers))

    @property
    def params(self) -> dict[str, str]:
        """The query's arguments; of a repeated one the last."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Arrival:
    """A line of the log: when a request came, when its reply had gone, and on which connection.

    `status` is 0 where no reply went out. `faults` names those that changed it.
    """

    arrived: datetime
    ended: datetime
    path: str
    connection: str
    status: int
    faults: tuple[str, ...] = ()


class Log:
    """All requests, in the order that they ended."""

    def __init__(self) -> None:
        self._lines: list[Arrival] = []

    def add(self, line: Arrival) -> None:
        """Add a line; safe to call from many threads."""
        self._lines.append(line)

    def __iter__(self) -> Iterator[Arrival]:
        return iter(tuple(self._lines))

    def __len__(self) -> int:
        return len(self._lines)

    def spacing(self) -> float:
        """The smallest number of seconds between two arrivals; infinite with fewer than two."""
        moments = sorted(line.arrived for line in self._lines)
        gaps = ((b - a).total_seconds() for a, b in pairwise(moments))
        return min(gaps, default=float("inf"))

    def overlaps(self) -> list[tuple[Arrival, Arrival]]:
        """Pairs of which the second arrived before the first had ended."""
        lines = sorted(self._lines, key=lambda line: line.arrived)
        found: list[tuple[Arrival, Arrival]] = []
        running: Arrival | None = None
        for line in lines:
            if running is not None and line.arrived < running.ended:
                found.append((running, line))
            if running is None or line.ended > running.ended:
                running = line
        return found
