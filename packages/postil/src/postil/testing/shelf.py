"""What the interfaces read from: the world, or the world through a veil that a fault hangs before it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from postil.paper import AnnouncementKind
from postil.paper_id import PaperId
from postil.testing.history import Standing
from postil.testing.listing import Lists
from postil.testing.world import Holdings, Listed


class Shelf(Holdings, Lists, Protocol):
    """All that an interface can ask of a world."""


@dataclass(frozen=True)
class Veil:
    """A shelf that shows what another one does; each fault that bends the truth overrides a part."""

    inner: Shelf

    @property
    def days(self) -> tuple[date, ...]:
        """The days that have a list, ascending."""
        return self.inner.days

    def latest_day(self, now: datetime) -> date | None:
        """The day whose list is the newest at `now`."""
        return self.inner.latest_day(now)

    def announced_at(self, day: date) -> datetime:
        """When the list of `day` came out."""
        return self.inner.announced_at(day)

    def listed(self, day: date, name: str) -> list[Listed]:
        """The list `name` of `day` as arXiv orders it."""
        return self.inner.listed(day, name)

    def claimed(self, day: date, name: str) -> Mapping[AnnouncementKind, int]:
        """How many entries of each kind the page says that the list has."""
        return self.inner.claimed(day, name)

    def modified(self, now: datetime) -> Sequence[Standing]:
        """What OAI-PMH shows at `now`: each paper once, by modification and id."""
        return self.inner.modified(now)

    def standing(self, paper_id: PaperId, now: datetime) -> Standing | None:
        """A paper as OAI-PMH shows it at `now`."""
        return self.inner.standing(paper_id, now)


@dataclass(frozen=True)
class Delayed(Veil):
    """Everything some time later than it should be."""

    delay: timedelta

    def latest_day(self, now: datetime) -> date | None:
        """The day whose list is the newest at `now`."""
        return self.inner.latest_day(now - self.delay)

    def announced_at(self, day: date) -> datetime:
        """When the list of `day` came out."""
        return self.inner.announced_at(day) + self.delay

    def modified(self, now: datetime) -> Sequence[Standing]:
        """What OAI-PMH shows at `now`: each paper once, by modification and id."""
        return self.inner.modified(now - self.delay)

    def standing(self, paper_id: PaperId, now: datetime) -> Standing | None:
        """A paper as OAI-PMH shows it at `now`."""
        return self.inner.standing(paper_id, now - self.delay)


@dataclass(frozen=True)
class LateFeed(Veil):
    """The feed of each day holds the list of the day before it that had one."""

    def listed(self, day: date, name: str) -> list[Listed]:
        """The list `name` of `day` as arXiv orders it."""
        earlier = [d for d in self.inner.days if d < day]
        return self.inner.listed(earlier[-1], name) if earlier else []


@dataclass(frozen=True)
class Gaps(Veil):
    """Some papers are left out of lists, counts and records until some time after they were announced."""

    chosen: Callable[[PaperId], bool]
    at: datetime
    lasting: timedelta

    def listed(self, day: date, name: str) -> list[Listed]:
        """The list `name` of `day` as arXiv orders it."""
        entries = self.inner.listed(day, name)
        if day not in self.inner.days or self.inner.announced_at(day) + self.lasting <= self.at:
            return entries
        return [entry for entry in entries if not self.chosen(entry.standing.id)]

    def claimed(self, day: date, name: str) -> Mapping[AnnouncementKind, int]:
        """How many entries of each kind the page says that the list has."""
        entries = self.listed(day, name)
        return {kind: sum(e.kind is kind for e in entries) for kind in AnnouncementKind}

    def modified(self, now: datetime) -> Sequence[Standing]:
        """What OAI-PMH shows at `now`: each paper once, by modification and id."""
        rows = list(self.inner.modified(now))
        if not any(map(self._hidden, rows)):
            return rows
        shown = [self.standing(row.id, now) if self._hidden(row) else row for row in rows]
        return sorted(
            (row for row in shown if row is not None), key=lambda row: (row.modified, row.id.key)
        )

    def standing(self, paper_id: PaperId, now: datetime) -> Standing | None:
        """A paper as OAI-PMH shows it at `now`: as it stood before a change that is held back."""
        found = self.inner.standing(paper_id, now)
        while found is not None and self._hidden(found):
            found = self.inner.standing(paper_id, found.current.in_oai - timedelta(microseconds=1))
        return found

    def _hidden(self, standing: Standing) -> bool:
        recent = standing.current.in_oai + self.lasting > self.at
        return recent and self.chosen(standing.id)


@dataclass(frozen=True)
class Emptied(Veil):
    """The newest list has turned, but has nothing on it yet."""

    until: timedelta
    at: datetime

    def listed(self, day: date, name: str) -> list[Listed]:
        """The list `name` of `day` as arXiv orders it."""
        return [] if self._empty(day) else self.inner.listed(day, name)

    def claimed(self, day: date, name: str) -> Mapping[AnnouncementKind, int]:
        """How many entries of each kind the page says that the list has."""
        return {} if self._empty(day) else self.inner.claimed(day, name)

    def _empty(self, day: date) -> bool:
        return day in self.inner.days and self.inner.announced_at(day) + self.until > self.at


@dataclass(frozen=True)
class Miscounted(Veil):
    """For a while after the list turned, its headings count more papers than it has."""

    until: timedelta
    at: datetime

    def claimed(self, day: date, name: str) -> Mapping[AnnouncementKind, int]:
        """How many entries of each kind the page says that the list has."""
        counts = dict(self.inner.claimed(day, name))
        if day in self.inner.days and self.inner.announced_at(day) + self.until > self.at:
            counts = {kind: count + 3 for kind, count in counts.items()}
        return counts


@dataclass(frozen=True)
class Doubled(Veil):
    """For a while after the list turned, some of its entries are there twice, and counted twice."""

    until: timedelta
    at: datetime

    def listed(self, day: date, name: str) -> list[Listed]:
        """The list `name` of `day` as arXiv orders it."""
        entries = self.inner.listed(day, name)
        if day in self.inner.days and self.inner.announced_at(day) + self.until > self.at:
            return [e for n, entry in enumerate(entries) for e in [entry] * (1 + (n % 4 == 0))]
        return entries

    def claimed(self, day: date, name: str) -> Mapping[AnnouncementKind, int]:
        """How many entries of each kind the page says that the list has."""
        entries = self.listed(day, name)
        return {kind: sum(e.kind is kind for e in entries) for kind in AnnouncementKind}


@dataclass(frozen=True)
class Touched(Veil):
    """Records that somebody saved again without changing them: their datestamps moved."""

    moved: Mapping[PaperId, datetime]

    def modified(self, now: datetime) -> Sequence[Standing]:
        """What OAI-PMH shows at `now`: each paper once, by modification and id."""
        rows = [self._row(row) for row in self.inner.modified(now)]
        return sorted(rows, key=lambda row: (row.modified, row.id.key))

    def standing(self, paper_id: PaperId, now: datetime) -> Standing | None:
        """A paper as OAI-PMH shows it at `now`."""
        found = self.inner.standing(paper_id, now)
        return found and self._row(found)

    def _row(self, row: Standing) -> Standing:
        moment = self.moved.get(row.id)
        return row if moment is None or moment <= row.modified else replace(row, modified=moment)
