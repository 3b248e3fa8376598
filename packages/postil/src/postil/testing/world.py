"""The truth that the stand-in arXiv serves, and that a reader's store is compared with."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any, Protocol

from postil.harvest.calendar import EASTERN, Calendar, arxiv_calendar
from postil.paper import Announcement, AnnouncementKind, Paper
from postil.paper_id import PaperId
from postil.testing.history import Action, Change, History, Standing
from postil.testing.invention import Invention, Pace
from postil.testing.recorded import recorded_histories
from postil.testing.taxonomy import kind_on, on_list, strongest_kind


@dataclass(frozen=True, slots=True)
class Listed:
    """A paper on a day's list: how it stood there, and the paper itself when the list came out."""

    kind: AnnouncementKind
    primary: bool
    standing: Standing


class Holdings(Protocol):
    """What OAI-PMH needs of a world."""

    def modified(self, now: datetime) -> Sequence[Standing]:
        """What OAI-PMH shows at `now`: each paper once, by modification and id."""

    def standing(self, paper_id: PaperId, now: datetime) -> Standing | None:
        """A paper as OAI-PMH shows it at `now`."""


class World:
    """Papers with all that happens to them, over some days.

    Args:
        histories: each paper once.
        skipped: ids that arXiv never gave out, with the reason.
    """

    def __init__(
        self, histories: Iterable[History], skipped: Mapping[PaperId, str] | None = None
    ) -> None:
        self.histories: Mapping[PaperId, History] = {h.id: h for h in histories}
        self.skipped: Mapping[PaperId, str] = dict(skipped or {})
        self._lists: dict[tuple[date, str], list[Listed]] = {}
        self._shown: tuple[int, list[Standing]] | None = None

    @classmethod
    def invented(
        cls,
        seed: int,
        first_day: date,
        last_day: date,
        papers_a_day: int = 100,
        *,
        pace: Pace | None = None,
        calendar: Calendar | None = None,
    ) -> "World":
        """A world made up from `seed`, with a list on each day of the calendar.

        Ids begin at 00001 in the first day's month. `pace` overrules `papers_a_day`.
        """
        author = Invention(Random(seed), pace or Pace(papers_a_day))
        return cls(*author.write(calendar or arxiv_calendar(), first_day, last_day))

    @classmethod
    def of_records(
        cls, records: Iterable[Mapping[str, Any]], calendar: Calendar | None = None
    ) -> "World":
        """The papers of a file in any form that `postil import` reads, with their own ids.

        A paper is announced on the days that its record says, else on the first day of a list after
        its submission.

        Raises:
            BadRecord: a record is no paper.
        """
        return cls(recorded_histories(records, calendar or arxiv_calendar()))

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The days that have a list, ascending."""
        return tuple(sorted(self._by_day))

    @cached_property
    def changes(self) -> tuple[tuple[Change, PaperId], ...]:
        """Every change of every paper, in the order that OAI-PMH comes to show them."""
        every = [(change, h.id) for h in self.histories.values() for change in h.changes]
        return tuple(sorted(every, key=lambda pair: pair[0].in_oai))

    @cached_property
    def _moments(self) -> list[datetime]:
        return [change.in_oai for change, _ in self.changes]

    @cached_property
    def _by_day(self) -> Mapping[date, list[tuple[History, int]]]:
        days: dict[date, list[tuple[History, int]]] = {}
        for history in self.histories.values():
            for position, change in enumerate(history.changes):
                if change.action is not Action.RECORD:
                    days.setdefault(change.day, []).append((history, position))
        return days

    def latest_day(self, now: datetime) -> date | None:
        """The day whose list is the newest at `now`."""
        # Twice a year two evenings are 23 or 25 hours apart; the day after tomorrow is never announced.
        after = now.astimezone(EASTERN).date() + timedelta(days=2)
        found = [day for day in self.days if day < after and self.announced_at(day) <= now]
        return found[-1] if found else None

    def announced_at(self, day: date) -> datetime:
        """When the list of `day` came out."""
        history, position = self._by_day[day][0]
        return history.changes[position].public

    def listed(self, day: date, name: str) -> list[Listed]:
        """The list `name` of `day` as arXiv orders it: new, cross-lists, replacements, each by id.

        Each paper is there once, as the strongest kind it has. Empty on a day without a list.
        """
        if (day, name) not in self._lists:
            self._lists[day, name] = self._list(day, name)
        return list(self._lists[day, name])

    def _list(self, day: date, name: str) -> list[Listed]:
        found: dict[PaperId, Listed] = {}
        for history, position in self._by_day.get(day, ()):
            change = history.changes[position]
            kind = kind_on(name, change)
            if kind is None:
                continue
            held = found.get(history.id)
            if held is None or _RANKS[kind] < _RANKS[held.kind]:
                primary = on_list(change.wording.categories[:1], name)
                shown = history.changes[: self._last_of_day(history, position) + 1]
                standing = Standing(history.id, history.submitter, shown, shown[-1].modified)
                found[history.id] = Listed(kind, primary, standing)
        return sorted(found.values(), key=_place)

    def claimed(self, day: date, name: str) -> Mapping[AnnouncementKind, int]:
        """How many entries of each kind the list has; what a page says, when nobody interferes."""
        return Counter(entry.kind for entry in self.listed(day, name))

    def modified(self, now: datetime) -> Sequence[Standing]:
        """What OAI-PMH shows at `now`: each paper once, by modification and id."""
        count = bisect_right(self._moments, now)
        if self._shown is None or self._shown[0] != count:
            latest: dict[PaperId, int] = {}
            for _, paper_id in self.changes[:count]:
                latest[paper_id] = latest.get(paper_id, 0) + 1
            rows = [_standing(self.histories[i], n) for i, n in latest.items()]
            rows.sort(key=lambda row: (row.modified, row.id.key))
            self._shown = count, rows
        return self._shown[1]

    def standing(self, paper_id: PaperId, now: datetime) -> Standing | None:
        """A paper as OAI-PMH shows it at `now`."""
        history = self.histories.get(paper_id)
        if history is None:
            return None
        count = sum(change.in_oai <= now for change in history.changes)
        return _standing(history, count) if count else None

    def truth(self, at: datetime, lists: Iterable[str] | None = None) -> dict[PaperId, Paper]:
        """Everything public at `at`, as a reader should hold it.

        `announced` has, a day, the strongest kind on any of `lists` (on any list at all where None).
        """
        names = None if lists is None else tuple(lists)
        found = {}
        for history in self.histories.values():
            count = sum(change.public <= at for change in history.changes)
            if count:
                paper = _standing(history, count).paper()
                announced = announcements(history.changes[:count], names)
                found[history.id] = replace(paper, announced=announced)
        return found

    def announced(self, day: date, name: str) -> dict[PaperId, AnnouncementKind]:
        """The list `name` of `day`: who is on it, and how."""
        return {entry.standing.id: entry.kind for entry in self.listed(day, name)}

    def _last_of_day(self, history: History, position: int) -> int:
        """The position of the paper's last change on the list of the same day: what pages show."""
        day = history.changes[position].day
        later = history.changes[position + 1 :]
        return position + sum(c.day == day and c.action is not Action.RECORD for c in later)


def announcements(
    changes: Iterable[Change], names: tuple[str, ...] | None
) -> tuple[Announcement, ...]:
    """One announcement a day, of the strongest kind on any of the lists `names`."""
    days: dict[date, AnnouncementKind] = {}
    for change in changes:
        kind = strongest_kind(change, names)
        if kind and (change.day not in days or _RANKS[kind] < _RANKS[days[change.day]]):
            days[change.day] = kind
    return tuple(Announcement(day, kind) for day, kind in sorted(days.items()))


_RANKS = {kind: rank for rank, kind in enumerate(AnnouncementKind)}


def _place(entry: Listed) -> tuple[int, bool, str]:
    # Replacements of papers whose primary category is elsewhere come after the list's own.
    foreign = entry.kind is AnnouncementKind.REPLACE and not entry.primary
    return _RANKS[entry.kind], foreign, entry.standing.id.key


def _standing(history: History, count: int) -> Standing:
    changes = history.changes[:count]
    return Standing(history.id, history.submitter, changes, changes[-1].modified)
