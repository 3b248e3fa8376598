"""What a harvest knows: how far each source was read, and what was asked when.

It is kept in the store as one small fact, written in the same transaction as the papers of the page
that changed it, so that a kill at any point repeats at most the page that was under way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import orjson

from postil.store.protocol import Store

_KEY = "harvest.known"


@dataclass(frozen=True, slots=True)
class Asked:
    """When something was last asked for, and how often in all."""

    at: datetime
    times: int = 1

    def again(self, at: datetime) -> "Asked":
        """Asked once more."""
        return Asked(at, self.times + 1)


@dataclass(frozen=True, slots=True)
class OaiRun:
    """A reading of every record modified from `first` to `last`, under way.

    `token` asks for its next page; `seen` is the latest modification day read so far. `doubts`
    counts how often it ended before its time and was begun again, which it is at `not_before`.
    """

    first: date
    last: date
    token: str = ""
    seen: date | None = None
    doubts: int = 0
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListReading:
    """How far the newest list of one name was read: its day, when it was asked for, the page to come."""

    newest: date | None = None
    asked: datetime | None = None
    next_page: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that deciding needs to know of the past.

    `since` is the first day that this library cares for. `through` is the last modification day up to which
    the records were read, as of `read_at`. `catchups` and `papers` say when a list of an earlier day
    ("cs.LG 2026-02-03") and a single paper were asked for, `setbacks` when a kind of step last failed and
    how often in a row.
    """

    since: date
    through: date | None = None
    read_at: datetime | None = None
    run: OaiRun | None = None
    lists: Mapping[str, ListReading] = field(default_factory=dict)
    feeds: Mapping[str, ListReading] = field(default_factory=dict)
    catchups: Mapping[str, Asked] = field(default_factory=dict)
    papers: Mapping[str, Asked] = field(default_factory=dict)
    setbacks: Mapping[str, Asked] = field(default_factory=dict)

    def list_reading(self, name: str) -> ListReading:
        """How far the list was read."""
        return self.lists.get(name, ListReading())

    def feed_reading(self, name: str) -> ListReading:
        """How far the feed of a list was read."""
        return self.feeds.get(name, ListReading())

    def with_feed(self, name: str, reading: ListReading) -> "Known":
        """With another reading of a feed."""
        return replace(self, feeds={**self.feeds, name: reading})

    def with_list(self, name: str, reading: ListReading) -> "Known":
        """With another reading of a list."""
        return replace(self, lists={**self.lists, name: reading})

    def with_catchup(self, key: str, at: datetime) -> "Known":
        """With a list of an earlier day asked for."""
        return replace(self, catchups=_asked(self.catchups, [key], at))

    def with_papers(self, keys: list[str], at: datetime) -> "Known":
        """With single papers asked for."""
        return replace(self, papers=_asked(self.papers, keys, at))

    def with_setback(self, kind: str, at: datetime) -> "Known":
        """With one more failure of a kind of step."""
        return replace(self, setbacks=_asked(self.setbacks, [kind], at))

    def without_setback(self, kind: str) -> "Known":
        """With a kind of step that succeeded."""
        return replace(self, setbacks={k: v for k, v in self.setbacks.items() if k != kind})

    def without_what_is_past(self, held: Iterable[str], before: date) -> "Known":
        """Without the questions about papers that are held by now and lists older than `before`."""
        answered = set(held)
        return replace(
            self,
            papers={key: asked for key, asked in self.papers.items() if key not in answered},
            catchups={k: asked for k, asked in self.catchups.items() if asked.at.date() >= before},
        )


def catchup_key(name: str, day: date) -> str:
    """The name under which `Known.catchups` keeps the list of an earlier day."""
    return f"{name} {day.isoformat()}"


def read_known(store: Store, since: date) -> Known:
    """What was kept, or the knowledge of a harvest that begins on `since`."""
    text = store.recall(_KEY)
    if text is None:
        return Known(since)
    kept = orjson.loads(text)
    run = kept["run"]
    return Known(
        min(date.fromisoformat(kept["since"]), since),
        _day(kept["through"]),
        _moment(kept["read_at"]),
        run and _run(run),
        {name: _reading(reading) for name, reading in kept["lists"].items()},
        {name: _reading(reading) for name, reading in kept["feeds"].items()},
        {key: _asking(asked) for key, asked in kept["catchups"].items()},
        {key: _asking(asked) for key, asked in kept["papers"].items()},
        {key: _asking(asked) for key, asked in kept["setbacks"].items()},
    )


def write_known(store: Store, known: Known) -> None:
    """Keep it."""
    store.remember(_KEY, orjson.dumps(known).decode())


def _asked(before: Mapping[str, Asked], keys: list[str], at: datetime) -> dict[str, Asked]:
    again = {key: before[key].again(at) if key in before else Asked(at) for key in keys}
    return {**before, **again}


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def _run(kept: dict[str, Any]) -> OaiRun:
    days = {key: _day(kept[key]) for key in ("first", "last", "seen")}
    return OaiRun(**(kept | days | {"not_before": _moment(kept["not_before"])}))


def _reading(kept: dict[str, Any]) -> ListReading:
    return ListReading(_day(kept["newest"]), _moment(kept["asked"]), kept["next_page"])


def _asking(kept: dict[str, Any]) -> Asked:
    at = _moment(kept["at"])
    assert at is not None
    return Asked(at, kept["times"])
